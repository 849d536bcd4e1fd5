package io.framegate.link;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import io.framegate.closure.Cause;
import io.framegate.closure.CloseReason;
import io.framegate.closure.EndedBy;
import io.framegate.connection.FrameConnection;
import io.framegate.exchange.Exchange;
import io.framegate.exchange.Requester;
import io.framegate.framing.FrameSink;
import org.jspecify.annotations.Nullable;

/**
 * An upstream connection that clients share. Its kinds differ in how many exchanges are
 * under way on it and how a reply finds its own. Once in doubt, a link is poisoned: it
 * carries nothing more, what still comes is thrown away, and its exchanges fail. Event
 * loop only.
 */
abstract class Link extends LinkConnection
		implements Requester.Lane, Heartbeats.Owner, UnexpectedReplies.Owner, TargetFeedback.Owner {

	private final LinkOwner<Link> owner;

	private final Heartbeats heartbeats;

	private final UnexpectedReplies unexpected;

	private final TargetFeedback feedback = new TargetFeedback(this);

	private boolean poisoned;

	private long idleSince = System.nanoTime();

	private long exchanges;

	Link(LinkOwner<Link> owner, LinkSettings settings) {
		super(owner.loop(), settings);
		this.owner = owner;
		this.heartbeats = new Heartbeats(this, settings);
		this.unexpected = new UnexpectedReplies(this, settings);
	}

	// What the kinds say

	/**
	 * Whether an exchange can be sent now.
	 * @param exchange the exchange
	 * @return whether there is room for it
	 */
	abstract boolean hasRoomFor(Exchange exchange);

	/**
	 * Why an exchange cannot be sent though the link is there.
	 * @param exchange the exchange
	 * @return what its key waits for, or {@code null} where it is not the key
	 */
	@Nullable String keyWait(Exchange exchange) {
		return null;
	}

	/**
	 * Whether keys were given up here and may not be used again yet.
	 * @return whether there is one
	 */
	boolean hasGivenUp() {
		return false;
	}

	/**
	 * Whether an exchange waits for a key that was given up here, so that only another
	 * link can carry it.
	 * @param exchange the exchange
	 * @return whether this link will not do
	 */
	boolean isSpoiledFor(Exchange exchange) {
		return false;
	}

	@Override
	public boolean hasRoomForHeartbeat(Exchange heartbeat) {
		return true;
	}

	/**
	 * Takes note of an exchange and says what to write.
	 * @param exchange the exchange
	 * @return the request as it is to be written
	 */
	abstract byte[] begin(Exchange exchange);

	/**
	 * A frame came.
	 * @param reply the frame
	 * @param fault why it can't be given to anybody, so that the exchange that it answers
	 * fails: then the frame's first bytes alone are there; {@code null} for a frame as it
	 * should be
	 */
	abstract void received(byte[] reply, @Nullable Cause fault);

	/**
	 * Forgets every exchange under way.
	 */
	abstract void clear();

	/**
	 * Does what time brings for this kind of link.
	 * @param now a {@link System#nanoTime()} stamp
	 */
	void sweep(long now) {
	}

	/**
	 * The exchange at the front has waited for its reply too long.
	 * @param cause the cause
	 */
	void replyTimedOut(Cause cause) {
		poison(cause);
	}

	// The link's life

	@Override
	final void established() {
		this.idleSince = openedAt();
		this.owner.established(this);
	}

	@Override
	final void dialFailed(Cause cause) {
		this.feedback.connectFailed(cause);
		this.owner.connectFailed(this, cause);
	}

	final LinkOwner<Link> owner() {
		return this.owner;
	}

	final Heartbeats heartbeats() {
		return this.heartbeats;
	}

	final UnexpectedReplies unexpected() {
		return this.unexpected;
	}

	final TargetFeedback feedback() {
		return this.feedback;
	}

	@Override
	public final @Nullable Exchange beating() {
		return this.heartbeats.beating();
	}

	@Override
	public final void send(Exchange exchange) {
		byte[] request = begin(exchange);
		FrameConnection to = connection();
		long from = to.writePosition();
		this.exchanges++;
		to.write(request);
		exchange.written(from, to.writePosition());
	}

	/**
	 * Ends an exchange whose reply came.
	 * @param exchange the exchange
	 * @param reply the reply
	 * @param fault why it can't be given to anybody, or {@code null}
	 */
	final void settle(Exchange exchange, byte[] reply, @Nullable Cause fault) {
		if (fault == null) {
			exchange.answer(reply);
		}
		else {
			this.unexpected.discard("too-long");
			exchange.fail(fault);
		}
	}

	/**
	 * Whether bytes lie there that no exchange under way can explain.
	 */
	boolean isPoisoned() {
		FrameConnection established = connectionIfAny();
		return established != null && exchangesInFlight().isEmpty() && established.isInsideFrame();
	}

	/**
	 * A reply came that an exchange waits for.
	 * @param exchange the exchange
	 */
	final void worked(Exchange exchange) {
		if (exchange != this.heartbeats.beating()) {
			this.feedback.worked();
		}
	}

	@Override
	public final void proven() {
		this.owner.proven();
	}

	@Override
	public final void heartbeatAnswered() {
		this.feedback.heartbeatAnswered();
		if (!isReady()) {
			takeIntoUse();
		}
	}

	/**
	 * From now on exchanges may be sent.
	 */
	final void takeIntoUse() {
		ready();
		this.owner.idle(this);
	}

	@Override
	public final long exchanges() {
		return this.exchanges;
	}

	final long idleSince() {
		return this.idleSince;
	}

	/**
	 * How much longer it rests before the next exchange.
	 * @param now a {@link System#nanoTime()} stamp
	 * @return nanoseconds, 0 or less for no longer
	 */
	final long restLeft(long now) {
		return settings().rest(target(), this.exchanges == 0) - (now - this.idleSince);
	}

	final void idle() {
		this.idleSince = System.nanoTime();
		this.owner.idle(this);
	}

	/** Ends at once, because what comes can no longer be matched. */
	@Override
	public final void poison(Cause cause) {
		if (!this.poisoned) {
			this.poisoned = true;
			this.feedback.ended(cause);
			stopUse();
			this.owner.closed(this);
			List<Exchange> failed = new ArrayList<>(exchangesInFlight());
			clear();
			failed.forEach((exchange) -> exchange.fail(cause));
			connection().closeGracefully(cause);
			this.owner.poisoned(connection());
			this.owner.roomAvailable();
		}
	}

	// What happens to its connection

	/**
	 * A frame came and passed the reply channel.
	 * @param payload the frame
	 */
	@Override
	public final void frame(FrameConnection from, byte[] payload) {
		if (this.poisoned) {
			this.unexpected.discard("late");
		}
		else {
			received(payload, null);
			endIfRetired();
		}
	}

	/**
	 * A frame that is longer than the limit costs nobody but the one who asked for it.
	 */
	@Override
	public final int wantedOfOversize() {
		return settings().oneWay() ? FrameSink.NONE : settings().searchedBytes();
	}

	@Override
	public final void oversize(FrameConnection from, byte[] start, Cause cause) {
		if (this.poisoned) {
			this.unexpected.discard("late");
		}
		else {
			received(start, cause);
			endIfRetired();
		}
	}

	@Override
	public void discarded(FrameConnection from, byte[] payload) {
		this.unexpected.discard("late");
	}

	@Override
	public final void inputEnded(FrameConnection ended) {
		if (outlivesInput()) {
			return;
		}
		ended.because(new Cause(CloseReason.UPSTREAM_EOF, EndedBy.UPSTREAM, ""));
		this.unexpected.ended(ended.isInsideFrame());
		this.feedback.ended(Objects.requireNonNull(ended.cause()));
		this.owner.closed(this);
		ended.takeBack();
		ended.halfClose();
		endUnderWay(Objects.requireNonNull(ended.cause()), ended);
	}

	/**
	 * The server has sent its last byte.
	 * @return whether that is no reason to end
	 */
	boolean outlivesInput() {
		return false;
	}

	@Override
	public void writabilityChanged(FrameConnection changed) {
		if (changed.isWritable()) {
			this.owner.roomAvailable();
		}
	}

	@Override
	public final void failed(FrameConnection faulty, Cause cause) {
		if (cause.reason() == CloseReason.REPLY_TIMEOUT) {
			replyTimedOut(cause);
		}
		else {
			poison(cause);
		}
	}

	@Override
	public final void drain(FrameConnection draining, Cause cause) {
		this.owner.closed(this);
		draining.because(cause);
		drain(cause, System.nanoTime());
	}

	@Override
	public final void closed(FrameConnection closed, Cause cause, long lostFrames, long lostBytes) {
		if (wasAttempt(closed, cause)) {
			return;
		}
		this.unexpected.ended(closed.isInsideFrame());
		this.feedback.ended(cause);
		this.owner.closed(this);
		endUnderWay(cause, closed);
		// Its place is free.
		this.owner.roomAvailable();
	}

	/**
	 * The connection is no good any more: what cannot have left goes elsewhere, in its
	 * order, the rest fails.
	 */
	private void endUnderWay(Cause cause, FrameConnection ended) {
		List<Exchange> ending = new ArrayList<>(exchangesInFlight());
		if (ending.isEmpty()) {
			return;
		}
		clear();
		for (Exchange exchange : ending.reversed()) {
			boolean stayed = exchange != this.heartbeats.beating() && !exchange.isGivenUp()
					&& (ended.isTakenBack(exchange.begin()) || (ended.isCut() && !ended.mayHaveLeft(exchange.begin())));
			if (stayed && exchange.unsent()) {
				this.owner.putBack(exchange);
			}
			else {
				exchange.fail(cause);
			}
		}
		this.owner.roomAvailable();
	}

	@Override
	public long awaitingReplySince() {
		for (Exchange oldest : exchangesInFlight()) {
			return oldest.createdAt();
		}
		return 0;
	}

	@Override
	public final int inFlight() {
		return exchangesInFlight().size();
	}

}
