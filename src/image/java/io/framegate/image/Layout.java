package io.framegate.image;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Enumeration;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * The directory that becomes {@code /app} in the image: the application without its outer
 * jar, so that a cache can be made of it, Netty's native code, and the options.
 */
final class Layout {

	private static final Path SOURCES = Path.of("src/image");

	private final Path app;

	private Layout(Path app) {
		this.app = app;
	}

	/**
	 * Makes the directory anew.
	 * @param wishes what of
	 * @return the layout, all its files of the wished time
	 * @throws IOException if it cannot be written
	 */
	static Layout make(ImageProperties wishes) throws IOException {
		Layout layout = new Layout(wishes.directory().resolve("app"));
		delete(layout.app);
		layout.extract(wishes.jar());
		layout.unpackNative();
		Files.createDirectory(layout.app.resolve("own"));
		Files.copy(SOURCES.resolve("flags"), layout.app.resolve("flags"));
		Files.copy(SOURCES.resolve("options"), layout.app.resolve("options"));
		layout.date(wishes.created());
		return layout;
	}

	Path app() {
		return this.app;
	}

	Path cache() {
		return this.app.resolve("framegate.aot");
	}

	/**
	 * Has the image start without a cache, which would be missed aloud.
	 * @param created the time of everything inside
	 * @throws IOException if it cannot be written
	 */
	void forgetCache(Instant created) throws IOException {
		Path options = this.app.resolve("options");
		List<String> lines = Files.readAllLines(options);
		Files.write(options, lines.stream().filter((line) -> !line.startsWith("-XX:AOTCache=")).toList());
		date(created);
	}

	private void extract(Path jar) throws IOException {
		ImageBuild.run(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Djarmode=tools",
				"-jar", jar.toString(), "extract", "--destination", this.app.toString()));
		Files.move(this.app.resolve(jar.getFileName()), this.app.resolve("framegate.jar"));
	}

	private void unpackNative() throws IOException {
		Path directory = Files.createDirectory(this.app.resolve("native"));
		try (DirectoryStream<Path> jars = Files.newDirectoryStream(this.app.resolve("lib"),
				"netty-transport-native-*-linux-*.jar")) {
			for (Path jar : jars) {
				unpackNative(jar, directory);
			}
		}
	}

	private static void unpackNative(Path jar, Path directory) throws IOException {
		try (ZipFile zip = new ZipFile(jar.toFile())) {
			for (Enumeration<? extends ZipEntry> entries = zip.entries(); entries.hasMoreElements();) {
				ZipEntry entry = entries.nextElement();
				if (entry.getName().endsWith(".so")) {
					Path file = directory.resolve(entry.getName().substring(entry.getName().lastIndexOf('/') + 1));
					try (InputStream content = zip.getInputStream(entry)) {
						Files.copy(content, file, StandardCopyOption.REPLACE_EXISTING);
					}
				}
			}
		}
	}

	/** A cache knows its jars by their times, and layers that differ in times differ. */
	private void date(Instant created) throws IOException {
		try (Stream<Path> files = Files.walk(this.app)) {
			for (Path file : files.toList()) {
				Files.setLastModifiedTime(file, FileTime.from(created));
			}
		}
	}

	static void delete(Path directory) throws IOException {
		if (Files.exists(directory)) {
			try (Stream<Path> files = Files.walk(directory)) {
				for (Path file : files.toList().reversed()) {
					Files.delete(file);
				}
			}
		}
	}

}
