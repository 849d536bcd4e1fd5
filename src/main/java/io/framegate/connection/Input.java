package io.framegate.connection;

import java.util.Arrays;
import java.util.function.Consumer;

import io.framegate.framing.FrameCutter;
import io.framegate.framing.FrameException;
import io.framegate.framing.FrameSink;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.integration.ip.tcp.connection.TcpListener;
import org.springframework.messaging.Message;
import org.springframework.messaging.MessageDeliveryException;
import org.springframework.messaging.MessageHeaders;
import org.springframework.messaging.support.GenericMessage;

/**
 * What comes in on a connection: bytes are cut into frames, and each frame becomes a
 * message to the {@link TcpListener}. Event loop only, but for what a handler or framing
 * that may block does on its virtual thread.
 */
final class Input {

	private static final Logger logger = LoggerFactory.getLogger(Input.class);

	/** Frames handed to a blocking handler and not done, before reading pauses. */
	private static final int QUEUED_FRAMES = 64;

	/** Their bytes. */
	private static final int QUEUED_BYTES = 256 * 1024;

	/** Bytes that nobody gets, before they are not read any more. */
	private static final int MAX_WASTE = 1024 * 1024;

	private final FrameConnection connection;

	private final TcpListener listener;

	private final FrameCutter cutter;

	private final FrameSink sink = new Frames();

	/** Runs a blocking handler's code, if the route has one. */
	private final @Nullable Serial serial;

	/** Runs a user's own framing, if the route has one. */
	private final @Nullable BeanCodec codec;

	private @Nullable MessageHeaders headers;

	/** Bytes read while reading was paused, or left by a cut that was stopped. */
	private byte @Nullable [] unread;

	/** The watcher wants no more for now. */
	private boolean paused;

	/** A handler or framing that runs elsewhere has enough to do. */
	private boolean held;

	/** There is not enough memory for more. */
	private boolean starved;

	/** Since when there is not enough memory for what was read, 0 if there is. */
	private long refusedSince;

	private boolean discarding;

	/** Bytes read that nobody gets: while the connection still writes, or since FIN. */
	private long wasted;

	/** So much was wasted that nothing more is read before our FIN. */
	private boolean fedUp;

	/** No frame can be cut any more. */
	private boolean broken;

	/** A frame was refused by a user's code: none after it may be handled. */
	private volatile boolean refused;

	/** The peer's FIN was read. */
	private boolean ended;

	/** Everything before the peer's FIN was cut. */
	private boolean done;

	/** How many frames of their own users gave the peer. */
	private volatile long answers;

	/** Who gave the last of them. */
	private volatile @Nullable Thread answeredBy;

	private long frames;

	private long bytes;

	private long lastReadAt;

	private long frameStartedAt;

	private long stoppedAt;

	Input(FrameConnection connection, TcpListener listener, @Nullable BeanCodec codec) {
		Terms terms = connection.terms();
		this.connection = connection;
		this.listener = listener;
		this.codec = codec;
		this.cutter = terms.framing().cutter(terms.maxFrameSize());
		this.serial = terms.blocking() ? new Serial("framegate-" + terms.route() + "-" + connection.getConnectionId())
				: null;
		this.lastReadAt = System.nanoTime();
	}

	// Bytes

	void read(ByteBuf buffer) {
		this.lastReadAt = System.nanoTime();
		while (buffer.isReadable()) {
			int size = Math.min(buffer.readableBytes(), SharedReadBuffer.READ_SIZE);
			this.bytes += size;
			this.connection.terms().meters().countIn(this.connection.side(), 0, size);
			if (this.broken || this.discarding) {
				waste(size);
			}
			if (this.broken) {
				buffer.skipBytes(size);
			}
			else if (this.unread != null || ((isStopped() || this.connection.isWaitingToOpen()) && !this.discarding)) {
				keepUnread(buffer, size);
			}
			else {
				byte[] scratch = this.connection.loop().readBuffer().takeScratch();
				try {
					buffer.readBytes(scratch, 0, size);
					cut(scratch, 0, size, this.lastReadAt);
				}
				finally {
					this.connection.loop().readBuffer().giveScratch(scratch);
				}
			}
		}
		countHeld();
		if (!this.starved && this.connection.mustStarve()) {
			starve();
		}
	}

	/**
	 * Counts what nobody will get. Reading it keeps the kernel from resetting the
	 * connection, which would destroy what is on its way to the peer; but a peer that
	 * goes on and on is not listened to.
	 */
	private void waste(int size) {
		this.wasted += size;
		if (this.wasted > wasteLimit()) {
			if (this.connection.output().isEnded()) {
				this.connection.ending().lingered();
			}
			else {
				this.fedUp = true;
				this.connection.channel().config().setAutoRead(false);
			}
		}
	}

	private long wasteLimit() {
		return Math.max(MAX_WASTE, 2L * this.connection.terms().maxFrameSize());
	}

	/**
	 * Our FIN was sent: what was pending has left, and the peer has a little more time to
	 * end.
	 */
	void linger() {
		this.wasted = 0;
		if (this.fedUp) {
			this.fedUp = false;
			read();
		}
	}

	/**
	 * Whether so much of what was read waits that more is to be left to the kernel. Netty
	 * would otherwise read up to FIN, asked to or not.
	 * @return whether not to read
	 */
	boolean isFull() {
		if (this.fedUp) {
			return true;
		}
		byte[] waiting = this.unread;
		return waiting != null && waiting.length >= SharedReadBuffer.READ_SIZE
				&& (isStopped() || this.connection.isWaitingToOpen()) && !this.discarding && !this.broken;
	}

	private void keepUnread(ByteBuf buffer, int size) {
		byte[] before = (this.unread != null) ? this.unread : new byte[0];
		byte[] all = Arrays.copyOf(before, before.length + size);
		buffer.readBytes(all, before.length, size);
		this.unread = all;
	}

	private void cut(byte[] from, int begin, int end, long now) {
		int room = roomFor(end - begin);
		if (room == 0) {
			cutFrames(from, begin, end, now);
		}
		else if (this.connection.loop().memory().tryTake(room)) {
			this.refusedSince = 0;
			try {
				cutFrames(from, begin, end, now);
			}
			finally {
				this.connection.loop().memory().change(-room);
			}
		}
		else if (this.discarding) {
			// Nobody would get the frame.
			this.broken = true;
		}
		else {
			this.unread = Arrays.copyOfRange(from, begin, end);
			refuse(now);
		}
	}

	/**
	 * What a long frame may need at once besides what it holds: the array that it grows
	 * into, or that it becomes.
	 */
	private int roomFor(int more) {
		int holds = this.cutter.heldBytes();
		if (holds < MemoryBudget.LARGE) {
			return 0;
		}
		long needed = (long) this.cutter.partialBytes() + more;
		return (int) Math.min((needed > holds) ? Math.max(needed, 2L * holds) : needed, Integer.MAX_VALUE);
	}

	private void refuse(long now) {
		if (this.refusedSince == 0) {
			this.refusedSince = now;
		}
		starve();
	}

	private void cutFrames(byte[] from, int begin, int end, long now) {
		int partialBefore = this.cutter.partialBytes();
		long framesBefore = this.frames;
		long stampBefore = this.connection.loop().cutting(now);
		try {
			int at = this.cutter.cut(from, begin, end, this.sink);
			if (at < end) {
				this.unread = Arrays.copyOfRange(from, at, end);
			}
			if (this.cutter.partialBytes() > 0 && (partialBefore == 0 || this.frames != framesBefore)) {
				this.frameStartedAt = now;
			}
		}
		catch (FrameException ex) {
			CloseReason reason = (ex.fault() == FrameException.Fault.TOO_LONG) ? CloseReason.FRAME_TOO_LONG
					: CloseReason.BAD_FRAME;
			broke(new Cause(reason, this.connection.side().asEndedBy(),
					explain(String.valueOf(ex.getMessage()), ex.resemblance())));
		}
		finally {
			this.connection.loop().cutting(stampBefore);
			this.connection.terms().meters().countIn(this.connection.side(), this.frames - framesBefore, 0);
		}
	}

	// Frames

	private boolean take(byte[] payload) {
		if (this.codec != null) {
			if (this.codec.offer(payload)) {
				hold();
			}
			return !isStopped() || this.discarding;
		}
		this.frames++;
		if (this.discarding) {
			this.connection.watcher().discarded(this.connection, payload);
			return true;
		}
		Message<byte[]> message = message(payload);
		if (this.serial == null) {
			deliver(message);
		}
		else {
			runOnVirtualThread(this.serial, new Queued(message), payload.length);
		}
		return !isStopped() || this.discarding;
	}

	/** A frame was passed over: whoever waits for it is told in its turn. */
	private boolean takeOversize(byte[] start, String fault) {
		this.frames++;
		if (this.discarding) {
			this.connection.watcher().discarded(this.connection, start);
			return true;
		}
		Cause why = new Cause(CloseReason.FRAME_TOO_LONG, this.connection.side().asEndedBy(), fault);
		afterFrames(() -> this.connection.watcher().oversize(this.connection, start, why));
		return !isStopped();
	}

	private Message<byte[]> message(byte[] payload) {
		MessageHeaders shared = this.headers;
		if (shared == null) {
			shared = this.connection.headers();
			this.headers = shared;
		}
		return new GenericMessage<>(payload, shared);
	}

	/**
	 * Delivers a frame that a user's own deserializer read. Its virtual thread calls.
	 * @param payload the frame
	 */
	void received(byte[] payload) {
		this.connection.execute(() -> {
			this.frames++;
			this.connection.terms().meters().countIn(this.connection.side(), 1, 0);
		});
		deliver(message(payload));
	}

	/**
	 * Counts a frame that a user's own deserializer read, and that came too late. Its
	 * virtual thread calls.
	 * @param payload the frame
	 */
	void receivedLate(byte[] payload) {
		this.connection.execute(() -> {
			this.frames++;
			this.connection.terms().meters().countIn(this.connection.side(), 1, 0);
			this.connection.watcher().discarded(this.connection, payload);
		});
	}

	/**
	 * No frame can be cut any more.
	 * @param why the cause
	 */
	void broke(Cause why) {
		this.broken = true;
		this.connection.fail(why);
	}

	private void deliver(Message<byte[]> message) {
		if (this.refused) {
			this.connection.execute(() -> this.connection.watcher().discarded(this.connection, message.getPayload()));
			return;
		}
		long answersBefore = this.answers;
		try {
			this.listener.onMessage(message);
		}
		catch (MessageDeliveryException ex) {
			if (ex.getCause() == null) {
				// An interceptor vetoed the frame, which is no fault. Unless it answered
				// instead, nobody gets the frame.
				if (this.answers == answersBefore || this.answeredBy != Thread.currentThread()) {
					this.connection.execute(() -> this.connection.lose(1, message.getPayload().length));
				}
			}
			else {
				refuse(message, ex);
			}
		}
		catch (RuntimeException | Error ex) {
			refuse(message, ex);
		}
	}

	/**
	 * A user's own code gives the peer a frame. Any thread may call.
	 */
	void answered() {
		this.answeredBy = Thread.currentThread();
		this.answers++;
	}

	private void refuse(Message<byte[]> message, Throwable fault) {
		this.refused = true;
		if (this.connection.loop().inLoop()) {
			ProcessHalt.ifHeapIsExhausted(fault);
		}
		logger.error("Route '{}': handling a frame of connection {} failed", this.connection.route(),
				this.connection.getConnectionId(), fault);
		this.connection.execute(() -> {
			this.connection.lose(1, message.getPayload().length);
			this.connection.fail(Ending.internalError(fault));
		});
	}

	/**
	 * Gives a frame to a user's code that is on no channel of the route: at once, or,
	 * where it may block, on the virtual thread after the frames before it.
	 * @param payload the frame
	 * @param taker takes its message; must not throw
	 */
	void handOver(byte[] payload, Consumer<Message<byte[]>> taker) {
		Message<byte[]> message = message(payload);
		if (this.serial == null) {
			taker.accept(message);
		}
		else {
			runOnVirtualThread(this.serial, () -> taker.accept(message), payload.length);
		}
	}

	private void runOnVirtualThread(Serial handler, Runnable task, int bytes) {
		int waiting = handler.submit(task, bytes);
		if ((waiting >= QUEUED_FRAMES || handler.bytes() >= QUEUED_BYTES) && !this.held) {
			hold();
			handler.submit(() -> this.connection.execute(this::release));
		}
	}

	/**
	 * Runs a task on the loop after every frame taken so far was delivered.
	 * @param task the task
	 */
	void afterFrames(Runnable task) {
		if (this.codec != null) {
			this.codec.afterFrames(task);
		}
		else if (this.serial == null) {
			task.run();
		}
		else {
			this.serial.submit(() -> this.connection.execute(task));
		}
	}

	// Whether to read

	/**
	 * Reading may begin: the connection is open.
	 */
	void opened() {
		this.lastReadAt = System.nanoTime();
		if (!isStopped() && this.connection.isOpen()) {
			cutUnread();
		}
		if (!isStopped()) {
			read();
		}
	}

	void pause() {
		if (!this.paused) {
			stopReading();
			this.paused = true;
		}
	}

	void resume() {
		if (this.paused) {
			this.paused = false;
			readOn();
		}
	}

	/**
	 * Stops reading until {@link #release}, for what runs off the loop has enough to do.
	 */
	void hold() {
		if (!this.held) {
			stopReading();
			this.held = true;
			if (this.codec != null) {
				// Also while what comes is thrown away: it must be read to be counted.
				this.connection.channel().config().setAutoRead(false);
			}
		}
	}

	void release() {
		if (this.held) {
			this.held = false;
			if (this.discarding) {
				read();
			}
			else {
				readOn();
			}
		}
	}

	/**
	 * Stops reading until {@link #feed}, because there is not enough memory.
	 */
	private void starve() {
		if (!this.starved && !this.discarding) {
			stopReading();
			this.starved = true;
			this.connection.loop().relief().starved(true);
		}
	}

	/**
	 * There may be memory again.
	 */
	void feed() {
		if (this.starved) {
			endStarving();
			readOn();
		}
	}

	private void endStarving() {
		if (this.starved) {
			this.starved = false;
			this.connection.loop().relief().starved(false);
		}
	}

	boolean isStarved() {
		return this.starved;
	}

	long refusedSince() {
		return this.refusedSince;
	}

	private boolean isStopped() {
		return this.paused || this.held || this.starved;
	}

	private void stopReading() {
		if (!isStopped()) {
			this.stoppedAt = System.nanoTime();
		}
		if (!this.discarding) {
			this.connection.channel().config().setAutoRead(false);
		}
	}

	private void readOn() {
		if (isStopped() || this.connection.isWaitingToOpen()) {
			return;
		}
		// A frame does not wait for its sender while nobody reads.
		this.frameStartedAt += System.nanoTime() - this.stoppedAt;
		cutUnread();
		if (!isStopped()) {
			read();
		}
	}

	private void read() {
		if (!this.ended && !this.fedUp && this.connection.isOpen()) {
			this.connection.channel().config().setAutoRead(true);
		}
	}

	/**
	 * Reads from now on without looking at what comes.
	 */
	void ignore() {
		this.broken = true;
	}

	/**
	 * Takes no more frames: what was read already is still delivered, what comes from now
	 * on is read and thrown away.
	 */
	void discard() {
		if (this.discarding || !this.connection.isOpen()) {
			return;
		}
		while (this.unread != null && !this.broken && !this.connection.isWaitingToOpen()) {
			this.paused = false;
			this.held = false;
			endStarving();
			cutUnread();
			if (this.refusedSince != 0) {
				endStarving();
				break;
			}
		}
		this.discarding = true;
		if (this.codec != null) {
			this.codec.discard();
		}
		cutUnread();
		if (this.codec == null || !this.held) {
			read();
		}
	}

	private void cutUnread() {
		byte[] kept = this.unread;
		this.unread = null;
		if (kept != null && !this.broken) {
			cut(kept, 0, kept.length, System.nanoTime());
			countHeld();
		}
		if (this.ended && this.unread == null) {
			finish();
		}
	}

	/**
	 * The peer sent FIN.
	 */
	void shutDown() {
		if (this.ended || !this.connection.isOpen()) {
			return;
		}
		this.ended = true;
		this.connection.channel().config().setAutoRead(false);
		if (this.unread == null && !this.connection.isWaitingToOpen()) {
			finish();
		}
	}

	private void finish() {
		if (!this.done) {
			this.done = true;
			Runnable last = () -> {
				int partial = partialBytes();
				this.connection.ending()
					.inputDone((partial > 0 && !this.broken) ? new Cause(CloseReason.TRUNCATED_FRAME,
							this.connection.side().asEndedBy(), explain("FIN after " + partial + " bytes of a frame"))
							: null);
			};
			if (this.codec != null) {
				this.codec.end(last);
			}
			else {
				afterFrames(last);
			}
		}
	}

	/**
	 * Adds to a message how much of a frame had come whose end did not.
	 */
	String explainPartial(String message) {
		int partial = partialBytes();
		return (partial > 0) ? explain(message + " after " + partial + " bytes of a frame") : message;
	}

	/**
	 * Adds to a message what the incomplete frame looks like, where that can be told.
	 */
	String explain(String message) {
		return explain(message, (this.codec != null) ? "" : this.cutter.resemblance());
	}

	private static String explain(String message, String resemblance) {
		return resemblance.isEmpty() ? message : message + "; " + resemblance;
	}

	/**
	 * The connection is closed: counts the frames that were read while reading was paused
	 * and that nobody gets now.
	 */
	void close() {
		byte[] kept = this.unread;
		this.unread = null;
		if (kept != null && !this.broken && this.codec == null) {
			this.discarding = true;
			cut(kept, 0, kept.length, this.lastReadAt);
		}
		endStarving();
		if (this.serial != null) {
			this.serial.takeBack(Queued.class)
				.forEach((waiting) -> this.connection.watcher()
					.discarded(this.connection, waiting.message.getPayload()));
		}
		if (this.codec != null) {
			this.codec.close();
		}
	}

	// What it holds

	/**
	 * Counts what is held where that changes without a read. The loop's sweep calls.
	 */
	void sweep() {
		if (this.serial != null || this.codec != null) {
			countHeld();
		}
	}

	/**
	 * Has the process's budget know what was read and is not delivered.
	 */
	void countHeld() {
		long bytes = MemoryBudget.cost(this.cutter.heldBytes());
		byte[] waiting = this.unread;
		if (waiting != null) {
			bytes += waiting.length;
		}
		if (this.serial != null) {
			bytes += this.serial.bytes();
		}
		if (this.codec != null) {
			bytes += this.codec.heldBytes();
		}
		this.connection.held().input(bytes);
	}

	// What is known

	/**
	 * Whether nothing is read now, so that a reset is not seen.
	 * @return whether it is for FIN or for a pause
	 */
	boolean isDeaf() {
		return this.ended || isStopped();
	}

	boolean isEnded() {
		return this.ended;
	}

	/**
	 * Whether somebody may still get what the peer sent before its socket was severed.
	 * @return {@code false} where it would be thrown away
	 */
	boolean isWorthReading() {
		return !this.discarding && !this.broken && (this.unread != null || !this.connection.isWaitingToOpen());
	}

	boolean isDone() {
		return this.done;
	}

	/**
	 * When the incomplete frame began whose end is waited for.
	 * @return a {@link System#nanoTime()} stamp, 0 for none
	 */
	long frameStartedAt() {
		if (this.ended || isStopped() || this.broken || this.discarding) {
			return 0;
		}
		if (this.codec != null) {
			return this.codec.frameStartedAt();
		}
		return (this.cutter.partialBytes() > 0) ? this.frameStartedAt : 0;
	}

	boolean isInsideFrame() {
		return partialBytes() > 0 || this.unread != null;
	}

	int partialBytes() {
		return (this.codec != null) ? this.codec.partialBytes() : this.cutter.partialBytes();
	}

	long frames() {
		return this.frames;
	}

	long bytes() {
		return this.bytes;
	}

	long lastReadAt() {
		return this.lastReadAt;
	}

	/** A frame that waits for its turn at a blocking handler. */
	private final class Queued implements Runnable {

		private final Message<byte[]> message;

		private Queued(Message<byte[]> message) {
			this.message = message;
		}

		@Override
		public void run() {
			deliver(this.message);
		}

	}

	/** Takes what the cutter finds. */
	private final class Frames implements FrameSink {

		@Override
		public boolean frame(byte[] payload) {
			return take(payload);
		}

		@Override
		public int wantedOfOversize() {
			return Input.this.connection.watcher().wantedOfOversize();
		}

		@Override
		public boolean oversize(byte[] start, String fault) {
			return takeOversize(start, fault);
		}

	}

}
