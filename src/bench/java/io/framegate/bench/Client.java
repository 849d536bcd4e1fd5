package io.framegate.bench;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.Arrays;

/**
 * A client that does one exchange at a time.
 */
final class Client implements AutoCloseable {

	private static final long PATIENCE_MILLIS = 10_000;

	private final SocketChannel channel;

	private final Wire wire;

	private Client(SocketChannel channel, Wire wire) {
		this.channel = channel;
		this.wire = wire;
	}

	/**
	 * Connects, and shakes hands if the gateway wants TLS.
	 */
	static Client connect(Gateway gateway) throws IOException {
		SocketChannel channel = SocketChannel
			.open(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), gateway.port()));
		try {
			return new Client(channel, gateway.isTls() ? new TlsWire(channel) : new PlainWire(channel));
		}
		catch (IOException ex) {
			channel.close();
			throw ex;
		}
	}

	/**
	 * Sends a frame and checks that it comes back.
	 * @param frame the frame with its delimiter
	 */
	void exchange(byte[] frame) throws IOException {
		this.wire.write(ByteBuffer.wrap(frame));
		ByteBuffer reply = ByteBuffer.allocate(Math.max(frame.length, 32 * 1024));
		this.channel.configureBlocking(false);
		try (Selector selector = Selector.open()) {
			this.channel.register(selector, SelectionKey.OP_READ);
			while (reply.position() < frame.length) {
				if (selector.select(PATIENCE_MILLIS) == 0) {
					throw new SocketTimeoutException("no reply for " + PATIENCE_MILLIS + " ms");
				}
				selector.selectedKeys().clear();
				if (this.wire.read(reply) < 0) {
					throw new EOFException("closed without a reply");
				}
			}
		}
		this.channel.configureBlocking(true);
		if (!Arrays.equals(frame, Arrays.copyOf(reply.array(), reply.position()))) {
			throw new IOException("got another reply");
		}
	}

	@Override
	public void close() throws IOException {
		this.channel.close();
	}

}
