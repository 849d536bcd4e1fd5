package io.framegate.image;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.google.cloud.tools.jib.api.Containerizer;
import com.google.cloud.tools.jib.api.DockerDaemonImage;
import com.google.cloud.tools.jib.api.ImageReference;
import com.google.cloud.tools.jib.api.Jib;
import com.google.cloud.tools.jib.api.JibContainerBuilder;
import com.google.cloud.tools.jib.api.LogEvent;
import com.google.cloud.tools.jib.api.RegistryException;
import com.google.cloud.tools.jib.api.RegistryImage;
import com.google.cloud.tools.jib.api.TarImage;
import com.google.cloud.tools.jib.api.buildplan.AbsoluteUnixPath;
import com.google.cloud.tools.jib.api.buildplan.FileEntriesLayer;
import com.google.cloud.tools.jib.api.buildplan.ImageFormat;
import com.google.cloud.tools.jib.api.buildplan.Platform;
import com.google.cloud.tools.jib.api.buildplan.Port;
import com.google.cloud.tools.jib.frontend.CredentialRetrieverFactory;

/**
 * Makes the image: {@code ./mvnw -Pimage package}. {@link ImageProperties} says what can
 * be set.
 */
public final class ImageBuild {

	static final List<String> ENTRYPOINT = List.of("java", "@/app/options");

	static final String USER = "65532:65532";

	static final String DIRECTORY = "/etc/framegate";

	static final int MANAGEMENT_PORT = 8080;

	private final ImageProperties wishes;

	private ImageBuild(ImageProperties wishes) {
		this.wishes = wishes;
	}

	public static void main(String[] args) throws Exception {
		new ImageBuild(ImageProperties.read()).run();
	}

	private void run() throws Exception {
		Layout layout = Layout.make(this.wishes);
		copyTraining();
		if (this.wishes.to() == ImageProperties.To.NONE) {
			say("For the Dockerfile: " + this.wishes.directory());
			return;
		}
		JibContainerBuilder image;
		if (this.wishes.trainable()) {
			Path base = this.wishes.baseIsArchive() ? Path.of(this.wishes.base()) : pull();
			train(base, layout);
			image = Jib.from(TarImage.at(base));
		}
		else {
			say("Without a cache: it is made for one platform, by a JVM that runs here, " + ImageProperties.here());
			layout.forgetCache(this.wishes.created());
			image = this.wishes.baseIsArchive() ? Jib.from(TarImage.at(Path.of(this.wishes.base())))
					: Jib.from(registry(this.wishes.base()));
			image.setPlatforms(platforms());
		}
		image.setFileEntriesLayers(layers(layout.app()))
			.setFormat(ImageFormat.Docker)
			.setCreationTime(this.wishes.created())
			.setLabels(labels())
			.setUser(USER)
			.setWorkingDirectory(AbsoluteUnixPath.get(DIRECTORY))
			.setExposedPorts(Port.tcp(MANAGEMENT_PORT))
			.setEntrypoint(ENTRYPOINT)
			.setProgramArguments(List.of());
		say(image.containerize(containerizer()).getImageId() + " " + this.wishes.name());
		if (this.wishes.to() == ImageProperties.To.TAR) {
			new ImageArchive(this.wishes.archive()).layers()
				.forEach((layer, size) -> say("%5.1f MB %s".formatted(size / 1e6, layer)));
			say(this.wishes.archive() + ": %.1f MB".formatted(Files.size(this.wishes.archive()) / 1e6));
		}
	}

	/** What the Dockerfile trains with, one class; and what it needs of the directory. */
	private void copyTraining() throws IOException {
		Path training = this.wishes.directory().resolve("training");
		Layout.delete(training);
		Path classes = Files.createDirectories(training.resolve("io/framegate/image"));
		try (InputStream content = ImageBuild.class.getResourceAsStream("Training.class")) {
			Files.copy(content, classes.resolve("Training.class"));
		}
		Files.writeString(this.wishes.directory().resolve(".dockerignore"), "*\n!app\n!training\napp/framegate.aot\n");
	}

	/** The base as an archive, for its JVM has to be run. */
	private Path pull() throws Exception {
		Path archive = this.wishes.directory().resolve("base.tar");
		try {
			Jib.from(registry(this.wishes.base()))
				.setPlatforms(platforms())
				.setFormat(ImageFormat.Docker)
				.containerize(logged(Containerizer.to(TarImage.at(archive).named("base"))));
		}
		catch (ExecutionException | IOException | RegistryException ex) {
			throw new IOException("The base " + this.wishes.base() + " cannot be had; src/image/base.sh makes one for "
					+ "-Dimage.base=target/base.tar", ex);
		}
		return archive;
	}

	private void train(Path archive, Layout layout) throws Exception {
		ImageArchive base = new ImageArchive(archive);
		String home = base.javaHome();
		Path root = this.wishes.directory().resolve("root");
		Layout.delete(root);
		base.unpack(root, (name) -> name.startsWith(home + "/"));
		Training.make(root.toAbsolutePath().resolve(home + "/bin/java"), layout.app().toAbsolutePath());
	}

	private Set<Platform> platforms() {
		return this.wishes.platforms()
			.stream()
			.map((platform) -> platform.split("/"))
			.map((parts) -> new Platform(parts[1], parts[0]))
			.collect(Collectors.toSet());
	}

	/**
	 * What changes least comes first, and the cache, which no two builds make alike,
	 * last.
	 */
	private List<FileEntriesLayer> layers(Path app) throws IOException {
		FileEntriesLayer.Builder libraries = layer("libraries");
		FileEntriesLayer.Builder application = layer("application");
		FileEntriesLayer.Builder cache = layer("cache");
		try (Stream<Path> files = Files.walk(app)) {
			for (Path file : files.sorted().toList()) {
				FileEntriesLayer.Builder layer = file.getParent().endsWith("lib") ? libraries
						: file.endsWith("framegate.aot") ? cache : application;
				layer.addEntry(file, AbsoluteUnixPath.get("/app").resolve(app.relativize(file)), this.wishes.created());
			}
		}
		application.addEntry(app.resolve("own"), AbsoluteUnixPath.get(DIRECTORY), this.wishes.created());
		return Stream.of(libraries, application, cache)
			.map(FileEntriesLayer.Builder::build)
			.filter((layer) -> !layer.getEntries().isEmpty())
			.toList();
	}

	private static FileEntriesLayer.Builder layer(String name) {
		return FileEntriesLayer.builder().setName(name);
	}

	private Map<String, String> labels() {
		Map<String, String> labels = new LinkedHashMap<>();
		labels.put("title", ImageProperties.property("title", ""));
		labels.put("description", ImageProperties.property("description", ""));
		labels.put("licenses", "Apache-2.0");
		labels.put("version", ImageProperties.version());
		labels.put("revision", revision());
		labels.put("created", this.wishes.created().toString());
		labels.put("base.name", this.wishes.baseIsArchive() ? "" : this.wishes.base());
		return labels.entrySet()
			.stream()
			.filter((label) -> !label.getValue().isEmpty())
			.collect(Collectors.toMap((label) -> "org.opencontainers.image." + label.getKey(), Map.Entry::getValue));
	}

	private static String revision() {
		try {
			return run(List.of("git", "rev-parse", "HEAD")).strip();
		}
		catch (IOException ex) {
			return ""; // not a clone
		}
	}

	private Containerizer containerizer() throws Exception {
		ImageReference name = ImageReference.parse(this.wishes.name());
		return logged(switch (this.wishes.to()) {
			case REGISTRY -> Containerizer.to(registry(this.wishes.name()));
			case DOCKER -> Containerizer.to(DockerDaemonImage.named(name));
			default -> Containerizer.to(TarImage.at(this.wishes.archive()).named(name));
		});
	}

	private Containerizer logged(Containerizer containerizer) {
		return containerizer.setApplicationLayersCache(this.wishes.directory().resolve("cache"))
			.setAllowInsecureRegistries(isHere(this.wishes.base()) || isHere(this.wishes.name()))
			.setToolName("framegate")
			.addEventHandler(LogEvent.class, (event) -> {
				if (event.getLevel().ordinal() <= LogEvent.Level.LIFECYCLE.ordinal()) {
					say(event.getMessage());
				}
			});
	}

	/** A registry of this machine's own, such as kind's, speaks HTTP. */
	private static boolean isHere(String name) {
		return name.startsWith("localhost:");
	}

	private static RegistryImage registry(String name) throws Exception {
		CredentialRetrieverFactory credentials = CredentialRetrieverFactory.forImage(ImageReference.parse(name),
				(event) -> {
				});
		return RegistryImage.named(name)
			.addCredentialRetriever(credentials.dockerConfig())
			.addCredentialRetriever(credentials.wellKnownCredentialHelpers());
	}

	static String run(List<String> command) throws IOException {
		Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
		String output = new String(process.getInputStream().readAllBytes());
		if (process.onExit().join().exitValue() != 0) {
			throw new IOException(command + ": " + output);
		}
		return output;
	}

	private static void say(String message) {
		System.out.println(message);
	}

}
