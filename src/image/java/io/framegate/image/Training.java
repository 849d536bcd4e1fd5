package io.framegate.image;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
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
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Starts the gateway once, has it do what gateways do, and ends it: its JVM leaves a
 * cache of the classes and profiles (JEP 514, JEP 515). Needs nothing but the JDK, for it
 * runs in the build of the Dockerfile, too:
 * {@code java -cp training io.framegate.image.Training /app}.
 */
public final class Training {

	private static final Duration LIMIT = Duration.ofMinutes(10);

	private static final int FRAMES = 2000;

	/** Routes of all kinds, and what goes through them. */
	private static final Map<String, String> ROUTES = Map.of("session", "framing=crlf", "pool", "framing=lf", "ordered",
			"framing=lf", "correlated", "framing=length2", "bytes", "framing=stream", "away", "framing=nul");

	private static final List<String> PAGES = List.of("/health", "/health/liveness", "/health/readiness", "/prometheus",
			"/routes", "/connections", "/closures", "/timeouts", "/metrics", "/info", "/nothing");

	private static final Pattern LISTENS = Pattern.compile("Route '(\\S+)' listens on \\S+ port (\\d+)");

	private static final Pattern MANAGEMENT = Pattern.compile("Netty started on port (\\d+)");

	private static final Pattern STARTED = Pattern.compile("Started Framegate");

	private final Map<String, Integer> ports = new ConcurrentHashMap<>();

	private final CountDownLatch started = new CountDownLatch(1);

	public static void main(String[] args) throws Exception {
		Path java = Path.of(System.getProperty("java.home"), "bin", "java");
		make(java, Path.of(args[0]).toAbsolutePath());
	}

	/**
	 * Makes the cache.
	 * @param java the JVM that will use it
	 * @param app the directory that is {@code /app} in the image
	 * @throws IOException if there is none in the end
	 * @throws InterruptedException if interrupted
	 */
	static void make(Path java, Path app) throws IOException, InterruptedException {
		Path cache = app.resolve("framegate.aot");
		try (ServerSocket echo = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
			Thread.ofVirtual().start(() -> echo(echo));
			new Training().run(command(java, app, cache, echo.getLocalPort()));
		}
		if (!Files.isRegularFile(cache)) {
			throw new IOException("the JVM has left no " + cache);
		}
	}

	private static List<String> command(Path java, Path app, Path cache, int upstream) throws IOException {
		List<String> command = new ArrayList<>(List.of(java.toString()));
		for (String line : Files.readAllLines(app.resolve("options"))) {
			if (line.startsWith("-XX:AOTCache=")) {
				command.add("-XX:AOTCacheOutput=" + cache);
			}
			else if (line.startsWith("-cp ")) {
				command.add("-cp");
				command.add(line.substring(4).replace("\"", "").replace("/app/", app + "/"));
			}
			else if (!line.startsWith("#") && !line.isBlank()) {
				command.add(line.replace("/app/", app + "/"));
			}
		}
		command.add("--server.port=0");
		command.add("--spring.config.location=classpath:/");
		ROUTES.forEach((name, framing) -> {
			String route = "--framegate.routes." + name;
			command.add(route + ".listen.port=0");
			command.add(route + ".listen.address=127.0.0.1");
			command.add(route + ".listen." + framing);
			command.add(route + ".upstream.targets=127.0.0.1:" + upstream);
		});
		command.add("--framegate.routes.session.upstream.framing=length4");
		command.add("--framegate.routes.pool.mode=request-reply");
		command.add("--framegate.routes.ordered.mode=request-reply");
		command.add("--framegate.routes.ordered.upstream.sharing=ordered");
		command.add("--framegate.routes.correlated.mode=request-reply");
		command.add("--framegate.routes.correlated.upstream.sharing=correlated");
		command.add("--framegate.routes.correlated.upstream.correlation.offset=0");
		command.add("--framegate.routes.correlated.upstream.correlation.length=2");
		command.add("--framegate.routes.away.mode=one-way");
		return command;
	}

	private void run(List<String> command) throws IOException, InterruptedException {
		Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
		try {
			List<String> output = new ArrayList<>();
			Thread reader = Thread.ofVirtual().start(() -> read(process, output));
			if (!this.started.await(LIMIT.toSeconds(), TimeUnit.SECONDS) || !process.isAlive()) {
				process.destroyForcibly();
				reader.join();
				throw new IOException(String.join("\n", output));
			}
			for (String route : ROUTES.keySet()) {
				talk(this.ports.get(route), ROUTES.get(route), !route.equals("away"));
			}
			look();
			process.toHandle().destroy();
			if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
				throw new IOException("the training does not end");
			}
			reader.join();
			output.stream().filter((line) -> line.startsWith("AOTCache")).forEach(System.out::println);
		}
		finally {
			process.destroyForcibly();
		}
	}

	private void read(Process process, List<String> output) {
		try (BufferedReader lines = process.inputReader()) {
			lines.lines().forEach((line) -> {
				output.add(line);
				Matcher route = LISTENS.matcher(line);
				if (route.find()) {
					this.ports.put(route.group(1), Integer.valueOf(route.group(2)));
				}
				Matcher management = MANAGEMENT.matcher(line);
				if (management.find()) {
					this.ports.put("", Integer.valueOf(management.group(1)));
				}
				if (STARTED.matcher(line).find()) {
					this.started.countDown();
				}
			});
		}
		catch (IOException | UncheckedIOException ex) {
			output.add(ex.toString());
		}
		this.started.countDown();
	}

	/** An upstream that sends back what comes. */
	private static void echo(ServerSocket server) {
		while (!server.isClosed()) {
			try {
				Socket socket = server.accept();
				Thread.ofVirtual().start(() -> {
					try (socket) {
						socket.getInputStream().transferTo(socket.getOutputStream());
					}
					catch (IOException ex) {
						// The gateway ends connections as it likes.
					}
				});
			}
			catch (IOException ex) {
				return;
			}
		}
	}

	/** Sends frames one by one, then many at once, and waits for what comes back. */
	private static void talk(int port, String framing, boolean answered) throws IOException {
		byte[] frame = switch (framing) {
			case "framing=crlf" -> "a frame of some length\r\n".getBytes(StandardCharsets.US_ASCII);
			case "framing=lf" -> "a frame of some length\n".getBytes(StandardCharsets.US_ASCII);
			case "framing=nul" -> "a frame of some length\0".getBytes(StandardCharsets.US_ASCII);
			case "framing=length2" -> "\0\6k1abcd".getBytes(StandardCharsets.US_ASCII);
			default -> "bytes".getBytes(StandardCharsets.US_ASCII);
		};
		try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
			socket.setSoTimeout((int) LIMIT.toMillis());
			InputStream replies = socket.getInputStream();
			for (int i = 0; i < FRAMES; i++) {
				socket.getOutputStream().write(frame);
				// One frame at a time: a correlated key may be in flight but once.
				if (answered && replies.readNBytes(frame.length).length < frame.length) {
					throw new IOException("no reply to frame " + i + " with " + framing);
				}
			}
			socket.shutdownOutput();
			replies.readAllBytes();
		}
	}

	private void look() throws IOException, InterruptedException {
		try (HttpClient http = HttpClient.newHttpClient()) {
			for (String page : PAGES) {
				URI uri = URI.create("http://127.0.0.1:" + this.ports.get("") + "/actuator" + page);
				http.send(HttpRequest.newBuilder(uri).timeout(LIMIT).build(), HttpResponse.BodyHandlers.discarding());
			}
		}
	}

}
