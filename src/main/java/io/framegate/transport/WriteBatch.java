package io.framegate.transport;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import io.framegate.framing.Framing;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import org.jspecify.annotations.Nullable;

/**
 * Gathers the frames that an event loop writes to a {@link Sink}, so that they are sent
 * as one buffer with one system call. A write to another sink first hands over what was
 * gathered. Event loop only.
 */
public final class WriteBatch {

	private static final int SIZE = 128 * 1024;

	private final byte[] bytes = new byte[SIZE];

	/** Reused turn after turn; while a peer has not taken it, other buffers are used. */
	private final ByteBuf buffer = new UnpooledByteBufAllocator(true, true).directBuffer(SIZE, SIZE);

	/** Where each gathered frame ends in {@link #bytes}. */
	private int[] ends = new int[1024];

	/** How many bytes of payload each gathered frame has. */
	private int[] payloads = new int[1024];

	private int length;

	private int frames;

	private @Nullable Sink target;

	private final List<Sink> unflushed = new ArrayList<>();

	public void add(Sink to, byte[] payload) {
		Framing framing = to.framing().writing(payload);
		if (this.target != to) {
			handOver();
			this.target = to;
		}
		byte[] body = framing.body(payload);
		int size = body.length + framing.overhead();
		if (size > SIZE) {
			addLarge(to, framing, payload, body, size);
			return;
		}
		if (size > SIZE - this.length) {
			handOver();
			this.target = to;
		}
		int at = this.length;
		at += framing.prefix(payload, this.bytes, at);
		System.arraycopy(body, 0, this.bytes, at, body.length);
		at += body.length;
		at += framing.suffix(payload, this.bytes, at);
		this.length = at;
		if (this.frames == this.ends.length) {
			this.ends = Arrays.copyOf(this.ends, this.ends.length * 2);
			this.payloads = Arrays.copyOf(this.payloads, this.ends.length);
		}
		this.payloads[this.frames] = payload.length;
		this.ends[this.frames++] = at;
	}

	/**
	 * Gathers bytes that are no frame, such as the answer to a poll.
	 * @param to where they are written
	 * @param loose the bytes
	 */
	public void addBytes(Sink to, byte[] loose) {
		int begin = 0;
		while (begin < loose.length) {
			if (this.target != to || this.length == SIZE) {
				handOver();
				this.target = to;
			}
			int size = Math.min(loose.length - begin, SIZE - this.length);
			System.arraycopy(loose, begin, this.bytes, this.length, size);
			this.length += size;
			begin += size;
		}
	}

	private void addLarge(Sink to, Framing framing, byte[] payload, byte[] body, int size) {
		handOver();
		ByteBuf large;
		try {
			large = to.allocate(size, payload);
		}
		catch (RuntimeException | Error ex) {
			to.notWritten(1, payload.length, ex);
			return;
		}
		if (large == null) {
			return;
		}
		int edge = framing.prefix(payload, this.bytes, 0);
		large.writeBytes(this.bytes, 0, edge).writeBytes(body);
		edge = framing.suffix(payload, this.bytes, 0);
		large.writeBytes(this.bytes, 0, edge);
		this.ends[0] = large.readableBytes();
		this.payloads[0] = payload.length;
		write(to, large, 1);
	}

	private void handOver() {
		Sink to = this.target;
		this.target = null;
		if (to == null || (this.frames == 0 && this.length == 0)) {
			return;
		}
		int size = this.length;
		int count = this.frames;
		this.length = 0;
		this.frames = 0;
		boolean free = this.buffer.refCnt() == 1;
		ByteBuf chunk;
		try {
			chunk = free ? this.buffer.clear().retain() : to.allocate(size);
		}
		catch (RuntimeException | Error ex) {
			to.notWritten(count, Arrays.stream(this.payloads, 0, count).asLongStream().sum(), ex);
			return;
		}
		write(to, chunk.writeBytes(this.bytes, 0, size), count);
	}

	private void write(Sink to, ByteBuf chunk, int count) {
		try {
			if (to.enqueue(chunk, this.ends, this.payloads, count)) {
				this.unflushed.add(to);
			}
		}
		catch (RuntimeException | Error ex) {
			to.failed(ex);
		}
	}

	/**
	 * The bytes gathered for a sink and not given to its channel.
	 * @param sink the sink
	 * @return a number of bytes
	 */
	public int gatheredFor(Sink sink) {
		return (this.target == sink) ? this.length : 0;
	}

	/**
	 * Forgets what was gathered for a sink and not given to its channel.
	 * @param sink the sink
	 */
	public void takeBack(Sink sink) {
		if (this.target == sink) {
			this.target = null;
			this.length = 0;
			this.frames = 0;
		}
	}

	/**
	 * Hands everything over and flushes each sink once.
	 */
	public void flush() {
		handOver();
		for (int i = 0; i < this.unflushed.size(); i++) {
			Sink one = this.unflushed.get(i);
			try {
				one.flush();
			}
			catch (RuntimeException | Error ex) {
				one.failed(ex);
			}
		}
		this.unflushed.clear();
	}

	void close() {
		this.buffer.release();
	}

	boolean isEmpty() {
		return this.frames == 0 && this.length == 0 && this.unflushed.isEmpty();
	}

	/** Where frames are written to. */
	public interface Sink {

		Framing framing();

		/**
		 * Allocates a buffer.
		 * @param size its capacity in bytes
		 * @return the buffer
		 */
		ByteBuf allocate(int size);

		/**
		 * Allocates for a large frame, if there is memory for it.
		 * @param size how much, in bytes
		 * @param payload the frame
		 * @return the buffer, or {@code null} if the frame is lost
		 */
		@Nullable ByteBuf allocate(int size, byte[] payload);

		/**
		 * Takes whole frames, and bytes that belong to none.
		 * @param buffer the frames
		 * @param ends where each frame ends
		 * @param payloads how many bytes of payload each has
		 * @param count how many there are
		 * @return whether the sink needs a flush
		 */
		boolean enqueue(ByteBuf buffer, int[] ends, int[] payloads, int count);

		/** Writes what it took to the socket. */
		public void flush();

		/**
		 * Frames could not be handed over.
		 * @param frames how many
		 * @param bytes their payloads' bytes
		 * @param fault why
		 */
		void notWritten(int frames, long bytes, Throwable fault);

		/**
		 * The sink has thrown. It must not close its connection now: others are being
		 * written to.
		 * @param fault the exception
		 */
		void failed(Throwable fault);

	}

}
