package io.framegate.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

import org.awaitility.Awaitility;

/**
 * A scripted server on a free port of 127.0.0.1. Each connection is a {@link Peer} with a
 * virtual thread of its own and stays in {@link #connections()} after its end.
 *
 * <pre>
 * try (TestUpstream upstream = TestUpstream.handling((peer) -&gt; {
 * 	peer.sendLine("re: " + peer.readLine());
 * 	peer.awaitEof();
 * })) { ... }
 * </pre>
 */
public final class TestUpstream implements AutoCloseable {

	private static final int BACKLOG = 4096;

	private static final Duration FOR_EVER = Duration.ofHours(1);

	private final ServerSocket server = new ServerSocket();

	private final List<Peer> connections = new CopyOnWriteArrayList<>();

	private final Script script;

	private final Wrapper wrapper;

	private TestUpstream(String host, int port, Wrapper wrapper, Script script) throws IOException {
		this.script = script;
		this.wrapper = wrapper;
		this.server.bind(new InetSocketAddress(InetAddress.getByName(host), port), BACKLOG);
	}

	/**
	 * An upstream that does with each connection what the script says.
	 * @param script the script
	 * @return the listening upstream
	 */
	public static TestUpstream handling(Script script) {
		return handling(0, script);
	}

	/**
	 * The same on a given port, for an upstream that comes back.
	 * @param port the port; 0 for any free one
	 * @param script the script
	 * @return the listening upstream
	 */
	public static TestUpstream handling(int port, Script script) {
		return handling("127.0.0.1", port, script);
	}

	/**
	 * The same at another loopback address.
	 * @param host the address
	 * @param port the port; 0 for any free one
	 * @param script the script
	 * @return the listening upstream
	 */
	public static TestUpstream handling(String host, int port, Script script) {
		return handling(host, port, (socket) -> socket, script);
	}

	/**
	 * The same with TLS. A handshake is done when a script first reads or writes.
	 * @param tls what the server shows and trusts
	 * @param settings sets what else it wants
	 * @param script the script
	 * @return the listening upstream
	 */
	public static TestUpstream handling(SSLContext tls, Consumer<SSLParameters> settings, Script script) {
		return handling("127.0.0.1", 0, (socket) -> {
			SSLSocket secured = (SSLSocket) tls.getSocketFactory().createSocket(socket, null, true);
			secured.setUseClientMode(false);
			SSLParameters parameters = secured.getSSLParameters();
			settings.accept(parameters);
			secured.setSSLParameters(parameters);
			return secured;
		}, script);
	}

	private static TestUpstream handling(String host, int port, Wrapper wrapper, Script script) {
		try {
			TestUpstream upstream = new TestUpstream(host, port, wrapper, script);
			Thread.ofVirtual().name("testkit-accept-" + upstream.port()).start(upstream::accept);
			return upstream;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Sends every byte back, and FIN after the peer's FIN.
	 * @return the listening upstream
	 */
	public static TestUpstream echo() {
		return handling((peer) -> {
			peer.within(FOR_EVER);
			for (byte[] bytes = peer.readSome(); bytes.length > 0; bytes = peer.readSome()) {
				peer.send(bytes);
			}
		});
	}

	/**
	 * Sends every CR LF line back, and FIN after the peer's FIN.
	 * @return the listening upstream
	 */
	public static TestUpstream lineEcho() {
		return handling((peer) -> {
			peer.within(FOR_EVER);
			for (String line = peer.readLineOrEof(); line != null; line = peer.readLineOrEof()) {
				peer.sendLine(line);
			}
		});
	}

	/**
	 * Sends every length4 frame back, and FIN after the peer's FIN.
	 * @return the listening upstream
	 */
	public static TestUpstream length4Echo() {
		return handling((peer) -> {
			peer.within(FOR_EVER);
			for (byte[] frame = peer.readLength4OrEof(); frame != null; frame = peer.readLength4OrEof()) {
				peer.sendLength4(frame);
			}
		});
	}

	/**
	 * Accepts and then neither reads nor sends.
	 * @return the listening upstream
	 */
	public static TestUpstream silent() {
		return handling(Peer::awaitClose);
	}

	/**
	 * Reads everything until FIN, and never answers.
	 * @return the listening upstream
	 */
	public static TestUpstream sink() {
		return handling((peer) -> peer.within(FOR_EVER).awaitEof());
	}

	/**
	 * Reads that many bytes of a connection and closes it.
	 * @param bytes how many; 0 closes at once
	 * @return the listening upstream
	 */
	public static TestUpstream closingAfter(int bytes) {
		return handling((peer) -> peer.within(FOR_EVER).readExactly(bytes));
	}

	private void accept() {
		while (!this.server.isClosed()) {
			try {
				Socket wire = this.server.accept();
				Peer peer = new Peer(this.wrapper.wrap(wire), wire);
				this.connections.add(peer);
				Thread.ofVirtual().name("testkit-" + peer).start(() -> peer.play(this.script));
			}
			catch (IOException ex) {
				Thread.yield();
			}
		}
	}

	public int port() {
		return this.server.getLocalPort();
	}

	/**
	 * Where it listens.
	 * @return host:port, as a route's target
	 */
	public String address() {
		return "127.0.0.1:" + port();
	}

	/**
	 * All connections ever accepted, oldest first.
	 * @return a copy
	 */
	public List<Peer> connections() {
		return List.copyOf(this.connections);
	}

	/**
	 * Forgets its connections so far.
	 */
	public void forgetConnections() {
		this.connections.clear();
	}

	/**
	 * Waits until so many connections were accepted in all.
	 * @param count at least how many
	 * @return all connections ever accepted
	 */
	public List<Peer> awaitConnections(int count) {
		Awaitility.await("connections to upstream " + port())
			.atMost(Duration.ofSeconds(30))
			.pollInterval(Duration.ofMillis(2))
			.until(this.connections::size, (size) -> size >= count);
		return connections();
	}

	/**
	 * Waits until every script has ended.
	 */
	public void awaitEnded() {
		Awaitility.await("ends of the connections of upstream " + port())
			.atMost(Duration.ofSeconds(30))
			.pollInterval(Duration.ofMillis(2))
			.until(() -> this.connections.stream().allMatch(Peer::isEnded));
	}

	/**
	 * How much all connections have received.
	 * @return bytes
	 */
	public long receivedCount() {
		return this.connections.stream().mapToLong(Peer::receivedCount).sum();
	}

	/**
	 * Refuses new connections; those that are open stay.
	 */
	public void stopListening() {
		try {
			this.server.close();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Override
	public void close() {
		stopListening();
		this.connections.forEach(Peer::close);
	}

	@FunctionalInterface
	private interface Wrapper {

		Socket wrap(Socket accepted) throws IOException;

	}

}
