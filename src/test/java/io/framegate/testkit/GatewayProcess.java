package io.framegate.testkit;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.awaitility.core.TerminalFailureException;

/**
 * A gateway in a process of its own, for what only a process shows: its exit status, its
 * output, and life with few descriptors.
 */
public final class GatewayProcess implements AutoCloseable {

	private static final Duration LIMIT = Duration.ofMinutes(3);

	/** Jars alone: a class in a directory cannot be loaded without a descriptor. */
	private static final String CLASS_PATH = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
		.map(GatewayProcess::jar)
		.collect(Collectors.joining(File.pathSeparator));

	private final Process process;

	private final List<String> output = new CopyOnWriteArrayList<>();

	private final Thread reader = Thread.ofVirtual().unstarted(this::read);

	private GatewayProcess(Process process) {
		this.process = process;
	}

	/**
	 * Starts a process and does not wait for it.
	 * @param descriptors how many it may have open
	 * @param properties each as {@code name=value}, besides those that every gateway
	 * under test has
	 * @return the process, starting
	 */
	public static GatewayProcess start(int descriptors, String... properties) {
		return start(command(descriptors, properties));
	}

	private static List<String> command(int descriptors, String... properties) {
		List<String> command = new ArrayList<>(List.of("bash", "-c", "ulimit -n " + descriptors + " && exec \"$@\"",
				"bash", Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx128m",
				"-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED", "-cp", CLASS_PATH,
				"io.framegate.Framegate", "--spring.config.location=classpath:/application.yml"));
		if (Stream.of(properties).noneMatch((property) -> property.startsWith("server.port="))) {
			command.add("--server.port=0");
		}
		Stream.of(properties).map((property) -> "--" + property).forEach(command::add);
		return command;
	}

	/**
	 * Starts a process whose output nobody reads until {@link #readOutput}.
	 * @param properties each as {@code name=value}, besides those that every gateway
	 * under test has
	 * @return the process, starting
	 */
	public static GatewayProcess startUnread(String... properties) {
		return unread(command(4096, properties));
	}

	/**
	 * Reads the output from now on.
	 */
	public void readOutput() {
		this.reader.start();
	}

	/**
	 * Starts a process by a command of one's own and does not wait for it.
	 * @param command what ends up as a gateway
	 * @return the process, starting
	 */
	public static GatewayProcess start(List<String> command) {
		GatewayProcess started = unread(command);
		started.readOutput();
		return started;
	}

	private static GatewayProcess unread(List<String> command) {
		try {
			return new GatewayProcess(new ProcessBuilder(command).redirectErrorStream(true).start());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Starts a process that may have as many descriptors as it needs, and waits until it
	 * has started.
	 * @param properties each as {@code name=value}, besides those that every gateway
	 * under test has
	 * @return the process, listening
	 */
	public static GatewayProcess start(String... properties) {
		GatewayProcess gateway = start(4096, properties);
		gateway.awaitOutput("Started Framegate");
		return gateway;
	}

	private void read() {
		try (BufferedReader lines = this.process.inputReader()) {
			lines.lines().forEach(this.output::add);
		}
		catch (IOException | UncheckedIOException ex) {
			this.output.add("(" + ex.getMessage() + ")");
		}
	}

	private static String jar(String entry) {
		if (!Files.isDirectory(Path.of(entry))) {
			return entry;
		}
		try {
			Path jar = Files.createTempFile("framegate", ".jar");
			jar.toFile().deleteOnExit();
			ToolProvider.findFirst("jar")
				.orElseThrow()
				.run(System.out, System.err, "cf", jar.toString(), "-C", entry, ".");
			return jar.toString();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Waits until a route listens.
	 * @param route its name
	 * @return its port
	 */
	public int port(String route) {
		return Integer.parseInt(awaitOutput("Route '" + route + "' listens on \\S+ port (\\d+)").group(1));
	}

	/**
	 * Waits until a port is listened on, for a process whose output nobody reads.
	 * @param port the port
	 */
	public void awaitListening(int port) {
		Awaitility.await()
			.atMost(LIMIT)
			.pollInterval(Duration.ofMillis(50))
			.failFast(() -> !this.process.isAlive())
			.until(() -> {
				try (Socket socket = new Socket()) {
					socket.connect(new InetSocketAddress("127.0.0.1", port));
					return true;
				}
				catch (IOException ex) {
					return false;
				}
			});
	}

	/**
	 * Waits until the process has written something.
	 * @param regex what a line of it contains
	 * @return the first match
	 */
	public Matcher awaitOutput(String regex) {
		Pattern pattern = Pattern.compile(regex);
		try {
			return Awaitility.await()
				.atMost(LIMIT)
				.pollInterval(Duration.ofMillis(20))
				.failFast(() -> !this.process.isAlive() && find(pattern).isEmpty())
				.until(() -> find(pattern), Optional::isPresent)
				.orElseThrow();
		}
		catch (ConditionTimeoutException | TerminalFailureException ex) {
			throw new AssertionError("no output with " + regex + " but " + output(), ex);
		}
	}

	private Optional<Matcher> find(Pattern pattern) {
		return this.output.stream().map(pattern::matcher).filter(Matcher::find).findFirst();
	}

	/**
	 * All that it has written.
	 * @return lines
	 */
	public String output() {
		return this.output.stream().collect(Collectors.joining("\n"));
	}

	/**
	 * The credentials of the operator whose password it has made up and logged.
	 * @return the value of the header Authorization
	 */
	public String operator() {
		String credentials = "operator:" + awaitOutput("password for the user 'operator': (\\S+)").group(1);
		return "Basic " + Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8));
	}

	/**
	 * Gets a page of its management.
	 * @param path the path and query
	 * @return the response
	 */
	public HttpResponse<String> get(String path) {
		URI page = URI.create("http://127.0.0.1:" + awaitOutput("Netty started on port (\\d+)").group(1) + path);
		try (HttpClient http = HttpClient.newHttpClient()) {
			return http.send(HttpRequest.newBuilder(page).timeout(LIMIT).build(), HttpResponse.BodyHandlers.ofString());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Ends the process as {@code kill -9} does, and waits until it has ended.
	 */
	public void kill() {
		this.process.destroyForcibly();
		awaitExit();
	}

	/**
	 * Asks the process to end, as {@code kill} does.
	 */
	public void terminate() {
		// Process.destroy would close the stream that is read.
		this.process.toHandle().destroy();
	}

	/**
	 * Waits until the process has ended.
	 * @return its exit status
	 */
	public int awaitExit() {
		try {
			if (!this.process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
				throw new AssertionError("the process does not end: " + output());
			}
			if (this.reader.getState() != Thread.State.NEW) {
				this.reader.join(LIMIT);
			}
			return this.process.exitValue();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	@Override
	public void close() {
		this.process.destroyForcibly();
	}

}
