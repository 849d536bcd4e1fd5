package io.framegate.exchange;

import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;

import io.framegate.closure.Cause;
import io.framegate.closure.CloseReason;
import io.framegate.transport.MemoryBudget;
import org.jspecify.annotations.Nullable;

/**
 * A request on its way upstream, and where its reply goes. Made and ended on its origin's
 * event loop, carried on the loop of the link that it is given to; a moment of it is on
 * one loop only.
 */
public final class Exchange {

	private static final int MAX_ATTEMPTS = 5;

	private static final Cause NO_MEMORY = Cause.byGateway(CloseReason.OVERLOAD, "not enough memory for a reply");

	private static final AtomicIntegerFieldUpdater<Exchange> STATE = AtomicIntegerFieldUpdater
		.newUpdater(Exchange.class, "state");

	private static final int GIVEN = 1;

	private static final int CANCELLED = 2;

	private final Requester origin;

	private final byte[] request;

	private final long createdAt;

	/** {@link #GIVEN} and {@link #CANCELLED}; whichever comes first decides. */
	private volatile int state;

	/** Given to a link, cancelled, and then found never to have left. */
	private boolean takenBack;

	private boolean ended;

	private byte @Nullable [] reply;

	private @Nullable Cause fault;

	private int forgotten;

	private long heldBytes;

	private boolean replyHeld;

	private int attempts;

	private @Nullable CorrelationKey key;

	/** What the gateway puts in the place of the client's key. */
	private @Nullable String ownKey;

	/** Where on its link the request begins and ends, in bytes written. */
	private long begin;

	private long end;

	/** When it got its place in an ordered link's line. */
	private long sentAt;

	/** Its reply is not waited for any more, though its place in that line stays. */
	private boolean givenUp;

	public Exchange(Requester origin, byte[] request) {
		this.origin = origin;
		this.request = request;
		this.createdAt = origin.loop().now();
	}

	public Requester origin() {
		return this.origin;
	}

	public byte[] request() {
		return this.request;
	}

	/**
	 * When the request came.
	 * @return a {@link System#nanoTime()} stamp
	 */
	public long createdAt() {
		return this.createdAt;
	}

	/**
	 * Nobody waits for it any more: it is not sent if it was not yet. Any thread.
	 * @return whether it was not, and now never will be
	 */
	public boolean cancel() {
		return STATE.getAndUpdate(this, (now) -> now | CANCELLED) == 0;
	}

	public boolean isCancelled() {
		return (this.state & CANCELLED) != 0;
	}

	/**
	 * Takes it for a link.
	 * @return whether it may be sent: not where it was cancelled before
	 */
	public boolean claim() {
		return STATE.compareAndSet(this, 0, GIVEN);
	}

	/**
	 * Whether the request was given to a link, so that it may have reached a server.
	 * @return whether it was
	 */
	public boolean isSent() {
		return isGiven() && !this.takenBack;
	}

	/**
	 * Whether a link had it, and it was not taken back before it was cancelled.
	 * @return whether {@link #cancel()} came too late
	 */
	public boolean isGiven() {
		return (this.state & GIVEN) != 0;
	}

	/**
	 * Whether it was answered or has failed. The origin's loop asks.
	 * @return whether it is over
	 */
	public boolean isEnded() {
		return this.ended;
	}

	public byte @Nullable [] reply() {
		return this.reply;
	}

	/**
	 * Gives the client something in the reply's place.
	 * @param payload what
	 */
	public void replaceFault(byte[] payload) {
		this.fault = null;
		this.reply = payload;
	}

	/**
	 * What it holds, as its origin counts it.
	 * @return a number of bytes
	 */
	public long heldBytes() {
		return this.heldBytes;
	}

	public void heldBytes(long bytes) {
		this.heldBytes = bytes;
	}

	/**
	 * Whether its reply is among those that its origin holds.
	 * @return whether it is
	 */
	public boolean isReplyHeld() {
		return this.replyHeld;
	}

	public void replyHeld(boolean now) {
		this.replyHeld = now;
	}

	public @Nullable Cause fault() {
		return this.fault;
	}

	public @Nullable CorrelationKey key() {
		return this.key;
	}

	public void key(CorrelationKey found) {
		this.key = found;
	}

	/**
	 * The key that the gateway has made for it.
	 * @return the key, or {@code null} where there is none yet
	 */
	public @Nullable String ownKey() {
		return this.ownKey;
	}

	public void ownKey(@Nullable String made) {
		this.ownKey = made;
	}

	public void written(long from, long to) {
		this.begin = from;
		this.end = to;
		this.attempts++;
	}

	public long begin() {
		return this.begin;
	}

	public long end() {
		return this.end;
	}

	public long sentAt() {
		return this.sentAt;
	}

	public void sentAt(long now) {
		this.sentAt = now;
	}

	public boolean isGivenUp() {
		return this.givenUp;
	}

	/**
	 * Its reply is not waited for any more, and nobody gets it if it comes.
	 * @param cause why
	 */
	public void giveUp(Cause cause) {
		this.givenUp = true;
		fail(cause);
	}

	/**
	 * Takes back that it was sent: not a byte of it can have left.
	 * @return whether it may be tried on another link
	 */
	public boolean unsent() {
		boolean wanted = STATE.compareAndSet(this, GIVEN, 0);
		this.takenBack = !wanted;
		return wanted && this.attempts < MAX_ATTEMPTS;
	}

	/**
	 * The reply is there.
	 * @param payload the reply
	 */
	public void answer(byte[] payload) {
		if (this.origin.loop().inLoop()) {
			end(payload, null);
		}
		else if (payload.length < MemoryBudget.LARGE) {
			this.origin.loop().later(() -> end(payload, null));
		}
		else {
			handOver(payload);
		}
	}

	/**
	 * Has the other loop get a large reply, which counts as held until it does.
	 */
	private void handOver(byte[] payload) {
		MemoryBudget budget = this.origin.loop().memory().budget();
		long bytes = MemoryBudget.cost(payload.length);
		if (budget.tryReserve(bytes)) {
			this.origin.loop().later(() -> {
				budget.release(bytes);
				end(payload, null);
			});
		}
		else {
			this.origin.loop().later(() -> {
				this.forgotten = payload.length;
				end(null, NO_MEMORY);
			});
		}
	}

	/**
	 * There is not enough memory to hold the reply until it can be given to the client.
	 * The origin's loop calls.
	 */
	public void forgetReply() {
		byte[] lost = this.reply;
		this.forgotten = (lost != null) ? lost.length : 0;
		this.reply = null;
		this.fault = NO_MEMORY;
	}

	/**
	 * How long the reply was for which there was not enough memory.
	 * @return a number of bytes, 0 where there was enough
	 */
	public int forgotten() {
		return this.forgotten;
	}

	public void fail(Cause cause) {
		if (this.origin.loop().inLoop()) {
			end(null, cause);
		}
		else {
			this.origin.loop().later(() -> end(null, cause));
		}
	}

	private void end(byte @Nullable [] payload, @Nullable Cause cause) {
		if (this.ended) {
			return;
		}
		this.ended = true;
		this.reply = payload;
		this.fault = cause;
		if (cause == null) {
			this.origin.answered(this);
		}
		else {
			this.origin.failed(this, cause);
		}
	}

}
