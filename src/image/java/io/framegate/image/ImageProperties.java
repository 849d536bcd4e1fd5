package io.framegate.image;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * What can be wished of an image, each as {@code -Dimage.<name>}.
 *
 * @param base an image with a Java runtime 25, by name or as an archive
 * ({@code something.tar}, as {@code docker save} and {@code src/image/base.sh} write it)
 * @param name the image's own name; with a registry's host before it for {@code registry}
 * @param to {@code tar}: the archive {@code target/framegate-image.tar}; {@code docker}:
 * the local daemon; {@code registry}: pushes, with the credentials of
 * {@code docker login}; {@code none}: only what the Dockerfile needs
 * @param platforms such as {@code linux/amd64,linux/arm64}; more than one for
 * {@code registry} alone
 * @param aot whether there is a cache; made for this machine's platform alone
 * @param jar the application
 * @param directory for all that is made on the way
 * @param created the time of everything inside
 */
record ImageProperties(String base, String name, To to, List<String> platforms, boolean aot, Path jar, Path directory,
		Instant created) {

	enum To {

		TAR, DOCKER, REGISTRY, NONE

	}

	static ImageProperties read() {
		return new ImageProperties(property("base", "eclipse-temurin:25-jre"),
				property("name", "framegate/framegate:" + version()),
				To.valueOf(property("to", "tar").toUpperCase(Locale.ROOT)),
				Stream.of(property("platforms", here()).split(",")).map(String::strip).toList(),
				Boolean.parseBoolean(property("aot", "true")), Path.of(property("jar", "")),
				Path.of(property("directory", "target/image")),
				Instant.parse(property("created", "1970-01-01T00:00:01Z")));
	}

	static String version() {
		return property("version", "").replace("-SNAPSHOT", "");
	}

	/** Maven hands on what is not set as empty. */
	static String property(String name, String otherwise) {
		String value = System.getProperty("image." + name, "");
		return value.isBlank() ? otherwise : value;
	}

	static String here() {
		String machine = System.getProperty("os.arch");
		return "linux/" + (machine.equals("aarch64") ? "arm64" : machine);
	}

	boolean baseIsArchive() {
		return this.base.endsWith(".tar");
	}

	/** Whether a cache can be made: a JVM of that platform has to run here. */
	boolean trainable() {
		return this.aot && System.getProperty("os.name").equals("Linux") && this.platforms.equals(List.of(here()));
	}

	Path archive() {
		return this.directory.resolveSibling("framegate-image.tar");
	}

}
