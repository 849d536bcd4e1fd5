package io.framegate.network;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/**
 * A server that answers every frame with itself, or only looks at it. Sends FIN when it
 * got one and everything was answered. A virtual thread for each connection.
 */
final class EchoServer {

	private static final Duration PATIENCE = Duration.ofMinutes(10);

	private final Codec codec;

	private final boolean echoing;

	private final Consumer<byte[]> looker;

	private final Consumer<String> fault;

	private final LongAdder frames = new LongAdder();

	private final LongAdder bytes = new LongAdder();

	/**
	 * Starts a server.
	 * @param looker sees every frame
	 * @param fault is told what goes wrong on a connection
	 */
	EchoServer(Namespace home, InetSocketAddress address, Codec codec, boolean echoing, Consumer<byte[]> looker,
			Consumer<String> fault) throws IOException {
		this.codec = codec;
		this.echoing = echoing;
		this.looker = looker;
		this.fault = fault;
		ServerSocketChannel listening = home.listen(address);
		Thread.ofVirtual().start(() -> accept(listening));
	}

	private void accept(ServerSocketChannel listening) {
		try {
			while (true) {
				SocketChannel accepted = listening.accept();
				Thread.ofVirtual().start(() -> serve(accepted));
			}
		}
		catch (IOException ex) {
			this.fault.accept("accept: " + ex);
		}
	}

	private void serve(SocketChannel accepted) {
		try (Peer peer = new Peer(accepted, this.codec, PATIENCE)) {
			for (byte[] payload = peer.receive(); payload != null; payload = peer.receive()) {
				this.frames.increment();
				this.bytes.add(payload.length);
				this.looker.accept(payload);
				if (this.echoing) {
					peer.send(payload);
				}
			}
			peer.end();
		}
		catch (IOException ex) {
			this.fault.accept(accepted + ": " + ex);
		}
	}

	long frames() {
		return this.frames.sum();
	}

	/** Their payloads' bytes. */
	long bytes() {
		return this.bytes.sum();
	}

}
