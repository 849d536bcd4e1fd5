package io.framegate.exchange;

import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;

import io.framegate.closure.Cause;
import io.framegate.closure.CloseReason;
import io.framegate.transport.MemoryBudget;
import org.jspecify.annotations.Nullable;

/**
 * A request on its way upstream, and where its reply goes. Made and completed on its
 * requester's event loop, carried on the loop of its link; at any moment it is on one
 * loop only.
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

	/** {@link #GIVEN} and {@link #CANCELLED}; whichever comes first counts. */
	private volatile int state;

	/** Given to a link, cancelled, and then found never to have been sent. */
	private boolean takenBack;

	private boolean ended;

	private byte @Nullable [] reply;

	private @Nullable Cause fault;

	private int forgotten;

	private long heldBytes;

	private boolean replyHeld;

	private int attempts;

	private @Nullable CorrelationKey key;

	/** The key that the gateway uses in place of the client's. */
	private @Nullable String ownKey;

	/** Where the request begins and ends on its link, in bytes written. */
	private long begin;

	private long end;

	/** When it was queued on an ordered link. */
	private long sentAt;

	/** Its reply is not awaited any more, though it keeps its place on that link. */
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
	 * @return whether it was not sent and never will be
	 */
	public boolean cancel() {
		return STATE.getAndUpdate(this, (now) -> now | CANCELLED) == 0;
	}

	public boolean isCancelled() {
		return (this.state & CANCELLED) != 0;
	}

	/**
	 * Takes it for a link.
	 * @return {@code false} if it was cancelled before
	 */
	public boolean claim() {
		return STATE.compareAndSet(this, 0, GIVEN);
	}

	/**
	 * Whether the request was given to a link, so that it may have reached a server.
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
	 * Whether it was answered or has failed. The requester's loop asks.
	 */
	public boolean isEnded() {
		return this.ended;
	}

	public byte @Nullable [] reply() {
		return this.reply;
	}

	/**
	 * Gives the client something in place of the reply.
	 * @param payload the payload
	 */
	public void replaceFault(byte[] payload) {
		this.fault = null;
		this.reply = payload;
	}

	/**
	 * What it holds, as its requester counts it.
	 * @return a number of bytes
	 */
	public long heldBytes() {
		return this.heldBytes;
	}

	public void heldBytes(long bytes) {
		this.heldBytes = bytes;
	}

	/**
	 * Whether its reply is among those that its requester holds.
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
	 * @return the key, or {@code null} if there is none yet
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
	 * Its reply is not awaited any more, and nobody gets it if it comes.
	 * @param cause why
	 */
	public void giveUp(Cause cause) {
		this.givenUp = true;
		fail(cause);
	}

	/**
	 * Marks it as not sent: not a byte of it was written to the network.
	 * @return whether it may be tried on another link
	 */
	public boolean unsent() {
		boolean wanted = STATE.compareAndSet(this, GIVEN, 0);
		this.takenBack = !wanted;
		return wanted && this.attempts < MAX_ATTEMPTS;
	}

	/**
	 * The reply came.
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
	 * Hands a large reply to the other loop. It counts as held until it arrives there.
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
	 * There is not enough memory to hold the reply until the client can get it. The
	 * requester's loop calls.
	 */
	public void forgetReply() {
		byte[] lost = this.reply;
		this.forgotten = (lost != null) ? lost.length : 0;
		this.reply = null;
		this.fault = NO_MEMORY;
	}

	/**
	 * How long the reply was that memory did not suffice for.
	 * @return a number of bytes, 0 if there was enough
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
