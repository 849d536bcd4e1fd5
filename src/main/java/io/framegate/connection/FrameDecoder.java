package io.framegate.connection;

import io.framegate.closure.Cause;
import io.framegate.closure.CloseReason;
import io.framegate.framing.FrameCutter;
import io.framegate.framing.FrameException;
import io.framegate.framing.FrameSink;
import io.framegate.transport.MemoryAccount;
import io.framegate.transport.MemoryBudget;
import org.jspecify.annotations.Nullable;

/**
 * Cuts bytes into frames, as far as there is memory for them, and passes each frame on.
 * Event loop only.
 */
final class FrameDecoder implements FrameSink {

	private final Owner owner;

	private final ConnectionContext context;

	private final ReadGate gate;

	private final FrameDelivery delivery;

	/** Runs a user's own framing, if the route has one. */
	private final @Nullable SerializerCodec codec;

	private final FrameCutter cutter;

	/** How fast frames may come, or {@code null} if that was never limited. */
	private @Nullable ReadPace pace;

	/** Since when there is not enough memory for what was read, 0 if there is. */
	private long refusedSince;

	/** No frame can be cut any more. */
	private boolean broken;

	/** Takes what is cut: this, or what answers polls if nobody wants anything else. */
	private FrameSink sink = this;

	private long frames;

	/** Empty frames that nobody gets. */
	private long polls;

	private final AnsweredAnswers answeredAnswers;

	private long frameStartedAt;

	FrameDecoder(Owner owner, ConnectionContext context, ReadGate gate, FrameDelivery delivery,
			@Nullable SerializerCodec codec) {
		this.owner = owner;
		this.context = context;
		this.gate = gate;
		this.delivery = delivery;
		this.codec = codec;
		this.cutter = context.framing().cutter(context.maxFrameSize());
		this.answeredAnswers = AnsweredAnswers.of(context.framing());
	}

	/**
	 * Cuts frames until the gate stops reading.
	 * @param from what was read
	 * @param begin the index of the first byte
	 * @param end the index after the last byte
	 * @param now when it was read, a {@link System#nanoTime()} stamp
	 * @return the index of the first byte that is to be kept
	 */
	int cut(byte[] from, int begin, int end, long now) {
		int room = roomFor(end - begin);
		if (room == 0) {
			return cutFrames(from, begin, end, now);
		}
		MemoryAccount memory = this.owner.memory();
		if (memory.tryTake(room)) {
			this.refusedSince = 0;
			try {
				return cutFrames(from, begin, end, now);
			}
			finally {
				memory.change(-room);
			}
		}
		if (this.gate.isDiscarding()) {
			// Nobody would get the frame.
			this.broken = true;
			return end;
		}
		if (this.refusedSince == 0) {
			this.refusedSince = now;
		}
		this.gate.starve();
		return begin;
	}

	/** What a long frame may need besides what it holds: the array that it grows into. */
	private int roomFor(int more) {
		int holds = this.cutter.heldBytes();
		if (holds < MemoryBudget.LARGE) {
			return 0;
		}
		long needed = (long) this.cutter.partialBytes() + more;
		return (int) Math.min((needed > holds) ? Math.max(needed, 2L * holds) : needed, Integer.MAX_VALUE);
	}

	private int cutFrames(byte[] from, int begin, int end, long now) {
		int partialBefore = this.cutter.partialBytes();
		long framesBefore = this.frames;
		long cutBefore = framesBefore + this.polls;
		long stampBefore = this.owner.cutting(now);
		if (this.pace != null) {
			this.pace.cutting(now);
		}
		try {
			int at = this.cutter.cut(from, begin, end, this.sink);
			if (this.cutter.partialBytes() > 0 && (partialBefore == 0 || this.frames + this.polls != cutBefore)) {
				this.frameStartedAt = now;
			}
			return at;
		}
		catch (FrameException ex) {
			this.broken = true;
			if (!isIgnoring()) {
				UnreadableBytes bytes = UnreadableBytes.of(ex);
				bytes.keep(this.context, this.owner.id(), isWithoutFrame());
				this.owner.fail(bytes.cause(this.context.side(), ex));
			}
			return end;
		}
		finally {
			this.owner.cutting(stampBefore);
			this.context.metrics().countIn(this.context.side(), this.frames - framesBefore, 0);
			this.answeredAnswers.cut(this.polls + framesBefore - cutBefore, this.frames - framesBefore, now);
			if (cutBefore == 0 && !isWithoutFrame()) {
				this.context.firstFailures().frameCut();
			}
		}
	}

	/** No frame can be cut any more. */
	void broke(Cause cause) {
		this.broken = true;
		this.owner.fail(cause);
	}

	@Override
	public boolean frame(byte[] payload) {
		if (this.codec != null) {
			if (this.codec.offer(payload)) {
				this.gate.hold(true);
			}
			return !this.gate.isStopped() || this.gate.isDiscarding();
		}
		this.frames++;
		if (this.gate.isDiscarding()) {
			this.owner.discarded(payload);
			return true;
		}
		this.delivery.frame(payload);
		if (this.pace != null) {
			this.pace.frame();
		}
		return !this.gate.isStopped() || this.gate.isDiscarding();
	}

	/**
	 * A poll. A peer that takes no answers is not read until it does, or its answers
	 * would fill the memory. One that answers answers is not answered for ever.
	 */
	@Override
	public boolean empty(byte[] wire, boolean answer) {
		this.polls++;
		this.context.metrics().countPoll(this.context.side());
		if (answer && !this.answeredAnswers.areTooMany() && !this.owner.answerPoll(wire)) {
			this.gate.choke();
		}
		if (this.gate.isDiscarding()) {
			return true;
		}
		if (this.pace != null) {
			this.pace.frame();
		}
		return !this.gate.isStopped();
	}

	@Override
	public int wantedOfOversize() {
		return this.owner.wantedOfOversize();
	}

	@Override
	public boolean oversize(byte[] start, String fault) {
		// A task that waits for it runs in its turn.
		this.frames++;
		if (this.gate.isDiscarding()) {
			this.owner.discarded(start);
			return true;
		}
		Cause cause = new Cause(CloseReason.FRAME_TOO_LONG, this.context.side().asEndedBy(), fault);
		afterFrames(() -> this.owner.oversize(start, cause));
		if (this.pace != null) {
			this.pace.frame();
		}
		return !this.gate.isStopped();
	}

	/**
	 * Limits how fast frames and bytes may come.
	 * @param frameRate frames a second, 0 for no limit
	 * @param byteRate bytes a second, 0 for no limit
	 */
	void limit(int frameRate, long byteRate) {
		ReadPace limits = this.pace;
		if (limits == null) {
			limits = new ReadPace(this.gate, this.codec, this.owner::now);
			this.pace = limits;
		}
		limits.limit(frameRate, byteRate);
	}

	@Nullable ReadPace pace() {
		return this.pace;
	}

	/** A user's own deserializer has read a frame. */
	void countFrame() {
		this.frames++;
		this.context.metrics().countIn(this.context.side(), 1, 0);
	}

	/**
	 * Runs a task on the loop after every frame taken so far was delivered.
	 * @param task the task
	 */
	void afterFrames(Runnable task) {
		if (this.codec != null) {
			this.codec.afterFrames(task);
		}
		else {
			this.delivery.afterFrames(task);
		}
	}

	/** Cuts no more. */
	void ignore() {
		this.broken = true;
	}

	/** Nobody wants frames any more. Polls are answered, if the framing says so. */
	void ignoreFrames() {
		if (this.context.framing().answersEmptyFrames()) {
			this.sink = new PollsOnly(this);
		}
		else {
			ignore();
		}
	}

	/**
	 * Nobody read for a while: the frame did not wait for its sender.
	 * @param nanos for how long
	 */
	void shiftFrameStart(long nanos) {
		this.frameStartedAt += nanos;
		if (this.codec != null) {
			this.codec.shiftFrameStart(nanos);
		}
	}

	private boolean isIgnoring() {
		return this.sink != this;
	}

	boolean isBroken() {
		return this.broken;
	}

	long refusedSince() {
		return this.refusedSince;
	}

	/** Adds to a message how much of an incomplete frame had come. */
	String explainPartial(String message) {
		int partial = partialBytes();
		return (partial > 0) ? incomplete().explain(message + " after " + partial + " bytes of a frame") : message;
	}

	/**
	 * The peer has sent FIN.
	 * @return what is wrong if that was within a frame, else {@code null}
	 */
	@Nullable Cause torso() {
		int partial = partialBytes();
		if (partial == 0 || this.broken) {
			return null;
		}
		noteUnreadable();
		return new Cause(CloseReason.TRUNCATED_FRAME, this.context.side().asEndedBy(),
				incomplete().explain("FIN after " + partial + " bytes of a frame"));
	}

	/** The peer has failed to complete its frame: keeps what came of it. */
	void noteUnreadable() {
		incomplete().keep(this.context, this.owner.id(), isWithoutFrame());
	}

	/** The first bytes of the incomplete frame. */
	UnreadableBytes incomplete() {
		return (this.codec != null || isIgnoring()) ? UnreadableBytes.UNKNOWN : UnreadableBytes.of(this.cutter);
	}

	/**
	 * When the incomplete frame began.
	 * @return a {@link System#nanoTime()} stamp, 0 for none
	 */
	long frameStartedAt() {
		if (this.gate.isDeaf() || this.broken || isIgnoring() || this.gate.isDiscarding()) {
			return 0;
		}
		if (this.codec != null) {
			return this.codec.frameStartedAt();
		}
		return (this.cutter.partialBytes() > 0) ? this.frameStartedAt : 0;
	}

	int partialBytes() {
		if (isIgnoring()) {
			return 0;
		}
		return (this.codec != null) ? this.codec.partialBytes() : this.cutter.partialBytes();
	}

	long frames() {
		return this.frames;
	}

	/** Whether the peer has sent no complete frame, not even an empty one. */
	boolean isWithoutFrame() {
		return this.frames == 0 && this.polls == 0;
	}

	/** How many bytes the incomplete frame holds. */
	long heldBytes() {
		return MemoryBudget.cost(this.cutter.heldBytes());
	}

	/** What cutting needs of its connection. */
	interface Owner {

		String id();

		long now();

		/** Where the memory of its loop is counted. */
		MemoryAccount memory();

		/**
		 * What was read is being cut into frames, or was.
		 * @param stamp when it was read, 0 for no more
		 * @return the stamp of what was being cut before
		 */
		long cutting(long stamp);

		/**
		 * A frame came after the connection stopped taking frames.
		 * @param payload the frame, which nobody gets
		 */
		void discarded(byte[] payload);

		/**
		 * Sends an empty frame back.
		 * @param wire its bytes
		 * @return whether there is room for more
		 */
		boolean answerPoll(byte[] wire);

		/**
		 * How many first bytes of a frame that is too long are wanted.
		 * @return a number of bytes, or {@link FrameSink#NONE}
		 */
		int wantedOfOversize();

		/**
		 * A frame that is too long was skipped.
		 * @param start its first bytes
		 * @param cause what is wrong with it
		 */
		void oversize(byte[] start, Cause cause);

		/**
		 * The connection must close.
		 * @param cause why
		 */
		void fail(Cause cause);

	}

}
