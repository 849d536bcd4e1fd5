package io.framegate.bench;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * A gateway's process, or the upstream itself where there is none. Ended by its process
 * id, whatever happened.
 */
final class Gateway implements AutoCloseable {

	private static final long START_SECONDS = 60;

	private static final Pattern HTTP_PORT = Pattern.compile("Netty started on port (\\d+) \\(http\\)");

	private final String label;

	private final int port;

	private final boolean tls;

	private final Path log;

	private final @Nullable Process process;

	private Gateway(Scenario scenario, int port, Path log, @Nullable Process process) {
		this.label = scenario.label();
		this.port = port;
		this.tls = scenario.isTls();
		this.log = log;
		this.process = process;
	}

	/**
	 * Starts its process.
	 * @param payload the largest frame that is sent, in bytes
	 */
	static Gateway start(Scenario scenario, BenchmarkOptions options, int upstreamPort, int payload)
			throws IOException {
		Path directory = Files.createDirectories(options.directory().resolve(scenario.label()));
		Path log = directory.resolve("output.log");
		if (!scenario.hasProcess()) {
			return new Gateway(scenario, upstreamPort, log, null);
		}
		int port = freePort();
		ProcessBuilder builder = new ProcessBuilder(scenario.command(new Scenario.Site(directory, port, upstreamPort,
				payload, options.jar(), options.transport(), options)));
		builder.directory(directory.toFile()).redirectErrorStream(true).redirectOutput(log.toFile());
		return new Gateway(scenario, port, log, builder.start());
	}

	/**
	 * Waits until a frame comes back through it.
	 */
	void awaitReady() throws IOException, InterruptedException {
		long start = System.nanoTime();
		while (!answers()) {
			if (this.process != null && this.process.waitFor(200, TimeUnit.MILLISECONDS)) {
				throw new IOException(this.label + " ended with exit code " + this.process.exitValue() + " at its start"
						+ lastWords());
			}
			if (System.nanoTime() - start > TimeUnit.SECONDS.toNanos(START_SECONDS)) {
				throw new IOException(
						this.label + " answered nothing on port " + this.port + " for 60 s" + lastWords());
			}
		}
	}

	private boolean answers() {
		try (Client client = Client.connect(this)) {
			client.exchange("are you ready?\r\n".getBytes(StandardCharsets.US_ASCII));
			return true;
		}
		catch (IOException ex) {
			return false;
		}
	}

	/**
	 * Whether clients speak TLS.
	 */
	boolean isTls() {
		return this.tls;
	}

	int port() {
		return this.port;
	}

	/**
	 * The address of its management endpoints.
	 * @return {@code null} if it has none
	 */
	@Nullable String endpoints() throws IOException {
		Matcher http = HTTP_PORT.matcher(Files.exists(this.log) ? Files.readString(this.log) : "");
		return http.find() ? "http://127.0.0.1:" + http.group(1) + "/actuator/" : null;
	}

	/**
	 * CPU time of the process and its workers since their start, user and system, to 10
	 * ms.
	 */
	long cpuNanos() {
		return processes().mapToLong((one) -> one.info().totalCpuDuration().map(Duration::toNanos).orElse(0L)).sum();
	}

	/**
	 * What the process and its workers have in memory now, pages that workers share
	 * counted for each.
	 * @return KB of 1,024 bytes; 0 where the system does not say
	 */
	long residentKilobytes() throws IOException {
		long all = 0;
		for (ProcessHandle one : processes().toList()) {
			all += new Memory(one.pid()).residentKilobytes();
		}
		return all;
	}

	/**
	 * Weighs the process and its workers, as {@link Memory} does.
	 * @return KB of 1,024 bytes
	 */
	long kilobytes() throws IOException, InterruptedException {
		long all = 0;
		for (ProcessHandle one : processes().toList()) {
			all += new Memory(one.pid()).kilobytes();
		}
		return all;
	}

	/** The CPU time of the JVM's compiler, 0 for a gateway that has none. */
	long compilerNanos() throws IOException {
		return (this.process != null) ? new CompilerThreads(this.process.pid()).nanos() : 0;
	}

	/**
	 * Waits until a gateway on the JVM has little left to compile. A moment for any
	 * other.
	 */
	void awaitCompiled() throws IOException, InterruptedException {
		if (this.process != null) {
			new CompilerThreads(this.process.pid()).awaitRest();
		}
	}

	private Stream<ProcessHandle> processes() {
		return (this.process == null) ? Stream.empty()
				: Stream.concat(Stream.of(this.process.toHandle()), this.process.descendants());
	}

	/**
	 * The end of what it printed, for a message about its failure.
	 */
	String lastWords() {
		try {
			List<String> lines = Files.exists(this.log) ? Files.readAllLines(this.log) : List.of();
			List<String> last = lines.subList(Math.max(0, lines.size() - 30), lines.size());
			return last.isEmpty() ? "" : "\n" + this.log + ":\n" + String.join("\n", last);
		}
		catch (IOException ex) {
			return "";
		}
	}

	/**
	 * A free port below those that the system gives to clients and to port 0, so that
	 * nothing else takes it before the gateway does.
	 */
	private static int freePort() throws IOException {
		for (int attempt = 0; attempt < 100; attempt++) {
			int candidate = ThreadLocalRandom.current().nextInt(20_000, 32_000);
			try (ServerSocket socket = new ServerSocket(candidate, 1, InetAddress.getByName("127.0.0.1"))) {
				return socket.getLocalPort();
			}
			catch (BindException ex) {
				continue;
			}
		}
		throw new IOException("No free port found between 20,000 and 32,000");
	}

	@Override
	public void close() {
		if (this.process == null || !this.process.isAlive()) {
			return;
		}
		this.process.destroy();
		try {
			if (!this.process.waitFor(10, TimeUnit.SECONDS)) {
				this.process.destroyForcibly();
			}
		}
		catch (InterruptedException ex) {
			this.process.destroyForcibly();
			Thread.currentThread().interrupt();
		}
	}

}
