package io.framegate.network;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;

import org.jspecify.annotations.Nullable;

/**
 * Where one way of being dead is played: a route of its own, a client and a server, of
 * which the one that dies has an address of its own at the edge. One thread.
 */
final class Stage implements AutoCloseable {

	static final byte[] NEWS = "news".getBytes(StandardCharsets.US_ASCII);

	private static final byte[] HELLO = "hello".getBytes(StandardCharsets.US_ASCII);

	private static final int POURED_FRAMES = 170;

	private static final byte[] LARGE = new byte[60 * 1024];

	/** More than the client's kernel takes, less than the gateway's. */
	private static final byte[] SOME = new byte[40 * 1024];

	private static final int CLIENT_BUFFER = 8 * 1024;

	private static final Duration PATIENCE = Duration.ofMinutes(3);

	private static final int FIRST_PORT = 7000;

	private final Network network;

	private final DeadPeer play;

	private final InetSocketAddress edge;

	private final InetSocketAddress upstream;

	private final ServerSocketChannel listening;

	private @Nullable Peer client;

	private @Nullable Peer server;

	Stage(Network network, DeadPeer play) throws IOException {
		this.network = network;
		this.play = play;
		int host = 3 + play.ordinal();
		this.edge = network.edge(host, 0);
		this.upstream = play.isClient() ? network.server(port()) : network.edge(host, port());
		this.listening = (play.isClient() ? network.servers() : network.edge()).listen(this.upstream);
	}

	private int port() {
		return FIRST_PORT + this.play.ordinal();
	}

	String route() {
		return """
				    %s:
				      mode: %s
				      listen: {port: %d, framing: crlf}
				      upstream: {targets: ["%s"], framing: length4}
				      timeouts: {%s}
				""".formatted(this.play.label(), this.play.mode(), port(), Network.text(this.upstream),
				this.play.timeouts());
	}

	void connect() throws IOException {
		InetSocketAddress to = this.network.route(port());
		this.client = new Peer(
				this.play.isClient() ? this.network.edge().connect(this.edge, to, CLIENT_BUFFER)
						: this.network.clients().connect(this.network.client(0), to, CLIENT_BUFFER),
				Codec.CRLF, PATIENCE);
	}

	/**
	 * Connects, and sends a frame each way.
	 */
	void talk() throws IOException {
		connect();
		client().send(HELLO);
		this.server = new Peer(this.listening.accept(), Codec.LENGTH4, PATIENCE);
		expect(HELLO, server().receive());
		server().send(HELLO);
		expect(HELLO, client().receive());
	}

	private static void expect(byte[] payload, byte @Nullable [] received) throws IOException {
		if (!Arrays.equals(payload, received)) {
			throw new IOException("A wrong frame");
		}
	}

	void vanish() throws IOException {
		this.network.vanish(this.edge);
	}

	void detach() throws IOException {
		this.network.detach(this.edge);
	}

	/**
	 * Sends 10 MB for as long as somebody takes them.
	 */
	void pour(Peer from) {
		Thread.ofVirtual().start(() -> {
			try {
				for (int i = 0; i < POURED_FRAMES; i++) {
					from.send(LARGE);
				}
			}
			catch (IOException ex) {
				// The gateway ended the connection, as it should.
				return;
			}
		});
	}

	/**
	 * The one that lives reads until FIN, and closes then.
	 */
	void attend() {
		Peer alive = this.play.isClient() ? this.server : this.client;
		if (alive != null) {
			Thread.ofVirtual().start(() -> {
				try (alive) {
					while (alive.receive() != null) {
						continue;
					}
				}
				catch (IOException ex) {
					return;
				}
			});
		}
	}

	void fill(Peer from) throws IOException {
		from.send(SOME);
	}

	Peer client() throws IOException {
		return there(this.client);
	}

	Peer server() throws IOException {
		return there(this.server);
	}

	private static Peer there(@Nullable Peer peer) throws IOException {
		if (peer == null) {
			throw new IOException("Not connected");
		}
		return peer;
	}

	@Override
	public void close() throws IOException {
		this.listening.close();
		if (this.client != null) {
			this.client.close();
		}
		if (this.server != null) {
			this.server.close();
		}
	}

}
