package io.framegate.connection;

import java.util.Arrays;

import io.framegate.closure.Cause;
import io.framegate.closure.CloseReason;
import io.framegate.framing.Framing;
import io.framegate.transport.HeldMemory;
import io.framegate.transport.ProcessHalt;
import io.framegate.transport.WriteAnswers;
import io.framegate.transport.WriteBatch;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The output of a connection. The loop gathers frames and flushes them together; a frame
 * counts as sent when the peer's kernel has taken it. Event loop only.
 */
final class FrameWriter implements WriteBatch.Sink, WriteCompletion.Writer {

	private static final Logger logger = LoggerFactory.getLogger(FrameWriter.class);

	/** So few bytes that a socket with an empty send buffer takes all of them or none. */
	private static final int LITTLE = 8 * 1024;

	private final Owner owner;

	private final ConnectionContext context;

	private final ConnectionLifecycle lifecycle;

	private final WriteBatch batch;

	private final Channel channel;

	private final HeldMemory held;

	private final WriteProgress progress;

	private final WriteCompletion completion;

	/** Runs a user's own framing, if the route has one. */
	private final @Nullable SerializerCodec codec;

	/** A frame was lost: none may follow, because that would hide the gap. */
	private boolean broken;

	/** Whether certainly nothing of what was pending was sent when the socket closed. */
	private boolean nothingLeft;

	FrameWriter(Owner owner, ConnectionContext context, ConnectionLifecycle lifecycle, WriteBatch batch,
			Channel channel, boolean answersLater, HeldMemory held, @Nullable SerializerCodec codec) {
		this.owner = owner;
		this.context = context;
		this.lifecycle = lifecycle;
		this.batch = batch;
		this.channel = channel;
		this.held = held;
		this.codec = codec;
		this.progress = new WriteProgress(owner.now(), !context.framing().hasFixedOverhead());
		this.completion = new WriteCompletion(this, owner, context, lifecycle, channel, answersLater, held,
				this.progress);
	}

	// Frames

	void write(byte[] payload) {
		if (this.lifecycle.isOutputEnding() || isShut()) {
			lose(1, payload.length);
			return;
		}
		FrameTap tap = this.context.taps().tap();
		if (tap != null) {
			tap.frame(this.owner.id(), false, payload);
		}
		if (this.codec != null) {
			this.codec.write(payload);
		}
		else {
			writeEncoded(payload);
		}
	}

	/** Writes a frame that needs no more than its prefix and suffix. */
	void writeEncoded(byte[] payload) {
		if (isShut()) {
			lose(1, payload.length);
			return;
		}
		this.batch.add(this, payload);
		this.owner.wrote();
	}

	/**
	 * Sends an empty frame back to the peer that polls with it, after what was written
	 * before. Does nothing if the connection's output has ended.
	 * @param wire the frame's bytes
	 * @return whether there is room for more
	 */
	boolean answerPoll(byte[] wire) {
		if (this.lifecycle.isOutputEnding() || this.lifecycle.isResetting() || isShut()) {
			return true;
		}
		this.batch.addBytes(this, wire);
		this.owner.wrote();
		return this.channel.isWritable();
	}

	/**
	 * A user's own serializer refused a frame, or failed.
	 * @param payload the frame
	 * @param cause what it said
	 */
	void notEncoded(byte[] payload, Cause cause) {
		// What was written before it is still sent.
		this.batch.flush();
		lose(1, payload.length);
		this.broken = true;
		this.owner.failOutput(cause);
	}

	@Override
	public void notWritten(int frames, long bytes, Throwable fault) {
		ProcessHalt.ifHeapIsExhausted(fault);
		logger.error("Route '{}': {} frames for connection {} cannot be written", this.context.route(), frames,
				this.owner.id(), fault);
		lose(frames, bytes);
		this.broken = true;
		this.owner.later(() -> this.owner.failOutput(Cause.internalError(fault)));
	}

	/**
	 * Counts frames that are not sent. Exchanges count their own.
	 */
	private void lose(long frames, long bytes) {
		if (this.context.countedByExchanges()) {
			this.owner.share(frames, bytes);
		}
		else {
			this.owner.lose(frames, bytes);
		}
	}

	/** Whether nothing more can be written. */
	private boolean isShut() {
		return this.lifecycle.isOutputEnded() || this.lifecycle.isSevered() || this.broken || this.lifecycle.isCut()
				|| !this.lifecycle.isOpen();
	}

	boolean isWritable() {
		return !this.lifecycle.isSevered() && this.channel.isWritable() && (this.codec == null || !this.codec.isFull());
	}

	// Bytes

	@Override
	public Framing framing() {
		return this.context.framing();
	}

	@Override
	public ByteBuf allocate(int size) {
		return this.channel.alloc().directBuffer(size, size);
	}

	@Override
	public @Nullable ByteBuf allocate(int size, byte[] payload) {
		if (this.held.tryOutput(size)) {
			return allocate(size);
		}
		if (!this.context.countedByExchanges()) {
			this.owner.lose(1, payload.length);
		}
		this.broken = true;
		this.owner.later(() -> this.owner.abort(Cause.byGateway(CloseReason.OVERLOAD,
				"not enough memory for a frame of " + payload.length + " bytes")));
		return null;
	}

	@Override
	public boolean enqueue(ByteBuf buffer, int[] ends, int[] payloads, int count) {
		if (isShut()) {
			if (count > 0) {
				lose(count, Arrays.stream(payloads, 0, count).asLongStream().sum());
			}
			buffer.release();
			return false;
		}
		if (this.progress.pendingBytes() == 0) {
			this.progress.begin(this.owner.now());
			this.owner.writing();
		}
		this.progress.add(ends, payloads, count, buffer.readableBytes());
		this.progress.write(buffer, this.channel);
		if (this.progress.isEncrypted() && !this.channel.isWritable()) {
			// With TLS, Netty tells it in a task of its own, and a loop may read for long
			// before that.
			this.owner.guard(this.owner::writabilityChanged);
		}
		return true;
	}

	@Override
	public void flush() {
		if (this.lifecycle.isSevered()) {
			return;
		}
		boolean little = this.progress.isNoneTaken(LITTLE);
		// A handler told that there is room may write more.
		this.progress.flush(this.channel);
		if (this.lifecycle.isSevered() || !this.channel.isOpen()) {
			this.nothingLeft = little;
		}
		this.completion.flushed(LITTLE);
	}

	@Override
	public void failed(Throwable fault) {
		this.owner.later(() -> this.owner.broken(fault));
	}

	/** Updates the counts to what the kernel has taken. */
	void settle() {
		this.completion.settle();
	}

	/** Told what the kernel answers, where it answers later. */
	WriteAnswers answers() {
		return this.completion;
	}

	@Override
	public void allTaken() {
		if (this.lifecycle.isOutputComplete()) {
			sendFin();
		}
	}

	@Override
	public void unanswered() {
		this.nothingLeft |= this.progress.isNoneTaken(LITTLE);
	}

	// Closing

	/** Sends FIN after everything written. */
	void end() {
		if (this.lifecycle.isOutputEnding() || !this.lifecycle.isOpen() || this.lifecycle.isResetting()) {
			return;
		}
		this.lifecycle.endOutput();
		afterWrites(this::sendFinWhenFlushed);
	}

	/**
	 * Runs a task when everything written so far is gathered or with the channel.
	 * @param task the task
	 */
	void afterWrites(Runnable task) {
		if (this.codec != null) {
			this.codec.afterWrites(task);
		}
		else {
			task.run();
		}
	}

	private void sendFinWhenFlushed() {
		this.lifecycle.outputComplete();
		this.batch.flush();
		if (this.progress.pendingBytes() == 0) {
			sendFin();
		}
	}

	private void sendFin() {
		if (this.lifecycle.isOutputEnded() || this.lifecycle.isSevered() || !this.lifecycle.isOpen()) {
			return;
		}
		this.lifecycle.outputEnded();
		this.owner.sendFin();
	}

	void flushGathered() {
		this.batch.flush();
	}

	/**
	 * The socket is to be closed soon: nothing more is written.
	 * @return whether the kernel will answer in this turn what it takes of what was
	 * written
	 */
	boolean endWrites() {
		this.batch.flush();
		return this.completion.isAnswerDue();
	}

	/** The socket is to be closed now. */
	void beforeClose() {
		settle();
		this.nothingLeft |= this.channel.isOpen() && !this.lifecycle.isSevered();
	}

	// State

	long writePosition() {
		return (this.codec != null) ? this.codec.framesWritten()
				: this.progress.bytesWritten() + this.batch.gatheredFor(this);
	}

	long takenPosition() {
		return (this.codec != null) ? this.progress.framesTaken() : this.progress.bytesTaken();
	}

	/** Frames not sent completely, including those in a user's own framing. */
	int pendingFrames() {
		return this.progress.pendingFrames() + ((this.codec != null) ? this.codec.framesEncoding() : 0);
	}

	/** The payload bytes of {@link #pendingFrames()}. */
	long pendingPayload() {
		return this.progress.pendingPayload(this.context.framing().overhead())
				+ ((this.codec != null) ? this.codec.bytesEncoding() : 0);
	}

	boolean isTakenBack(long begin) {
		return this.codec == null && begin >= this.progress.bytesWritten();
	}

	boolean mayHaveLeft(long begin) {
		if (this.codec != null || begin < this.progress.bytesTaken()) {
			return true;
		}
		return begin < this.progress.bytesWritten() && !this.nothingLeft;
	}

	/**
	 * Since when pending bytes wait for the peer's kernel to take any.
	 * @return a {@link System#nanoTime()} stamp, 0 if none wait
	 */
	long waitingSince() {
		return (this.progress.pendingBytes() > 0 && !this.lifecycle.isSevered()) ? this.progress.progressAt() : 0;
	}

	/** Forgets what was written and not yet given to the channel. */
	void takeBack() {
		this.batch.takeBack(this);
	}

	/** How far the peer's kernel has taken what was written. */
	WriteProgress progress() {
		return this.progress;
	}

	/** What writing needs of its connection. */
	interface Owner extends WriteCompletion.Owner {

		/** The connection's id. */
		String id();

		/** A frame was written: it needs a flush. */
		void wrote();

		/** Bytes are given to the channel, where none were pending. */
		void writing();

		/** There is room for more, or none. */
		void writabilityChanged();

		/** Everything was sent: sends FIN. */
		void sendFin();

		/** Counts frames that reach nobody. */
		void lose(long frames, long bytes);

		/** Adds frames to the connection's record that others count. */
		void share(long frames, long bytes);

		/** A frame could not be written, and none can after it. */
		void failOutput(Cause cause);

		/** Resets the connection at once. */
		void abort(Cause cause);

		/** Code run for the connection has thrown. */
		void broken(Throwable fault);

		/** Runs a task after what the loop is doing now, guarded. */
		void later(Runnable task);

	}

}
