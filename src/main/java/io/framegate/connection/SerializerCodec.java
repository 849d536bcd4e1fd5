package io.framegate.connection;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

import io.framegate.closure.Cause;
import io.framegate.closure.CloseReason;
import io.framegate.framing.BeanFraming;
import io.framegate.transport.SerialExecutor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.integration.ip.tcp.serializer.SoftEndOfStreamException;

/**
 * Runs a user's own serializer and deserializer for one connection. On a virtual thread,
 * the deserializer reads a stream that the event loop fills. On another, the serializer
 * writes; its output goes back to the loop. Both directions are bounded.
 */
final class SerializerCodec {

	private static final Logger logger = LoggerFactory.getLogger(SerializerCodec.class);

	/** Above so many bytes in the serializer its source is paused. */
	private static final int LIMIT = 128 * 1024;

	private final Owner owner;

	private final ConnectionContext context;

	private final BeanFraming framing;

	private final DeserializerStream input;

	private final SerialExecutor writer;

	/** Run after the deserializer has read its last frame. */
	private final List<Runnable> afterLast = new ArrayList<>();

	/** How fast its frames may come, or {@code null} for no limit. */
	private volatile @Nullable TokenBucket pace;

	private boolean reading;

	private boolean finished;

	/**
	 * Frames given to the serializer so far; used on the event loop, as is what follows.
	 */
	private long framesWritten;

	/** Frames in the serializer. */
	private int framesEncoding;

	/** Their bytes. */
	private long encoding;

	/** The connection is closed: what was in the serializer is counted. */
	private boolean closed;

	private boolean full;

	SerializerCodec(Owner owner, ConnectionContext context, BeanFraming framing) {
		this.owner = owner;
		this.context = context;
		this.input = new DeserializerStream(() -> owner.later(owner::release));
		this.framing = framing;
		this.writer = new SerialExecutor("framegate-bean-writer-" + owner.id());
	}

	/**
	 * Takes a piece of the stream. Event loop only.
	 * @param chunk the bytes
	 * @return whether reading should pause; it is released later
	 */
	boolean offer(byte[] chunk) {
		if (this.finished) {
			return false;
		}
		if (!this.reading) {
			this.reading = true;
			Thread.ofVirtual().name("framegate-bean-reader-" + this.owner.id()).start(this::read);
		}
		return this.input.offer(chunk);
	}

	/**
	 * Runs a task on the loop after every frame offered so far was delivered. Event loop
	 * only.
	 * @param task the task
	 */
	void afterFrames(Runnable task) {
		if (!this.reading || this.finished) {
			task.run();
		}
		else {
			this.input.whenIdle(() -> this.owner.later(task));
		}
	}

	/**
	 * Delivers only frames that were offered whole before. Event loop only.
	 */
	void discard() {
		this.input.discard();
	}

	/**
	 * Ends the stream and runs a task on the loop after its last frame was delivered.
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
					this.owner.received(payload);
				}
				else {
					this.owner.receivedLate(payload);
				}
				TokenBucket limit = this.pace;
				if (limit != null) {
					this.input.restFor(limit);
				}
			}
		}
		catch (SoftEndOfStreamException ex) {
			// The end at a frame boundary.
		}
		// Also an undeclared checked exception: Kotlin has none.
		catch (Exception ex) {
			if (!this.input.isAtEnd()) {
				fault = new Cause(CloseReason.BAD_FRAME, this.context.side().asEndedBy(),
						String.valueOf(ex.getMessage()));
			}
		}
		catch (Throwable ex) {
			logger.error("Route '{}': framing bean '{}' failed to read a frame of connection {}", this.context.route(),
					this.framing.name(), this.owner.id(), ex);
			fault = Cause.internalError(ex);
		}
		Cause found = fault;
		this.input.readerEnded();
		this.owner.execute(() -> {
			this.finished = true;
			this.owner.release();
			if (found != null) {
				this.owner.broke(found);
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
	 * Nobody read for a while: the frame did not wait for its sender.
	 * @param nanos for how long
	 */
	void shiftFrameStart(long nanos) {
		this.input.shiftFrameStart(nanos);
	}

	/**
	 * Limits how fast frames are read from the stream.
	 * @param rate frames a second, 0 for no limit
	 * @param now a {@link System#nanoTime()} stamp
	 */
	void limit(int rate, long now) {
		this.pace = (rate > 0) ? new TokenBucket(rate, now) : null;
	}

	/**
	 * Until when the deserializer has rested because frames come too fast.
	 * @param now a {@link System#nanoTime()} stamp
	 * @return such a stamp, 0 for never
	 */
	long restedUntil(long now) {
		return this.input.restedUntil(now);
	}

	/**
	 * Serializes a frame and lets the loop write it. Event loop only.
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
						this.context.route(), this.framing.name(), this.owner.id(), ex);
				refusal = Cause.internalError(ex);
			}
			Cause cause = refusal;
			this.owner.execute(() -> {
				if (this.closed) {
					return;
				}
				this.framesEncoding--;
				this.encoding -= payload.length;
				checkFull();
				if (cause != null) {
					this.owner.notEncoded(payload, cause);
				}
				else {
					this.owner.encoded(encoded.toByteArray());
				}
			});
		});
	}

	/**
	 * What both directions hold: pieces of the stream, the frame that is being read, and
	 * the frames that are being written, each before and after serializing.
	 * @return a number of bytes
	 */
	long heldBytes() {
		return this.input.heldBytes() + 2 * this.encoding;
	}

	private void checkFull() {
		boolean now = this.encoding > LIMIT;
		if (now != this.full) {
			this.full = now;
			this.owner.writabilityChanged();
		}
	}

	boolean isFull() {
		return this.full;
	}

	/**
	 * Runs a task on the loop after everything given to {@link #write} was written.
	 * @param task the task
	 */
	void afterWrites(Runnable task) {
		if (this.framesEncoding == 0) {
			task.run();
		}
		else {
			this.writer.submit(() -> this.owner.execute(task));
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

	/** What a user's framing needs of its connection. */
	interface Owner {

		/** The connection's id. */
		String id();

		/**
		 * Runs a task on the loop. If it throws, the connection closes.
		 * @param task the task
		 */
		void execute(Runnable task);

		void later(Runnable task);

		/**
		 * The deserializer has read a frame. Its virtual thread calls.
		 * @param payload the frame
		 */
		void received(byte[] payload);

		/**
		 * The deserializer has read a frame that came too late to be delivered. Its
		 * virtual thread calls.
		 * @param payload the frame
		 */
		void receivedLate(byte[] payload);

		/** Reading should go on. */
		void release();

		/**
		 * The deserializer has failed.
		 * @param cause the cause
		 */
		void broke(Cause cause);

		/**
		 * The serializer has made bytes of a frame.
		 * @param frame the bytes
		 */
		void encoded(byte[] frame);

		/**
		 * The serializer refused a frame, or failed.
		 * @param payload the frame
		 * @param cause what it said
		 */
		void notEncoded(byte[] payload, Cause cause);

		/** There is room for more, or none. */
		void writabilityChanged();

	}

}
