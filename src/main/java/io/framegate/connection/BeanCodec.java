package io.framegate.connection;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

import io.framegate.framing.BeanFraming;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.integration.ip.tcp.serializer.SoftEndOfStreamException;

/**
 * Runs a user's own serializer and deserializer for one connection. The deserializer
 * reads, on a virtual thread, a stream that the event loop fills; what the serializer
 * writes, on another, goes back to the loop. Both directions are bounded by
 * {@link #LIMIT}.
 */
final class BeanCodec {

	private static final Logger logger = LoggerFactory.getLogger(BeanCodec.class);

	/** Bytes held in one direction above which its source is paused. */
	private static final int LIMIT = 128 * 1024;

	/** What a piece of the stream takes besides its bytes. */
	private static final int PIECE = 32;

	private final FrameConnection connection;

	private final BeanFraming framing;

	private final Input input = new Input();

	private final Serial writer;

	private final List<Runnable> afterLast = new ArrayList<>();

	private boolean reading;

	private boolean finished;

	/** Bytes on their way through the serializer; the event loop's. */
	private long encoding;

	private boolean full;

	BeanCodec(FrameConnection connection, BeanFraming framing) {
		this.connection = connection;
		this.framing = framing;
		this.writer = new Serial("framegate-bean-writer-" + connection.getConnectionId());
	}

	/**
	 * Takes a piece of the stream. Event loop only.
	 * @param chunk the bytes
	 * @return whether no more should come for now; the connection is resumed later
	 */
	boolean offer(byte[] chunk) {
		if (!this.reading) {
			this.reading = true;
			Thread.ofVirtual().name("framegate-bean-reader-" + this.connection.getConnectionId()).start(this::read);
		}
		return this.input.offer(chunk);
	}

	/**
	 * Ends the stream and runs a task on the loop when its last frame was delivered.
	 * Event loop only.
	 * @param task the task
	 */
	void afterLast(Runnable task) {
		if (!this.reading || this.finished) {
			task.run();
			return;
		}
		this.afterLast.add(task);
		this.input.end();
	}

	private void read() {
		@Nullable Cause fault = null;
		try {
			while (true) {
				byte[] payload = this.framing.deserializer().deserialize(this.input);
				this.input.frameRead();
				this.connection.input().received(payload);
			}
		}
		catch (SoftEndOfStreamException ex) {
			// The end at a frame boundary.
		}
		catch (IOException | RuntimeException ex) {
			if (!this.input.isAtEnd()) {
				fault = new Cause(CloseReason.BAD_FRAME, this.connection.side().asEndedBy(),
						String.valueOf(ex.getMessage()));
			}
		}
		catch (Error ex) {
			logger.error("Route '{}': framing bean '{}' failed to read a frame of connection {}",
					this.connection.route(), this.framing.name(), this.connection.getConnectionId(), ex);
			fault = Ending.internalError(ex);
		}
		Cause found = fault;
		this.connection.execute(() -> {
			this.finished = true;
			if (found != null) {
				this.connection.input().broke(found);
			}
			this.afterLast.forEach(Runnable::run);
			this.afterLast.clear();
		});
	}

	/**
	 * Bytes read since the last complete frame.
	 * @return a number of bytes
	 */
	int partialBytes() {
		return this.input.sinceFrame();
	}

	/**
	 * When the first byte of an incomplete frame was read.
	 * @return a {@link System#nanoTime()} stamp, 0 for none
	 */
	long frameStartedAt() {
		return this.input.frameStartedAt();
	}

	/**
	 * Serializes a frame and has the loop write it. Event loop only.
	 * @param payload the frame
	 */
	void write(byte[] payload) {
		this.encoding += payload.length;
		checkFull();
		this.writer.submit(() -> {
			ByteArrayOutputStream encoded = new ByteArrayOutputStream(payload.length + 16);
			@Nullable Cause refusal = null;
			try {
				this.framing.serializer().serialize(payload, encoded);
			}
			catch (IOException | RuntimeException ex) {
				refusal = Cause.byGateway(CloseReason.FRAME_NOT_ENCODABLE,
						this.framing.name() + ": " + ex.getMessage());
			}
			catch (Error ex) {
				logger.error("Route '{}': framing bean '{}' failed to write a frame to connection {}",
						this.connection.route(), this.framing.name(), this.connection.getConnectionId(), ex);
				refusal = Ending.internalError(ex);
			}
			Cause why = refusal;
			this.connection.execute(() -> {
				this.encoding -= payload.length;
				checkFull();
				if (why != null) {
					this.connection.output().notEncoded(payload, why);
				}
				else {
					this.connection.output().writeEncoded(encoded.toByteArray());
				}
			});
		});
	}

	/**
	 * What both directions hold: pieces of the stream, the frame that is being read, and
	 * frames that are being written, each also as what it becomes.
	 * @return a number of bytes
	 */
	long heldBytes() {
		return this.input.heldBytes() + 2 * this.encoding;
	}

	private void checkFull() {
		boolean now = this.encoding > LIMIT;
		if (now != this.full) {
			this.full = now;
			this.connection.writabilityChanged();
		}
	}

	boolean isFull() {
		return this.full;
	}

	/**
	 * Runs a task on the loop when everything given to {@link #write} was written.
	 * @param task the task
	 */
	void afterWrites(Runnable task) {
		if (this.encoding == 0) {
			task.run();
		}
		else {
			this.writer.submit(() -> this.connection.execute(task));
		}
	}

	void close() {
		this.input.close();
	}

	/**
	 * The stream between the event loop and the deserializer's thread.
	 */
	private final class Input extends InputStream {

		private final Deque<byte[]> chunks = new ArrayDeque<>();

		private int at;

		private long held;

		private int sinceFrame;

		private long frameStartedAt;

		private boolean ended;

		private boolean closed;

		private boolean paused;

		synchronized boolean offer(byte[] chunk) {
			this.chunks.add(chunk);
			this.held += chunk.length;
			notifyAll();
			boolean enough = inChunks() > LIMIT;
			this.paused |= enough;
			return enough;
		}

		private long inChunks() {
			return this.held + (long) PIECE * this.chunks.size();
		}

		synchronized long heldBytes() {
			return inChunks() + this.sinceFrame;
		}

		synchronized void end() {
			this.ended = true;
			notifyAll();
		}

		@Override
		public synchronized void close() {
			this.closed = true;
			notifyAll();
		}

		synchronized boolean isAtEnd() {
			return this.closed || (this.ended && this.chunks.isEmpty());
		}

		synchronized void frameRead() {
			this.sinceFrame = 0;
		}

		synchronized int sinceFrame() {
			return this.sinceFrame;
		}

		synchronized long frameStartedAt() {
			return (this.sinceFrame > 0) ? this.frameStartedAt : 0;
		}

		@Override
		public int read() throws IOException {
			byte[] one = new byte[1];
			return (read(one, 0, 1) < 0) ? -1 : one[0] & 0xff;
		}

		@Override
		public synchronized int available() {
			return (int) this.held;
		}

		@Override
		public synchronized int read(byte[] target, int offset, int length) throws IOException {
			if (length == 0) {
				return 0;
			}
			byte[] chunk = await();
			if (chunk == null) {
				return -1;
			}
			int count = Math.min(length, chunk.length - this.at);
			System.arraycopy(chunk, this.at, target, offset, count);
			this.at += count;
			this.held -= count;
			if (this.sinceFrame == 0) {
				this.frameStartedAt = System.nanoTime();
			}
			this.sinceFrame += count;
			if (this.at == chunk.length) {
				this.chunks.remove();
				this.at = 0;
			}
			if (this.paused && inChunks() <= LIMIT / 2) {
				this.paused = false;
				BeanCodec.this.connection.later(BeanCodec.this.connection.input()::release);
			}
			return count;
		}

		private byte @Nullable [] await() throws IOException {
			while (this.chunks.isEmpty() && !this.ended && !this.closed) {
				try {
					wait();
				}
				catch (InterruptedException ex) {
					Thread.currentThread().interrupt();
					throw new IOException("interrupted", ex);
				}
			}
			if (this.closed) {
				throw new IOException("connection closed");
			}
			return this.chunks.peek();
		}

	}

}
