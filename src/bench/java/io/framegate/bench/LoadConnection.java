package io.framegate.bench;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * One client: writes the requests of a turn at once and checks every reply. Belongs to
 * the thread of its {@link LoadGenerator}.
 */
final class LoadConnection {

	private static final short CR_LF = 0x0D0A;

	private final SocketChannel channel;

	private final Wire wire;

	private final int index;

	private final boolean keepsOrder;

	private final int frameLength;

	private final byte[] rest;

	private final ByteBuffer out;

	private final ByteBuffer partial;

	/** When each request left, by number; a zero is none under way. */
	private final long[] sentAt;

	private @Nullable SelectionKey key;

	private int sent;

	private int answered;

	private boolean served;

	LoadConnection(SocketChannel channel, Wire wire, int index, Load load, boolean keepsOrder) {
		this.channel = channel;
		this.wire = wire;
		this.index = index;
		this.keepsOrder = keepsOrder;
		this.frameLength = load.payload() + Short.BYTES;
		this.rest = new byte[this.frameLength - RequestId.LENGTH];
		Arrays.fill(this.rest, (byte) 'x');
		ByteBuffer.wrap(this.rest).putShort(this.rest.length - Short.BYTES, CR_LF);
		this.out = ByteBuffer.allocateDirect(load.depth() * this.frameLength);
		this.partial = ByteBuffer.allocate(this.frameLength);
		// Without order, numbers under way may lie further apart than the depth.
		this.sentAt = new long[Integer.highestOneBit(load.depth()) * (keepsOrder ? 2 : 1024)];
	}

	void register(Selector selector) throws IOException {
		this.channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
		this.channel.configureBlocking(false);
		this.key = this.channel.register(selector, SelectionKey.OP_READ, this);
	}

	void request(int count, long now) throws IOException {
		for (int i = 0; i < count; i++) {
			int slot = this.sent & (this.sentAt.length - 1);
			if (this.sentAt[slot] != 0) {
				throw new IOException("connection " + this.index + ": request " + (this.sent - this.sentAt.length)
						+ " unanswered after " + this.sentAt.length + " others");
			}
			this.sentAt[slot] = now;
			this.out.putLong(RequestId.of(this.index, this.sent));
			this.out.put(this.rest);
			this.sent = (this.sent + 1) & (RequestId.MAX_REQUESTS - 1);
		}
		flush();
	}

	/** Whether it has had a reply. */
	boolean isServed() {
		return this.served;
	}

	/**
	 * Writes what is pending, and waits to write where the socket takes no more.
	 */
	void flush() throws IOException {
		this.out.flip();
		boolean more = !this.wire.write(this.out);
		this.out.compact();
		int interest = more ? SelectionKey.OP_READ | SelectionKey.OP_WRITE : SelectionKey.OP_READ;
		SelectionKey registered = Objects.requireNonNull(this.key);
		if (registered.interestOps() != interest) {
			registered.interestOps(interest);
		}
	}

	/**
	 * Reads once.
	 * @return how many replies were completed
	 */
	int read(ByteBuffer buffer, Histogram latencies) throws IOException {
		buffer.clear();
		if (this.wire.read(buffer) < 0) {
			throw new IOException("connection " + this.index + ": the gateway closed it, " + owed() + " replies owed");
		}
		long now = System.nanoTime();
		buffer.flip();
		int replies = 0;
		while (buffer.hasRemaining()) {
			int position = buffer.position();
			if (this.partial.position() == 0 && buffer.remaining() >= this.frameLength) {
				check(buffer, position, now, latencies);
				buffer.position(position + this.frameLength);
				replies++;
			}
			else {
				int count = Math.min(buffer.remaining(), this.partial.remaining());
				this.partial.put(this.partial.position(), buffer, position, count);
				this.partial.position(this.partial.position() + count);
				buffer.position(position + count);
				if (!this.partial.hasRemaining()) {
					check(this.partial, 0, now, latencies);
					this.partial.clear();
					replies++;
				}
			}
		}
		return replies;
	}

	private void check(ByteBuffer frame, int from, long now, Histogram latencies) throws IOException {
		long id = frame.getLong(from);
		int request = RequestId.request(id);
		int slot = request & (this.sentAt.length - 1);
		boolean inTurn = !this.keepsOrder || request == this.answered;
		if (RequestId.connection(id) != this.index || !inTurn || this.sentAt[slot] == 0
				|| frame.getShort(from + this.frameLength - Short.BYTES) != CR_LF) {
			throw new IOException("connection " + this.index + ": expected the reply to request " + this.answered
					+ " but got one for request " + request + " of connection " + RequestId.connection(id));
		}
		latencies.record(now - this.sentAt[slot]);
		this.sentAt[slot] = 0;
		this.answered = (this.answered + 1) & (RequestId.MAX_REQUESTS - 1);
		this.served = true;
	}

	int owed() {
		return (this.sent - this.answered) & (RequestId.MAX_REQUESTS - 1);
	}

	void close() throws IOException {
		this.channel.close();
	}

}
