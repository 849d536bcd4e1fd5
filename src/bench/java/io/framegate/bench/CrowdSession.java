package io.framegate.bench;

import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.Arrays;

/**
 * One of many sessions: it connects, and has one exchange at a time. Belongs to the
 * thread of its {@link Crowd}.
 */
final class CrowdSession {

	private final SocketChannel channel = SocketChannel.open();

	private final int index;

	private final byte[] frame;

	/** When the connect or the request under way began, 0 if nothing is under way. */
	private long begunAt;

	private int received;

	private int requests;

	CrowdSession(int index, int payload) throws IOException {
		this.index = index;
		this.frame = new byte[payload + 2];
		Arrays.fill(this.frame, (byte) 'x');
		this.frame[payload] = '\r';
		this.frame[payload + 1] = '\n';
	}

	/** Connects; the first request follows when it is connected. */
	void connect(SocketAddress address, Selector selector) throws IOException {
		this.channel.configureBlocking(false);
		this.channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
		this.begunAt = System.nanoTime();
		if (this.channel.connect(address)) {
			this.channel.register(selector, SelectionKey.OP_READ, this);
			send();
		}
		else {
			this.channel.register(selector, SelectionKey.OP_CONNECT, this);
		}
	}

	/** Begins an exchange, unless one is under way. */
	boolean request() throws IOException {
		if (this.begunAt != 0) {
			return false;
		}
		this.begunAt = System.nanoTime();
		send();
		return true;
	}

	private void send() throws IOException {
		ByteBuffer.wrap(this.frame).putLong(RequestId.of(this.index, this.requests++));
		if (this.channel.write(ByteBuffer.wrap(this.frame)) != this.frame.length) {
			throw new IOException("no room for a frame");
		}
	}

	/**
	 * The socket is ready.
	 * @param buffer to read into
	 * @return nanoseconds from the begin to the reply that is complete now, or -1
	 */
	long serve(SelectionKey key, ByteBuffer buffer) throws IOException {
		if (key.isConnectable()) {
			this.channel.finishConnect();
			key.interestOps(SelectionKey.OP_READ);
			send();
			return -1;
		}
		buffer.clear();
		int count = this.channel.read(buffer);
		if (count < 0) {
			throw new IOException("the gateway closed it");
		}
		if (this.begunAt == 0 || this.received + count > this.frame.length
				|| !Arrays.equals(this.frame, this.received, this.received + count, buffer.array(), 0, count)) {
			throw new IOException("got another reply");
		}
		this.received += count;
		if (this.received < this.frame.length) {
			return -1;
		}
		long nanos = System.nanoTime() - this.begunAt;
		this.received = 0;
		this.begunAt = 0;
		return nanos;
	}

	void close() throws IOException {
		this.channel.close();
	}

}
