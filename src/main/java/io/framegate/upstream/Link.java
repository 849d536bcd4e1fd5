package io.framegate.upstream;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;

import io.framegate.connection.Cause;
import io.framegate.connection.CloseReason;
import io.framegate.connection.EndedBy;
import io.framegate.connection.FrameConnection;
import io.framegate.connection.Watcher;
import org.jspecify.annotations.Nullable;

/**
 * An upstream connection that clients share. Its kinds differ in how many exchanges are
 * under way on it and how a reply finds its own. Once in doubt, a link is poisoned: it
 * carries nothing more, what still comes is thrown away, and its exchanges fail. Event
 * loop only.
 */
public abstract class Link implements Watcher {

	private final Shard shard;

	private @Nullable Dial dial;

	private @Nullable FrameConnection connection;

	private @Nullable Exchange beating;

	/** The target that it is to lead to, if that matters. */
	private @Nullable TargetState wanted;

	private boolean open;

	private boolean retiring;

	private boolean poisoned;

	private boolean halfCounted;

	private long idleSince = System.nanoTime();

	private long openedAt;

	private long exchanges;

	Link(Shard shard) {
		this.shard = shard;
	}

	// What the kinds say

	/**
	 * Whether an exchange can be sent now.
	 * @param exchange the exchange
	 * @return whether there is room for it
	 */
	abstract boolean hasRoomFor(Exchange exchange);

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
	 */
	abstract void received(byte[] reply);

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
	 * The exchange at the front has waited for its reply too long.
	 * @param cause the cause
	 */
	void replyTimedOut(Cause cause) {
		poison(cause);
	}

	// The link's life

	/**
	 * Connects to one target.
	 * @param target the target
	 */
	final void start(TargetState target) {
		this.wanted = target;
		this.dial = this.shard.connector()
			.dial(this.shard.loop(), target, this, (cause) -> this.shard.dialFailed(this, cause));
	}

	/**
	 * Connects to the first target that accepts.
	 * @param client for whom
	 * @param first the target to try first, or {@code null}
	 */
	final void start(@Nullable InetAddress client, @Nullable TargetState first) {
		this.wanted = first;
		this.dial = this.shard.connector()
			.dial(this.shard.loop(), client, first, this, (cause) -> this.shard.dialFailed(this, cause));
	}

	@Override
	public final void opened(FrameConnection established) {
		this.connection = established;
		this.openedAt = System.nanoTime();
		this.idleSince = this.openedAt;
		this.shard.established(this);
	}

	/**
	 * From now on exchanges may be sent.
	 */
	final void ready() {
		this.open = true;
	}

	final boolean isOpen() {
		FrameConnection established = this.connection;
		return this.open && !this.retiring && established != null && established.isOpen() && !established.isCut()
				&& !established.isInputEnded() && !established.isOutputEnding();
	}

	final boolean isReady() {
		return this.open;
	}

	/**
	 * Sends a heartbeat, whether exchanges may be sent or not.
	 * @param heartbeat the gateway's own exchange
	 */
	final void beat(Exchange heartbeat) {
		if (hasRoomForHeartbeat(heartbeat)) {
			heartbeat.claim();
			this.beating = heartbeat;
			send(heartbeat);
		}
	}

	final boolean isBeating() {
		return this.beating != null;
	}

	final @Nullable Exchange beating() {
		return this.beating;
	}

	final void beaten() {
		this.beating = null;
	}

	/**
	 * Sends a request.
	 * @param exchange the exchange, claimed
	 */
	final void send(Exchange exchange) {
		byte[] request = begin(exchange);
		FrameConnection to = connection();
		long from = to.bytesWritten();
		this.exchanges++;
		to.write(request);
		exchange.written(from, to.bytesWritten());
	}

	/**
	 * Whether a request has left whole: no reply to it can come before.
	 * @param exchange the exchange
	 * @return whether it has
	 */
	final boolean hasLeft(Exchange exchange) {
		return connection().settledBytesOut() >= exchange.end();
	}

	final FrameConnection connection() {
		return Objects.requireNonNull(this.connection);
	}

	final @Nullable TargetState target() {
		FrameConnection established = this.connection;
		return (established != null && established.attachment() instanceof TargetState state) ? state : this.wanted;
	}

	/**
	 * Whether it was of no use: it ended before it was ready, or soon and unused.
	 * @param soon what is soon, in nanoseconds
	 * @return whether to wait before the next attempt
	 */
	final boolean isFruitless(long soon) {
		return !this.open || (this.exchanges == 0 && System.nanoTime() - this.openedAt < soon);
	}

	/**
	 * Whether bytes lie there that no exchange under way can explain.
	 */
	boolean isSoiled() {
		FrameConnection established = this.connection;
		return established != null && underWay().isEmpty() && established.isInsideFrame();
	}

	/**
	 * A reply was given to its exchange.
	 */
	final void worked() {
		TargetState state = target();
		if (state != null) {
			state.worked();
		}
	}

	final Shard shard() {
		return this.shard;
	}

	final long exchanges() {
		return this.exchanges;
	}

	final long openedAt() {
		return this.openedAt;
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
		long rest = this.shard.links().rest();
		TargetState state = target();
		if (state != null && !this.shard.links().checksKeys()) {
			rest = state.rest(rest);
		}
		return rest - (now - this.idleSince);
	}

	final void idle() {
		this.idleSince = System.nanoTime();
		this.shard.freed(this);
	}

	/**
	 * Takes no more exchanges, and ends once those under way are done.
	 * @param cause why
	 */
	final void retire(Cause cause) {
		this.retiring = true;
		FrameConnection established = this.connection;
		if (established == null) {
			if (this.dial != null) {
				this.dial.cancel(cause);
			}
			this.shard.gone(this);
		}
		else {
			established.because(cause);
			if (underWay().isEmpty()) {
				established.finish(cause);
			}
		}
	}

	/**
	 * Retires at somebody's wish: what is under way is not waited for any longer than the
	 * drain timer says.
	 * @param cause why
	 * @param since when the drain began, a {@link System#nanoTime()} stamp
	 */
	final void drain(Cause cause, long since) {
		FrameConnection established = this.connection;
		if (established != null) {
			established.drain(since);
		}
		retire(cause);
	}

	final boolean isRetiring() {
		return this.retiring;
	}

	final void endIfRetired() {
		FrameConnection established = this.connection;
		if (this.retiring && established != null && underWay().isEmpty()) {
			Cause why = established.cause();
			established.finish((why != null) ? why : Cause.byGateway(CloseReason.ROUTE_DRAIN, ""));
		}
	}

	/**
	 * A reply that nobody waits for.
	 * @param what the cause in {@code framegate.replies.discarded}
	 */
	final void discard(String what) {
		this.shard.connector().terms().meters().countDiscarded(what);
	}

	/**
	 * Ends the link at once, for what comes on it can no longer be matched.
	 * @param cause why
	 */
	final void poison(Cause cause) {
		if (!this.poisoned) {
			this.poisoned = true;
			this.retiring = true;
			this.shard.gone(this);
			countFailure();
			List<Exchange> failed = new ArrayList<>(underWay());
			clear();
			failed.forEach((exchange) -> exchange.fail(cause));
			connection().finish(cause);
			this.shard.lingers(connection());
			this.shard.dispatch();
		}
	}

	/**
	 * A reply came that no exchange waits for.
	 */
	final void unsolicited() {
		String what = (this.exchanges > 0) ? "doubled" : "unsolicited";
		stray(what, what + " reply");
	}

	/**
	 * A reply came that cannot be an exchange's: nothing on this link is certain any
	 * more.
	 * @param what the cause in {@code framegate.replies.discarded}
	 * @param detail for people
	 */
	final void stray(String what, String detail) {
		discard(what);
		TargetState state = target();
		if (state != null) {
			state.strayed();
		}
		poison(new Cause(CloseReason.LATE_REPLY, EndedBy.UPSTREAM, detail));
	}

	/** A target that does not answer what it was sent is a little less to be trusted. */
	private void countFailure() {
		TargetState state = target();
		if (state != null && !underWay().isEmpty()) {
			state.failed();
		}
	}

	// What happens to its connection

	/**
	 * A frame came and passed the reply channel.
	 * @param payload the frame
	 */
	public final void frame(byte[] payload) {
		if (this.poisoned) {
			discard("late");
		}
		else {
			received(payload);
			endIfRetired();
		}
	}

	@Override
	public void discarded(FrameConnection from, byte[] payload) {
		discard("late");
	}

	@Override
	public final void inputEnded(FrameConnection ended) {
		ended.because(new Cause(CloseReason.UPSTREAM_EOF, EndedBy.UPSTREAM, ""));
		countHalfReply(ended);
		this.shard.gone(this);
		ended.takeBack();
		endOutput(ended);
		endUnderWay(Objects.requireNonNull(ended.cause()), ended);
	}

	/**
	 * No reply comes any more.
	 * @param ended the connection, of which nothing unsent is gathered
	 */
	void endOutput(FrameConnection ended) {
		ended.halfClose();
	}

	private void countHalfReply(FrameConnection ended) {
		if (!this.halfCounted && ended.isInsideFrame() && !this.shard.isOneWay()) {
			this.halfCounted = true;
			discard("half");
		}
	}

	@Override
	public void writabilityChanged(FrameConnection changed) {
		if (changed.isWritable()) {
			this.shard.dispatch();
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
		this.shard.gone(this);
		draining.because(cause);
		drain(cause, System.nanoTime());
	}

	@Override
	public final void closed(FrameConnection closed, Cause cause, long lostFrames, long lostBytes) {
		Dial attempts = this.dial;
		if (closed != this.connection) {
			if (attempts != null) {
				attempts.failed(closed, cause);
			}
			return;
		}
		countHalfReply(closed);
		this.shard.gone(this);
		endUnderWay(cause, closed);
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
		countFailure();
		clear();
		for (Exchange exchange : ending.reversed()) {
			boolean stayed = exchange != this.beating
					&& (ended.isTakenBack(exchange.begin()) || (ended.isCut() && !ended.mayHaveLeft(exchange.begin())));
			if (stayed && exchange.unsent()) {
				this.shard.putBack(exchange);
			}
			else {
				exchange.fail(cause);
			}
		}
		this.shard.dispatch();
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
