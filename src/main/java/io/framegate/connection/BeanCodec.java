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

	/** To be done when the deserializer has read its last frame. */
	private final List<Runnable> afterLast = new ArrayList<>();

	private boolean reading;

	private boolean finished;

	/** Frames given to the serializer so far; the event loop's, as what follows. */
	private long framesWritten;

	/** Frames on their way through the serializer. */
	private int framesEncoding;

	/** Their bytes. */
	private long encoding;

	/** The connection is closed: what was on its way is counted. */
	private boolean closed;

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
		if (this.finished) {
			return false;
		}
		if (!this.reading) {
			this.reading = true;
			Thread.ofVirtual().name("framegate-bean-reader-" + this.connection.getConnectionId()).start(this::read);
		}
		return this.input.offer(chunk);
	}

	/**
	 * Runs a task on the loop when every frame offered so far was delivered. Event loop
	 * only.
	 * @param task the task
	 */
	void afterFrames(Runnable task) {
		if (!this.reading || this.finished) {
			task.run();
		}
		else {
			this.input.whenIdle(() -> this.connection.later(task));
		}
	}

	/**
	 * Delivers only frames of which every byte was offered before. Event loop only.
	 */
	void discard() {
		this.input.discard();
	}

	/**
	 * Ends the stream and runs a task on the loop when its last frame was delivered.
	 * Event loop only.
	 * @param task the task
	 */
	void end(Runnable task) {
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
				if (this.input.frameRead()) {
					this.connection.input().received(payload);
				}
				else {
					this.connection.input().receivedLate(payload);
				}
			}
		}
		catch (SoftEndOfStreamException ex) {
			// The end at a frame boundary.
		}
		// Also a checked one that is not declared: Kotlin has none.
		catch (Exception ex) {
			if (!this.input.isAtEnd()) {
				fault = new Cause(CloseReason.BAD_FRAME, this.connection.side().asEndedBy(),
						String.valueOf(ex.getMessage()));
			}
		}
		catch (Throwable ex) {
			logger.error("Route '{}': framing bean '{}' failed to read a frame of connection {}",
					this.connection.route(), this.framing.name(), this.connection.getConnectionId(), ex);
			fault = Ending.internalError(ex);
		}
		Cause found = fault;
		this.input.readerEnded();
		this.connection.execute(() -> {
			this.finished = true;
			this.connection.input().release();
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
		this.framesWritten++;
		this.framesEncoding++;
		this.encoding += payload.length;
		checkFull();
		this.writer.submit(() -> {
			ByteArrayOutputStream encoded = new ByteArrayOutputStream(payload.length + 16);
			@Nullable Cause refusal = null;
			try {
				this.framing.serializer().serialize(payload, encoded);
			}
			catch (Exception ex) {
				refusal = Cause.byGateway(CloseReason.FRAME_NOT_ENCODABLE,
						this.framing.name() + ": " + ex.getMessage());
			}
			catch (Throwable ex) {
				logger.error("Route '{}': framing bean '{}' failed to write a frame to connection {}",
						this.connection.route(), this.framing.name(), this.connection.getConnectionId(), ex);
				refusal = Ending.internalError(ex);
			}
			Cause why = refusal;
			this.connection.execute(() -> {
				if (this.closed) {
					return;
				}
				this.framesEncoding--;
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
		if (this.framesEncoding == 0) {
			task.run();
		}
		else {
			this.writer.submit(() -> this.connection.execute(task));
		}
	}

	long framesWritten() {
		return this.framesWritten;
	}

	int framesEncoding() {
		return this.framesEncoding;
	}

	long bytesEncoding() {
		return this.encoding;
	}

	void close() {
		this.closed = true;
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

		/** The deserializer waits for bytes and has had all. */
		private boolean idle;

		private final List<Runnable> whenIdle = new ArrayList<>();

		private long offered;

		/** Where frames begin that are not delivered any more. */
		private long lateFrom = Long.MAX_VALUE;

		synchronized boolean offer(byte[] chunk) {
			this.chunks.add(chunk);
			this.idle = false;
			this.offered += chunk.length;
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

		synchronized void discard() {
			this.lateFrom = Math.min(this.lateFrom, this.offered);
		}

		synchronized void whenIdle(Runnable task) {
			if (this.idle) {
				task.run();
			}
			else {
				this.whenIdle.add(task);
			}
		}

		private synchronized void becomeIdle() {
			this.idle = true;
			this.whenIdle.forEach(Runnable::run);
			this.whenIdle.clear();
		}

		/** There is nobody any more who could be waited for. */
		synchronized void readerEnded() {
			this.chunks.clear();
			this.held = 0;
			becomeIdle();
		}

		@Override
		public synchronized void close() {
			this.closed = true;
			notifyAll();
		}

		synchronized boolean isAtEnd() {
			return this.closed || (this.ended && this.chunks.isEmpty());
		}

		/**
		 * A frame was read.
		 * @return whether it came in time to be delivered
		 */
		synchronized boolean frameRead() {
			this.sinceFrame = 0;
			return this.offered - this.held <= this.lateFrom;
		}

		synchronized int sinceFrame() {
			// What nobody reads any more was never to be a frame.
			return this.sinceFrame + (this.closed ? (int) this.held : 0);
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
				becomeIdle();
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
