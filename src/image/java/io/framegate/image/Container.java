package io.framegate.image;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A container of the image, run by Podman as strictly as the chart has Kubernetes do it:
 * nothing can be written, not even below {@code /tmp}.
 */
final class Container implements AutoCloseable {

	/** As the chart sets it. */
	private static final String CONFIGURATION = "classpath:/,file:/etc/framegate/config/application.yml";

	/** By default Podman asks for more than a process may have to hand on. */
	private static final String PODMAN = "exec podman \"$0\" run --ulimit nofile=$(ulimit -Hn):$(ulimit -Hn) \"$@\"";

	/** The first that works: runc runs where the usual crun minds the control groups. */
	private static final List<String> RUNTIMES = List.of("crun", "runc");

	private final String image;

	private final String runtime;

	private final String name = "framegate-" + UUID.randomUUID();

	private Container(String image, String runtime) {
		this.image = image;
		this.runtime = runtime;
	}

	/**
	 * Loads an image, and finds out how containers run here.
	 * @param archive the image
	 * @param image its name
	 * @return a container to be, or empty where none runs
	 */
	static Optional<Container> of(Path archive, String image) {
		if (!works("podman", "load", "--quiet", "--input", archive.toString())) {
			return Optional.empty();
		}
		return RUNTIMES.stream()
			.map((runtime) -> new Container(image, runtime))
			.filter((container) -> works(container.podman("--entrypoint", "java", image, "--version")))
			.findFirst();
	}

	/**
	 * Directly as root; others need a user namespace, which not all systems let them
	 * have.
	 */
	static boolean canChangeRoot() {
		return works("unshare", "--map-root-user", "--mount", "true");
	}

	private static boolean works(String... command) {
		try {
			ImageBuild.run(List.of(command));
			return true;
		}
		catch (IOException ex) {
			return false;
		}
	}

	/**
	 * Runs a command with another root, which is read-only and has nothing but /proc and
	 * /dev besides what is in it.
	 * @param root a directory
	 * @param entrypoint the command
	 * @return a command
	 */
	static List<String> chroot(Path root, List<String> entrypoint) {
		String script = """
				mount --bind "$0" "$0" && mount --rbind /proc "$0/proc" && mount --rbind /dev "$0/dev" \
				&& mount -o remount,bind,ro "$0" \
				&& exec env -i PATH="$1" SPRING_CONFIG_LOCATION="$2" "$(command -v chroot)" "$0" "${@:3}"
				""";
		return Stream.concat(Stream.of("unshare", "--map-root-user", "--mount", "bash", "-c", script, root.toString(),
				"/opt/java/openjdk/bin:/usr/bin:/bin", CONFIGURATION), entrypoint.stream())
			.toList();
	}

	/**
	 * What runs the container in the foreground.
	 * @param configuration a directory with an application.yml
	 * @return a command
	 */
	List<String> command(Path configuration) {
		return List
			.of(podman("--name", this.name, "--volume", configuration + ":/etc/framegate/config:ro", this.image));
	}

	private String[] podman(String... arguments) {
		return Stream
			.concat(Stream.of("bash", "-c", PODMAN, "--runtime=" + this.runtime, "--rm", "--ulimit", "nproc=4096:4096",
					"--network", "host", "--read-only", "--read-only-tmpfs=false", "--cap-drop", "all",
					"--security-opt", "no-new-privileges", "--memory", "512m"), Stream.of(arguments))
			.toArray(String[]::new);
	}

	/**
	 * What the gateway has of the memory.
	 * @return lines of {@code /proc}
	 */
	String memory() {
		try {
			String process = ImageBuild.run(List.of("podman", "inspect", "--format", "{{.State.Pid}}", this.name));
			try (Stream<String> lines = Files.lines(Path.of("/proc", process.strip(), "status"))) {
				return lines.filter((line) -> line.matches("(VmRSS|RssAnon|RssFile):.*"))
					.map((line) -> line.replaceAll("\\s+", " "))
					.collect(Collectors.joining(", "));
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Override
	public void close() {
		works("podman", "rm", "--force", "--ignore", this.name);
	}

}
