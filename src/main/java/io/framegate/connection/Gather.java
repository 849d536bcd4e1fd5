package io.framegate.connection;

import java.util.ArrayList;
import java.util.List;

import io.framegate.framing.Framing;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import org.jspecify.annotations.Nullable;

/**
 * Where an event loop gathers the frames written to a connection, so that they leave as
 * one buffer with one system call. Writing to another connection hands over what was
 * gathered for the one before. Event loop only.
 */
final class Gather {

	private static final int SIZE = 128 * 1024;

	private final byte[] bytes = new byte[SIZE];

	/** What is written turn after turn; while a peer has not taken it, others serve. */
	private final ByteBuf buffer = new UnpooledByteBufAllocator(true, true).directBuffer(SIZE, SIZE);

	/** Where each gathered frame ends in {@link #bytes}. */
	private int[] ends = new int[1024];

	private int length;

	private int frames;

	private @Nullable FrameConnection target;

	private final List<FrameConnection> unflushed = new ArrayList<>();

	void add(FrameConnection to, byte[] payload) {
		Framing framing = to.framing();
		if (this.target != to) {
			handOver();
			this.target = to;
		}
		int size = payload.length + framing.overhead();
		if (size > SIZE) {
			addLarge(to, framing, payload, size);
			return;
		}
		if (size > SIZE - this.length) {
			handOver();
			this.target = to;
		}
		int at = this.length;
		at += framing.prefix(payload.length, this.bytes, at);
		System.arraycopy(payload, 0, this.bytes, at, payload.length);
		at += payload.length;
		at += framing.suffix(this.bytes, at);
		this.length = at;
		if (this.frames == this.ends.length) {
			this.ends = java.util.Arrays.copyOf(this.ends, this.ends.length * 2);
		}
		this.ends[this.frames++] = at;
	}

	private void addLarge(FrameConnection to, Framing framing, byte[] payload, int size) {
		handOver();
		ByteBuf large;
		try {
			large = to.output().allocate(size, payload);
		}
		catch (RuntimeException | Error ex) {
			to.output().notWritten(1, payload.length, ex);
			return;
		}
		if (large == null) {
			return;
		}
		int edge = framing.prefix(payload.length, this.bytes, 0);
		large.writeBytes(this.bytes, 0, edge).writeBytes(payload);
		edge = framing.suffix(this.bytes, 0);
		large.writeBytes(this.bytes, 0, edge);
		this.ends[0] = large.readableBytes();
		write(to, large, 1);
	}

	private void handOver() {
		FrameConnection to = this.target;
		this.target = null;
		if (to == null || this.frames == 0) {
			return;
		}
		int size = this.length;
		int count = this.frames;
		this.length = 0;
		this.frames = 0;
		boolean free = this.buffer.refCnt() == 1;
		ByteBuf chunk;
		try {
			chunk = free ? this.buffer.clear().retain() : to.output().allocate(size);
		}
		catch (RuntimeException | Error ex) {
			to.output().notWritten(count, Math.max(0, size - count * to.framing().overhead()), ex);
			return;
		}
		write(to, chunk.writeBytes(this.bytes, 0, size), count);
	}

	private void write(FrameConnection to, ByteBuf chunk, int count) {
		try {
			if (to.output().enqueue(chunk, this.ends, count)) {
				this.unflushed.add(to);
			}
		}
		catch (RuntimeException | Error ex) {
			failed(to, ex);
		}
	}

	/**
	 * The bytes gathered for a connection and not handed to its channel.
	 * @param connection the connection
	 * @return a number of bytes
	 */
	int gatheredFor(FrameConnection connection) {
		return (this.target == connection) ? this.length : 0;
	}

	/**
	 * Forgets what was gathered for a connection and not handed to its channel.
	 * @param connection the connection
	 */
	void takeBack(FrameConnection connection) {
		if (this.target == connection) {
			this.target = null;
			this.length = 0;
			this.frames = 0;
		}
	}

	/**
	 * Hands everything over and flushes each connection once.
	 */
	void flush() {
		handOver();
		for (int i = 0; i < this.unflushed.size(); i++) {
			FrameConnection one = this.unflushed.get(i);
			try {
				one.output().flush();
			}
			catch (RuntimeException | Error ex) {
				failed(one, ex);
			}
		}
		this.unflushed.clear();
	}

	/**
	 * Ends one connection, and not now: others are being written to.
	 */
	private static void failed(FrameConnection one, Throwable fault) {
		one.loop().later(() -> one.ending().broken(fault));
	}

	void close() {
		this.buffer.release();
	}

	boolean isEmpty() {
		return this.frames == 0 && this.unflushed.isEmpty();
	}

}
