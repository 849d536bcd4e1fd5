package io.framegate.relay;

import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;

import io.framegate.testkit.Gateway;
import io.framegate.testkit.Peer;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestUpstream;

/**
 * Servers that answer {@code who} with their names. Each can be stopped and started again
 * on its port.
 */
final class NamedServers implements AutoCloseable {

	/** What a health check asks; {@code well} is the answer of a healthy server. */
	static final String PROBE = "are you well";

	private final Map<String, TestUpstream> servers = new ConcurrentHashMap<>();

	private volatile boolean sick;

	/**
	 * A server, started if there is none of its name.
	 */
	TestUpstream get(String name) {
		return this.servers.computeIfAbsent(name, (any) -> TestUpstream.handling((peer) -> serve(name, peer)));
	}

	/**
	 * Servers with numbered names, from 0.
	 */
	TestUpstream[] get(String name, int count) {
		return IntStream.range(0, count).mapToObj((i) -> get(name + i)).toArray(TestUpstream[]::new);
	}

	void restart(String name) {
		TestUpstream before = this.servers.get(name);
		this.servers.put(name, TestUpstream.handling(before.port(), (peer) -> serve(name, peer)));
	}

	/**
	 * Stops a server, and waits until the kernel refuses connects to it.
	 */
	void stop(String name) {
		TestUpstream server = this.servers.get(name);
		server.close();
		Gateway.await(name + " to refuse", () -> {
			try (Socket socket = new Socket("127.0.0.1", server.port())) {
				return Optional.empty();
			}
			catch (IOException ex) {
				return Optional.of(ex);
			}
		});
	}

	/**
	 * Lets probes of all servers fail, or succeed again.
	 */
	void sick(boolean sick) {
		this.sick = sick;
	}

	void serve(String name, Peer peer) {
		peer.within(Duration.ofMinutes(1));
		for (String line = peer.readLineOrEof(); line != null && !line.equals("bye"); line = peer.readLineOrEof()) {
			peer.sendLine(line.equals(PROBE) ? (this.sick ? "no" : "well") : name + line.substring(3));
		}
	}

	static String who(TestClient client) {
		client.sendLine("who");
		return client.readLine();
	}

	static void awaitAnswer(Gateway gateway, String route, String server) {
		Gateway.await(server + " to answer", () -> {
			try (TestClient client = gateway.connect(route)) {
				client.sendLine("who");
				return Optional.ofNullable(client.readLineOrEof()).filter(server::equals);
			}
		});
	}

	/**
	 * The gauge of a target: 1, 0, or not a number if it was never tried.
	 */
	double up(Gateway gateway, String route, String server) {
		return gateway
			.metric("framegate_upstream_up{route=\"%s\",target=\"%s\"}".formatted(route, get(server).address()));
	}

	@Override
	public void close() {
		this.servers.values().forEach(TestUpstream::close);
	}

}
