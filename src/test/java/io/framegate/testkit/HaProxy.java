package io.framegate.testkit;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * HAProxy as the balancer, steered over its own socket. It never tries a connection
 * twice, so that one that is refused is seen.
 */
public final class HaProxy implements Balancer {

	private static final int ATTEMPTS = 5;

	private static final List<String> FAULTS = List.of("econ", "eresp", "srv_abrt", "cli_abrt", "wretr", "wredis");

	private final Process process;

	private final Path directory;

	private final int port;

	/** The endpoints' ports and the servers that stand for them. */
	private final Map<Integer, String> servers = new ConcurrentHashMap<>();

	private HaProxy(Process process, Path directory, int port) {
		this.process = process;
		this.directory = directory;
		this.port = port;
	}

	/**
	 * Whether the program is there.
	 * @return whether it is on the PATH
	 */
	public static boolean isInstalled() {
		return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
			.anyMatch((directory) -> Files.isExecutable(Path.of(directory, "haproxy")));
	}

	/**
	 * A balancer without endpoints.
	 * @return the balancer, listening
	 */
	public static HaProxy start() {
		return start("", "server-template pod 1-8 127.0.0.1:1 disabled");
	}

	/**
	 * A proxy in front of one server.
	 * @param bind options of the line {@code bind}
	 * @param server the server's port and options of the line {@code server}
	 * @return the proxy, listening
	 */
	public static HaProxy before(String bind, String server) {
		return start(bind, "server one 127.0.0.1:" + server);
	}

	private static HaProxy start(String bind, String servers) {
		try {
			for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
				Optional<HaProxy> started = tryOn(TestPorts.refused(), bind, servers);
				if (started.isPresent()) {
					return started.get();
				}
			}
			throw new AssertionError("HAProxy does not start");
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * The port may be taken meanwhile: HAProxy ends then.
	 */
	private static Optional<HaProxy> tryOn(int port, String bind, String servers) throws IOException {
		Path directory = Files.createTempDirectory("haproxy");
		Path configuration = directory.resolve("haproxy.cfg");
		Files.writeString(configuration, """
				global
				  stats socket %s mode 600 level admin
				defaults
				  mode tcp
				  retries 0
				  timeout connect 10s
				  timeout client 5m
				  timeout server 5m
				frontend clients
				  bind 127.0.0.1:%d %s
				  default_backend pods
				backend pods
				  balance roundrobin
				  %s
				""".formatted(directory.resolve("socket"), port, bind, servers));
		Process process = new ProcessBuilder("haproxy", "-db", "-f", configuration.toString()).redirectErrorStream(true)
			.redirectOutput(directory.resolve("output").toFile())
			.start();
		HaProxy proxy = new HaProxy(process, directory, port);
		boolean up = Gateway.await("HAProxy on " + port,
				() -> process.isAlive() ? Optional.of(true).filter((none) -> proxy.answers()) : Optional.of(false));
		if (!up) {
			proxy.close();
		}
		return Optional.of(proxy).filter((none) -> up);
	}

	private boolean answers() {
		return Files.exists(this.directory.resolve("socket")) && !statistics().isEmpty();
	}

	private String ask(String command) {
		try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
			channel.connect(UnixDomainSocketAddress.of(this.directory.resolve("socket")));
			channel.write(ByteBuffer.wrap((command + "\n").getBytes(StandardCharsets.US_ASCII)));
			return new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.US_ASCII).strip();
		}
		catch (IOException ex) {
			return "";
		}
	}

	/**
	 * What it has counted, by proxy and server.
	 */
	private Map<String, Map<String, String>> statistics() {
		Map<String, Map<String, String>> rows = new LinkedHashMap<>();
		List<String> lines = ask("show stat").lines().toList();
		for (int i = 1; i < lines.size(); i++) {
			String[] names = lines.getFirst().substring(2).split(",");
			String[] values = lines.get(i).split(",");
			Map<String, String> row = new LinkedHashMap<>();
			for (int column = 0; column < Math.min(names.length, values.length); column++) {
				row.put(names[column], values[column]);
			}
			rows.put(values[0] + "/" + values[1], row);
		}
		return rows;
	}

	@Override
	public int port() {
		return this.port;
	}

	@Override
	public void add(int endpoint) {
		String server = "pods/pod" + (this.servers.size() + 1);
		this.servers.put(endpoint, server);
		ask("set server " + server + " addr 127.0.0.1 port " + endpoint);
		set(server, "ready", "UP");
	}

	@Override
	public void remove(int endpoint) {
		set(this.servers.get(endpoint), "maint", "MAINT");
	}

	private void set(String server, String state, String status) {
		ask("set server " + server + " state " + state);
		Gateway.await(server + " " + state, () -> Optional.ofNullable(statistics().get(server))
			.filter((row) -> row.get("status").startsWith(status) || row.get("status").equals("no check")));
	}

	@Override
	public long opened(int endpoint) {
		return Long.parseLong(statistics().get(this.servers.get(endpoint)).get("stot"));
	}

	@Override
	public List<String> faults() {
		List<String> faults = new ArrayList<>();
		statistics().forEach((name, row) -> FAULTS.forEach((fault) -> {
			String count = row.getOrDefault(fault, "");
			if (!count.isEmpty() && !count.equals("0")) {
				faults.add(name + " " + fault + " " + count);
			}
		}));
		return faults;
	}

	@Override
	public void close() {
		this.process.destroyForcibly();
		try {
			this.process.waitFor();
			for (String file : List.of("haproxy.cfg", "output", "socket")) {
				Files.deleteIfExists(this.directory.resolve(file));
			}
			Files.deleteIfExists(this.directory);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	@Override
	public String toString() {
		return "HAProxy";
	}

}
