package io.framegate.upstream;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;

import io.framegate.connection.Cause;
import io.framegate.connection.CloseReason;
import io.framegate.connection.EndedBy;
import io.framegate.connection.FrameConnection;
import io.framegate.framing.FrameSink;
import org.jspecify.annotations.Nullable;

/**
 * An upstream connection that clients share. Its kinds differ in how many exchanges are
 * under way on it and how a reply finds its own. Once in doubt, a link is poisoned: it
 * carries nothing more, what still comes is thrown away, and its exchanges fail. Event
 * loop only.
 */
abstract class Link extends Dialled implements Origin.Lane {

	/**
	 * So many times longer it rests as it opens, lest a greeting be taken for a reply.
	 */
	private static final int OPENING = 10;

	private final Pulse pulse;

	private final Doubts doubts = new Doubts(this);

	private boolean retiring;

	private boolean poisoned;

	/** A request was answered. */
	private boolean proven;

	private boolean judged;

	/** Why it ended, where that was not the gateway's wish. */
	private @Nullable Cause ended;

	private long idleSince = System.nanoTime();

	private long exchanges;

	Link(Shard shard) {
		super(shard);
		this.pulse = new Pulse(this, shard.links().heartbeat());
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

	/**
	 * Whether a heartbeat can be sent now.
	 * @param heartbeat the gateway's own exchange
	 * @return whether there is room for it
	 */
	boolean hasRoomForHeartbeat(Exchange heartbeat) {
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
	 * Every exchange under way, oldest first.
	 * @return the exchanges
	 */
	abstract Collection<Exchange> underWay();

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
		shard().established(this);
	}

	@Override
	final void dialFailed(Cause cause) {
		this.ended = cause;
		shard().dialFailed(this, cause);
	}

	/**
	 * Whether exchanges may be sent.
	 * @return whether it is there to be used
	 */
	@Override
	public final boolean isOpen() {
		return isReady() && !this.retiring && isWhole();
	}

	final Pulse pulse() {
		return this.pulse;
	}

	final Doubts doubts() {
		return this.doubts;
	}

	/**
	 * Sends a request.
	 * @param exchange the exchange, claimed
	 */
	final void send(Exchange exchange) {
		byte[] request = begin(exchange);
		FrameConnection to = connection();
		long from = to.writePosition();
		this.exchanges++;
		to.write(request);
		exchange.written(from, to.writePosition());
	}

	/**
	 * Whether a request has left whole: no reply to it can come before.
	 * @param exchange the exchange
	 * @return whether it has
	 */
	final boolean hasLeft(Exchange exchange) {
		return connection().settledPosition() >= exchange.end();
	}

	/**
	 * Whether a frame answers an exchange, as far as a condition and keys can tell.
	 * @param correlator knows both, {@code null} where there is nothing to tell by
	 * @param exchange the exchange
	 * @param frame the frame
	 * @return whether it is to be given to the exchange
	 */
	final boolean isAnswer(@Nullable Correlator correlator, Exchange exchange, byte[] frame) {
		return correlator == null || (exchange == this.pulse.beating() && this.pulse.isExpected(frame))
				|| (correlator.meetsCondition(frame) && correlator.isReplyTo(exchange.key(), frame));
	}

	/**
	 * A frame came that is no reply.
	 * @param frame the frame
	 * @param fault why it can't be given to anybody, or {@code null}
	 */
	final void unsolicited(byte[] frame, @Nullable Cause fault) {
		if (fault == null) {
			shard().links().unsolicited(connection(), frame);
		}
		else {
			this.doubts.discard("too-long");
		}
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
			this.doubts.discard("too-long");
			exchange.fail(fault);
		}
	}

	/**
	 * Why it was of no use, if it ended before it was ready, or soon and without having
	 * carried anything.
	 * @return why it ended; {@code null} where it was of use, or not needed any more
	 */
	final @Nullable Cause fruitless() {
		boolean used = isReady() && (this.proven || hasLasted());
		return used ? null : this.ended;
	}

	/**
	 * Whether bytes lie there that no exchange under way can explain.
	 */
	boolean isSoiled() {
		FrameConnection established = connectionIfAny();
		return established != null && underWay().isEmpty() && established.isInsideFrame();
	}

	/**
	 * A reply came that an exchange waits for.
	 * @param exchange the exchange
	 */
	final void worked(Exchange exchange) {
		if (exchange != this.pulse.beating()) {
			prove();
		}
	}

	/**
	 * It was of use.
	 */
	final void prove() {
		if (!this.proven) {
			this.proven = true;
			shard().proven();
		}
		TargetState state = target();
		if (state != null) {
			state.worked();
		}
	}

	final boolean isProven() {
		return this.proven;
	}

	/**
	 * A heartbeat was answered as expected.
	 */
	final void heartbeatAnswered() {
		TargetState state = target();
		if (state != null) {
			state.answered();
		}
	}

	final long exchanges() {
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
		long rest = shard().links().rest();
		TargetState state = target();
		if (state != null && !shard().links().checksKeys()) {
			rest = state.rest((this.exchanges == 0) ? OPENING * rest : rest);
		}
		return rest - (now - this.idleSince);
	}

	final void idle() {
		this.idleSince = System.nanoTime();
		shard().freed(this);
	}

	/**
	 * Takes no more exchanges, and ends once those under way are done.
	 * @param cause why
	 */
	final void retire(Cause cause) {
		this.retiring = true;
		if (cancelDial(cause)) {
			shard().gone(this);
			return;
		}
		connection().because(cause);
		if (underWay().isEmpty()) {
			connection().finish(cause);
		}
	}

	/**
	 * Retires at somebody's wish: what is under way is not waited for any longer than the
	 * drain timer says.
	 * @param cause why
	 * @param since when the drain began, a {@link System#nanoTime()} stamp
	 */
	final void drain(Cause cause, long since) {
		FrameConnection established = connectionIfAny();
		if (established != null) {
			established.drain(since);
		}
		retire(cause);
	}

	final void endIfRetired() {
		FrameConnection established = connectionIfAny();
		if (this.retiring && established != null && underWay().isEmpty()) {
			Cause why = established.cause();
			established.finish((why != null) ? why : Cause.byGateway(CloseReason.RETIRED, ""));
		}
	}

	/**
	 * Ends the link at once, for what comes on it can no longer be matched.
	 * @param cause why
	 */
	final void poison(Cause cause) {
		if (!this.poisoned) {
			this.poisoned = true;
			ended(cause);
			this.retiring = true;
			shard().gone(this);
			List<Exchange> failed = new ArrayList<>(underWay());
			clear();
			failed.forEach((exchange) -> exchange.fail(cause));
			connection().finish(cause);
			shard().lingers(connection());
			shard().dispatch();
		}
	}

	/**
	 * Takes note, once, of why it takes no more exchanges: a target that does not answer
	 * what it was sent, or ends connections before they are of use, is a little less to
	 * be trusted.
	 */
	private void ended(Cause cause) {
		if (this.judged) {
			return;
		}
		this.judged = true;
		TargetState state = target();
		if (!this.retiring && cause.endedBy() != EndedBy.OPERATOR) {
			boolean mute = state != null && cause.detail().isEmpty();
			this.ended = mute ? new Cause(cause.reason(), cause.endedBy(),
					Objects.requireNonNull(state).target() + " ended the connection unused") : cause;
		}
		Evidence missed = missed(cause);
		if (state != null && missed != null) {
			state.failed(missed);
		}
	}

	/**
	 * Exchanges were not answered, and the link stays.
	 * @param exchanges some, all of one moment
	 */
	final void missed(List<Exchange> exchanges) {
		TargetState state = target();
		if (state != null && !exchanges.isEmpty()) {
			Exchange heartbeat = this.pulse.beating();
			state.failed(exchanges.stream().allMatch((exchange) -> exchange == heartbeat) ? Evidence.ANSWER
					: Evidence.EXCHANGE);
		}
	}

	private @Nullable Evidence missed(Cause cause) {
		Exchange heartbeat = this.pulse.beating();
		if (cause.endedBy() == EndedBy.OPERATOR || cause.reason() == CloseReason.INTERNAL_ERROR) {
			return null;
		}
		if (underWay().stream().anyMatch((exchange) -> exchange != heartbeat)) {
			return Evidence.EXCHANGE;
		}
		boolean bad = heartbeat != null || cause.reason() == CloseReason.BAD_FRAME || fruitless() != null;
		return (bad && !this.retiring) ? Evidence.ANSWER : null;
	}

	// What happens to its connection

	@Override
	public final void answer(FrameConnection to, byte[] payload) {
		if (!to.isOpen() || to.isOutputEnding() || to.framing().refusal(payload) != null) {
			to.terms().meters().countUndelivered(1);
		}
		else {
			to.write(payload);
		}
	}

	/**
	 * A frame came and passed the reply channel.
	 * @param payload the frame
	 */
	@Override
	public final void frame(FrameConnection from, byte[] payload) {
		if (this.poisoned) {
			this.doubts.discard("late");
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
		return shard().isOneWay() ? FrameSink.NONE : shard().links().searchedBytes();
	}

	@Override
	public final void oversize(FrameConnection from, byte[] start, Cause cause) {
		if (this.poisoned) {
			this.doubts.discard("late");
		}
		else {
			received(start, cause);
			endIfRetired();
		}
	}

	@Override
	public void discarded(FrameConnection from, byte[] payload) {
		this.doubts.discard("late");
	}

	@Override
	public final void inputEnded(FrameConnection ended) {
		if (outlivesInput()) {
			return;
		}
		ended.because(new Cause(CloseReason.UPSTREAM_EOF, EndedBy.UPSTREAM, ""));
		this.doubts.ended(ended);
		ended(Objects.requireNonNull(ended.cause()));
		shard().gone(this);
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
			shard().dispatch();
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
		shard().gone(this);
		draining.because(cause);
		drain(cause, System.nanoTime());
	}

	@Override
	public final void closed(FrameConnection closed, Cause cause, long lostFrames, long lostBytes) {
		if (wasAttempt(closed, cause)) {
			return;
		}
		this.doubts.ended(closed);
		ended(cause);
		shard().gone(this);
		endUnderWay(cause, closed);
		// Its place is free.
		shard().dispatch();
	}

	/**
	 * The connection is no good any more: what cannot have left goes elsewhere, in its
	 * order, the rest fails.
	 */
	private void endUnderWay(Cause cause, FrameConnection ended) {
		List<Exchange> ending = new ArrayList<>(underWay());
		if (ending.isEmpty()) {
			return;
		}
		clear();
		for (Exchange exchange : ending.reversed()) {
			boolean stayed = exchange != this.pulse.beating() && !exchange.isGivenUp()
					&& (ended.isTakenBack(exchange.begin()) || (ended.isCut() && !ended.mayHaveLeft(exchange.begin())));
			if (stayed && exchange.unsent()) {
				shard().putBack(exchange);
			}
			else {
				exchange.fail(cause);
			}
		}
		shard().dispatch();
	}

	@Override
	public long awaitingReplySince(FrameConnection awaited) {
		for (Exchange oldest : underWay()) {
			return oldest.createdAt();
		}
		return 0;
	}

	/** Being idle is what links are for; the pool has limits of its own. */
	@Override
	public final long lastActivity(FrameConnection idle) {
		return 0;
	}

	@Override
	public final int inFlight(FrameConnection counted) {
		return underWay().size();
	}

}
