package io.framegate.network;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The gateway: the built jar as a process in its namespace, asked over HTTP from within.
 */
final class Framegate implements AutoCloseable {

	private static final Duration START = Duration.ofMinutes(4);

	private final Namespace home;

	private final Process process;

	private final Path log;

	private Framegate(Namespace home, Process process, Path log) {
		this.home = home;
		this.process = process;
		this.log = log;
	}

	/**
	 * Starts it and waits until it is ready.
	 * @param routes what is below {@code framegate.routes}, as YAML
	 */
	static Framegate start(Namespace home, LabOptions options, String scenario, List<String> routes)
			throws IOException {
		if (!Files.isRegularFile(options.jar())) {
			throw new IOException("No " + options.jar() + ": run ./mvnw -Pnetwork verify, or set network.jar");
		}
		Path directory = Files.createDirectories(options.directory().resolve(scenario));
		Path log = directory.resolve("framegate.log");
		Files.writeString(directory.resolve("application.yml"), """
				server: {port: 8080, address: 127.0.0.1}
				framegate:
				  closures: {keep: 100000}
				  routes:
				""" + String.join("", routes));
		Process process = home
			.start(new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-jar",
					options.jar().toString())
				.directory(directory.toFile())
				.redirectErrorStream(true)
				.redirectOutput(log.toFile()));
		Framegate gateway = new Framegate(home, process, log);
		try {
			gateway.await("Framegate to be ready, see " + log, START, gateway::isReady);
			return gateway;
		}
		catch (IOException ex) {
			gateway.close();
			throw ex;
		}
	}

	private boolean isReady() {
		try {
			return get("/actuator/health/readiness").contains("UP");
		}
		catch (IOException ex) {
			return false;
		}
	}

	String get(String path) throws IOException {
		return this.home.call(() -> {
			URLConnection connection = URI.create("http://127.0.0.1:8080" + path).toURL().openConnection();
			connection.setReadTimeout((int) START.toMillis());
			try (InputStream body = connection.getInputStream()) {
				return new String(body.readAllBytes(), StandardCharsets.UTF_8);
			}
		});
	}

	/**
	 * The ended connections of a route, oldest first.
	 */
	List<Ending> endings(String route) throws IOException {
		List<Ending> found = new ArrayList<>();
		for (JsonNode closure : json("/actuator/closures?limit=10000&route=" + route).get("closures")) {
			found.addFirst(Ending.of(closure));
		}
		return found;
	}

	private JsonNode json(String path) throws IOException {
		return JsonMapper.shared().readTree(get(path));
	}

	/**
	 * The sum of all samples of a route's metric that have these labels.
	 * @param name as Prometheus knows it
	 * @param labels each as {@code name=value}
	 */
	long metric(String name, String route, String... labels) throws IOException {
		List<String> wanted = Stream.concat(Stream.of("route=" + route), Stream.of(labels))
			.map((label) -> label.replace("=", "=\"") + "\"")
			.toList();
		return Math.round(get("/actuator/prometheus").lines()
			.filter((line) -> line.startsWith(name + "{") && wanted.stream().allMatch(line::contains))
			.mapToDouble((line) -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
			.sum());
	}

	/**
	 * Whether the log has a line about an ended connection.
	 */
	boolean hasLogged(Ending ending) throws IOException {
		try (var lines = Files.lines(this.log)) {
			return lines.anyMatch((line) -> line.contains("Connection " + ending.id() + " ")
					&& line.contains("ended by " + ending.endedBy() + ": " + ending.reason()));
		}
	}

	/**
	 * Waits until something is true.
	 */
	void await(String what, Duration limit, Callable<Boolean> condition) throws IOException {
		long start = System.nanoTime();
		try {
			while (!condition.call()) {
				if (System.nanoTime() - start > limit.toNanos()) {
					throw new IOException("Waited " + limit.toSeconds() + " s in vain for " + what);
				}
				if (this.process.waitFor(250, TimeUnit.MILLISECONDS)) {
					throw new IOException("Framegate has ended, see " + this.log);
				}
			}
		}
		catch (IOException ex) {
			throw ex;
		}
		catch (Exception ex) {
			throw new IOException(ex);
		}
	}

	@Override
	public void close() {
		this.process.destroy();
		try {
			if (!this.process.waitFor(20, TimeUnit.SECONDS)) {
				this.process.destroyForcibly().waitFor();
			}
		}
		catch (InterruptedException ex) {
			this.process.destroyForcibly();
			Thread.currentThread().interrupt();
		}
	}

	/**
	 * How a connection ended.
	 */
	record Ending(String id, String side, String remote, String reason, String endedBy, String detail,
			long undeliveredFrames) {

		private static Ending of(JsonNode closure) {
			return new Ending(text(closure, "id"), text(closure, "side"), text(closure, "remote"),
					text(closure, "reason"), text(closure, "endedBy"), text(closure, "detail"),
					closure.get("undelivered").get("frames").asLong());
		}

		private static String text(JsonNode closure, String field) {
			return closure.get(field).asString();
		}

	}

}
