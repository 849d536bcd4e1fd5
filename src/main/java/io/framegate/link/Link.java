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
import org.jspecify.annotations.Nullable;

/**
 * An upstream connection that clients share. Its kinds differ in how many exchanges are
 * in flight and how a reply finds its request. If replies can no longer be matched
 * safely, the link is poisoned: it carries nothing more, its exchanges fail, and what
 * still comes is discarded. Event loop only.
 */
abstract class Link extends LinkConnection
		implements Requester.Lane, Heartbeats.Owner, UnexpectedReplies.Owner, TargetFeedback.Owner {

	private final LinkOwner<Link> owner;

	private final Heartbeats heartbeats;

	private final UnexpectedReplies unexpected;

	private final TargetFeedback feedback = new TargetFeedback(this);

	private boolean poisoned;

	private long idleSince;

	private long exchanges;

	Link(LinkOwner<Link> owner, LinkSettings settings) {
		super(owner.loop(), settings);
		this.owner = owner;
		this.idleSince = owner.loop().now();
		this.heartbeats = new Heartbeats(this, settings);
		this.unexpected = new UnexpectedReplies(this, settings);
	}

	// What the kinds decide

	/**
	 * Whether an exchange can be sent now.
	 * @param exchange the exchange
	 */
	abstract boolean hasRoomFor(Exchange exchange);

	/**
	 * Why an exchange cannot be sent though the link is open.
	 * @param exchange the exchange
	 * @return what its key waits for, or {@code null} if the key is not the reason
	 */
	@Nullable String keyWait(Exchange exchange) {
		return null;
	}

	/**
	 * Whether keys were given up here and may not be used again yet.
	 */
	boolean hasGivenUp() {
		return false;
	}

	/**
	 * Whether an exchange waits for a key that was given up here, so that only another
	 * link can carry it.
	 * @param exchange the exchange
	 */
	boolean hasGivenUpKeyOf(Exchange exchange) {
		return false;
	}

	@Override
	public boolean hasRoomForHeartbeat(Exchange heartbeat) {
		return true;
	}

	/**
	 * Notes an exchange as in flight.
	 * @param exchange the exchange
	 * @return the request as it is written
	 */
	abstract byte[] begin(Exchange exchange);

	/**
	 * A frame came.
	 * @param reply the frame, or its first bytes if there is a fault
	 * @param fault why nobody can get it, so that its exchange fails; {@code null} for a
	 * valid frame
	 */
	abstract void received(byte[] reply, @Nullable Cause fault);

	/**
	 * Forgets every exchange in flight.
	 */
	abstract void clear();

	/**
	 * Does timed work of this kind of link.
	 * @param now a {@link System#nanoTime()} stamp
	 */
	void sweep(long now) {
	}

	/**
	 * The oldest exchange has waited too long for its reply.
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
	final void attemptsFailed(Cause cause) {
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
		// It may have waited: its reply timer runs since it was created.
		to.look();
	}

	/**
	 * Completes an exchange whose reply came.
	 * @param exchange the exchange
	 * @param reply the reply
	 * @param fault why nobody can get it, or {@code null}
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
	 * Whether unread bytes are there that no exchange in flight explains.
	 */
	boolean isPoisoned() {
		FrameConnection established = connectionIfAny();
		return established != null && exchangesInFlight().isEmpty() && established.isInsideFrame();
	}

	/**
	 * An awaited reply came.
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
	 * Exchanges may be sent from now on.
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
	 * How much longer it rests before an exchange.
	 * @param exchange the exchange, which may have a key
	 * @param now a {@link System#nanoTime()} stamp
	 * @return nanoseconds, 0 or less for no longer
	 */
	long restLeft(Exchange exchange, long now) {
		return restLeft(now);
	}

	/**
	 * How much longer it rests before any exchange can come next.
	 * @param now a {@link System#nanoTime()} stamp
	 * @return nanoseconds, 0 or less for no longer
	 */
	final long restLeft(long now) {
		long rest = settings().rest(target(), this.exchanges == 0);
		return (rest == 0) ? 0 : rest - (now - this.idleSince);
	}

	final void idle() {
		this.idleSince = loop().now();
		this.owner.idle(this);
	}

	/** Closes at once, because replies can no longer be matched. */
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

	@Override
	public final void takeNoMore(Cause cause) {
		this.owner.closed(this);
		retire(cause);
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
		endInFlight(Objects.requireNonNull(ended.cause()), ended);
	}

	/**
	 * The server has sent FIN.
	 * @return whether the link may go on
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
		drain(cause, loop().now());
	}

	@Override
	public final void closed(FrameConnection closed, Cause cause, long lostFrames, long lostBytes) {
		if (wasAttempt(closed, cause)) {
			return;
		}
		this.unexpected.ended(closed.isInsideFrame());
		this.feedback.ended(cause);
		this.owner.closed(this);
		endInFlight(cause, closed);
		// Its place is free.
		this.owner.roomAvailable();
	}

	/**
	 * The connection cannot be used any more. Requests that were certainly not sent go to
	 * another link, in order; the rest fails.
	 */
	private void endInFlight(Cause cause, FrameConnection ended) {
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

}
