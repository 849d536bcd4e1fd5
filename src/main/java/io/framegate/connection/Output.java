package io.framegate.connection;

import io.framegate.framing.Framing;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.socket.DuplexChannel;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What goes out on a connection: frames are gathered by the loop, flushed together, and
 * counted when the peer's kernel has taken them. Event loop only.
 */
final class Output implements Gather.Sink {

	private static final Logger logger = LoggerFactory.getLogger(Output.class);

	/** So few bytes that a socket with an empty send buffer takes all of them or none. */
	private static final int LITTLE = 8 * 1024;

	private final FrameConnection connection;

	private final Channel channel;

	private final Outbox outbox = new Outbox();

	/** Runs a user's own framing, if the route has one. */
	private final @Nullable BeanCodec codec;

	/** A frame was lost on its way out: none may follow, for it would hide the gap. */
	private boolean broken;

	/** FIN is to be sent when everything written has left. */
	private boolean ending;

	/** No frame is on its way to the channel any more. */
	private boolean complete;

	/** FIN was sent. */
	private boolean ended;

	/** The socket takes nothing more. */
	private boolean severed;

	private boolean flushWatched;

	/** Whether nothing that was pending can have left when the socket closed. */
	private boolean nothingLeft;

	/** Bytes handed to the channel since it was last flushed. */
	private long unflushed;

	private long lastWriteAt = System.nanoTime();

	private long progressAt;

	Output(FrameConnection connection, @Nullable BeanCodec codec) {
		this.connection = connection;
		this.channel = connection.channel();
		this.codec = codec;
	}

	// Frames

	void write(byte[] payload) {
		if (this.ending || this.severed || this.broken || !this.connection.isOpen()) {
			lose(1, payload.length);
		}
		else if (this.codec != null) {
			this.codec.write(payload);
		}
		else {
			writeEncoded(payload);
		}
	}

	/**
	 * Writes a frame that needs no more than its prefix and suffix.
	 * @param payload the frame
	 */
	void writeEncoded(byte[] payload) {
		if (this.ended || this.severed || this.broken || !this.connection.isOpen()) {
			lose(1, payload.length);
			return;
		}
		this.connection.loop().gather().add(this, payload);
		this.connection.loop().wrote();
	}

	/**
	 * A user's own serializer refused a frame, or failed.
	 * @param payload the frame
	 * @param why what it said
	 */
	void notEncoded(byte[] payload, Cause why) {
		// What was written before it is still to leave.
		this.connection.loop().flush();
		lose(1, payload.length);
		this.broken = true;
		this.connection.failOutput(why);
	}

	/**
	 * Frames cannot be handed to the channel. What was handed over before still leaves;
	 * the connection ends soon, not within what is being written now.
	 * @param frames how many
	 * @param bytes their payloads' bytes
	 * @param fault why
	 */
	@Override
	public void notWritten(int frames, long bytes, Throwable fault) {
		ProcessHalt.ifHeapIsExhausted(fault);
		logger.error("Route '{}': {} frames for connection {} cannot be written", this.connection.route(), frames,
				this.connection.getConnectionId(), fault);
		lose(frames, bytes);
		this.broken = true;
		this.connection.later(() -> this.connection.failOutput(Ending.internalError(fault)));
	}

	/**
	 * Counts frames that do not leave. What became of an exchange is for itself to say.
	 */
	private void lose(long frames, long bytes) {
		if (this.connection.terms().countedByExchanges()) {
			this.connection.share(frames, bytes);
		}
		else {
			this.connection.lose(frames, bytes);
		}
	}

	boolean isWritable() {
		return !this.severed && this.channel.isWritable() && (this.codec == null || !this.codec.isFull());
	}

	// Bytes

	@Override
	public Framing framing() {
		return this.connection.framing();
	}

	@Override
	public ByteBuf allocate(int size) {
		return this.channel.alloc().directBuffer(size, size);
	}

	/**
	 * Allocates for a frame that is large, if there is memory for it. Where there is not,
	 * the frame is lost, and the connection ends.
	 * @param size how much, in bytes
	 * @param payload the frame
	 * @return the buffer, or {@code null}
	 */
	@Override
	public @Nullable ByteBuf allocate(int size, byte[] payload) {
		if (this.connection.held().tryOutput(size)) {
			return allocate(size);
		}
		if (!this.connection.terms().countedByExchanges()) {
			this.connection.lose(1, payload.length);
		}
		this.broken = true;
		this.connection.loop()
			.later(() -> this.connection.abort(Cause.byGateway(CloseReason.OVERLOAD,
					"there was not enough memory for a frame of " + payload.length + " bytes")));
		return null;
	}

	/**
	 * Takes a chunk for the channel.
	 * @param buffer whole frames
	 * @param ends where each ends
	 * @param count how many there are
	 * @return whether it has to be flushed
	 */
	@Override
	public boolean enqueue(ByteBuf buffer, int[] ends, int count) {
		if (this.ended || this.severed || this.broken || !this.connection.isOpen()) {
			lose(count, Math.max(0, buffer.readableBytes() - count * this.connection.framing().overhead()));
			buffer.release();
			return false;
		}
		if (this.outbox.pendingBytes() == 0) {
			this.progressAt = System.nanoTime();
		}
		this.outbox.add(ends, count, buffer.readableBytes());
		this.unflushed += buffer.readableBytes();
		this.channel.write(buffer, this.channel.voidPromise());
		return true;
	}

	@Override
	public void flush() {
		if (this.severed) {
			return;
		}
		boolean little = this.outbox.pendingBytes() <= LITTLE && this.outbox.isNoneTakenSinceEmpty();
		// What becomes writable meanwhile may write more.
		this.unflushed = 0;
		this.channel.flush();
		if (this.severed || !this.channel.isOpen()) {
			this.nothingLeft = little;
		}
		settle();
		if (this.outbox.pendingBytes() > 0) {
			watchFlush();
		}
	}

	@Override
	public void failed(Throwable fault) {
		this.connection.loop().later(() -> this.connection.ending().broken(fault));
	}

	/**
	 * Has the channel say when all that is pending now was taken.
	 */
	private void watchFlush() {
		if (!this.flushWatched && !this.severed && this.connection.isOpen()) {
			this.flushWatched = true;
			this.unflushed = 0;
			this.channel.writeAndFlush(Unpooled.EMPTY_BUFFER)
				.addListener((future) -> this.connection.guard(() -> flushed(future.isSuccess())));
		}
	}

	private void flushed(boolean success) {
		this.flushWatched = false;
		if (!success) {
			return;
		}
		settle();
		if (this.outbox.pendingBytes() > 0) {
			watchFlush();
		}
		else if (this.complete) {
			sendFin();
		}
	}

	/**
	 * Brings the counts up to what the kernel has taken.
	 */
	void settle() {
		ChannelOutboundBuffer buffer = this.channel.unsafe().outboundBuffer();
		if (buffer == null) {
			return;
		}
		long before = this.outbox.bytesTaken();
		long pending = this.unflushed;
		if (!buffer.isEmpty()) {
			pending += new Pending().in(buffer);
		}
		int frames = this.outbox.settle(pending);
		long taken = this.outbox.bytesTaken() - before;
		if (taken > 0 || frames > 0) {
			this.lastWriteAt = System.nanoTime();
			this.progressAt = this.lastWriteAt;
			this.connection.terms().meters().countOut(this.connection.side(), frames, taken);
			this.connection.watcher().taken(this.connection);
		}
		this.connection.held().output(this.outbox.heldBytes());
	}

	// The end

	/**
	 * Sends FIN once everything written has left.
	 */
	void end() {
		if (this.ending || !this.connection.isOpen() || this.connection.ending().isResetting()) {
			return;
		}
		this.ending = true;
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

	/**
	 * The socket takes nothing more: what is pending is lost when it is closed.
	 */
	void sever() {
		this.severed = true;
	}

	private void sendFinWhenFlushed() {
		this.complete = true;
		this.connection.loop().flush();
		if (this.outbox.pendingBytes() == 0) {
			sendFin();
		}
	}

	private void sendFin() {
		if (this.ended || this.severed || !this.connection.isOpen()) {
			return;
		}
		this.ended = true;
		((DuplexChannel) this.channel).shutdownOutput();
		this.connection.ending().outputDone();
	}

	/**
	 * The socket is to be closed now.
	 */
	void beforeClose() {
		this.connection.loop().flush();
		settle();
		this.nothingLeft |= this.channel.isOpen() && !this.severed;
	}

	// What is known

	boolean isEnding() {
		return this.ending || this.severed;
	}

	boolean isEnded() {
		return this.ended;
	}

	long writePosition() {
		return (this.codec != null) ? this.codec.framesWritten()
				: this.outbox.bytesWritten() + this.connection.loop().gather().gatheredFor(this);
	}

	long takenPosition() {
		return (this.codec != null) ? this.outbox.framesTaken() : this.outbox.bytesTaken();
	}

	/**
	 * Frames written that have not left whole, those in a user's own framing among them.
	 */
	int pendingFrames() {
		return this.outbox.pendingFrames() + ((this.codec != null) ? this.codec.framesEncoding() : 0);
	}

	/**
	 * The payload bytes of {@link #pendingFrames()}.
	 */
	long pendingPayload() {
		return this.outbox.pendingPayload(this.connection.framing().overhead())
				+ ((this.codec != null) ? this.codec.bytesEncoding() : 0);
	}

	boolean isTakenBack(long begin) {
		return this.codec == null && begin >= this.outbox.bytesWritten();
	}

	boolean mayHaveLeft(long begin) {
		if (this.codec != null || begin < this.outbox.bytesTaken()) {
			return true;
		}
		return begin < this.outbox.bytesWritten() && !this.nothingLeft;
	}

	/**
	 * Since when pending bytes wait for the peer's kernel to take any.
	 * @return a {@link System#nanoTime()} stamp, 0 where none wait
	 */
	long waitingSince() {
		return (this.outbox.pendingBytes() > 0 && !this.severed) ? this.progressAt : 0;
	}

	/**
	 * The peer's kernel had room later than it looked from here.
	 * @param when a {@link System#nanoTime()} stamp
	 */
	void progressed(long when) {
		if (when - this.progressAt > 0) {
			this.progressAt = when;
			this.lastWriteAt = when;
		}
	}

	long lastWriteAt() {
		return this.lastWriteAt;
	}

	Outbox outbox() {
		return this.outbox;
	}

}
