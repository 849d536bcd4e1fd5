package io.framegate.link;

import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;

import io.framegate.closure.Cause;
import io.framegate.closure.CloseReason;
import io.framegate.connection.FrameConnection;
import io.framegate.exchange.Exchange;
import io.framegate.exchange.FairQueue;
import io.framegate.exchange.Requester;
import io.framegate.timeout.Timeout;
import io.framegate.timeout.Timeouts;
import io.framegate.transport.Loop;
import io.framegate.upstream.Connector;
import org.jspecify.annotations.Nullable;

/**
 * One event loop's part of a route's links, and the queue of exchanges for them. Event
 * loop only, but for {@link #hasRoom} and {@link #isCrowded}.
 */
final class ExchangeDispatcher implements LinkOwner<Link>, LinkSet.Owner {

	private static final Cause STOPS = Cause.byGateway(CloseReason.ROUTE_DRAIN, "the route stops");

	private final LinkSettings settings;

	private final boolean permanent;

	private final Function<LinkOwner<Link>, Link> kind;

	private final Consumer<ExchangeDispatcher> whenRoom;

	private final Loop loop;

	private final LinkSet own;

	private final FairQueue waiting = new FairQueue();

	private final Runnable sweeper = this::sweep;

	private final Predicate<Exchange> choice = this::choose;

	private volatile int room;

	private @Nullable Link chosen;

	private boolean started;

	private boolean stopped;

	/** Why the links close, once they do. */
	private Cause stopCause = STOPS;

	private boolean dispatching;

	/** A dispatch was asked for during the dispatch of one client's exchanges. */
	private boolean dispatchAgain;

	private boolean dispatchComing;

	/**
	 * No link is open yet.
	 * @param loop where its links live
	 * @param connector opens their connections
	 * @param settings what they have in common
	 * @param quota how many links there may be; for permanent ones, to each target
	 * @param kind makes a link
	 * @param whenRoom told when an exchange queued elsewhere would find room here
	 */
	ExchangeDispatcher(Loop loop, Connector connector, LinkSettings settings, int quota,
			Function<LinkOwner<Link>, Link> kind, Consumer<ExchangeDispatcher> whenRoom) {
		this.loop = loop;
		this.settings = settings;
		this.permanent = settings.isPermanent();
		this.kind = kind;
		this.whenRoom = whenRoom;
		this.own = this.permanent ? new PermanentLinks(this, connector, settings, quota)
				: new OnDemandLinks(this, connector, settings, quota);
		this.room = quota;
	}

	@Override
	public Loop loop() {
		return this.loop;
	}

	@Override
	public boolean isStopped() {
		return this.stopped;
	}

	void start() {
		if (!this.started) {
			this.started = true;
			this.stopped = false;
			this.loop.addSweeper(this.sweeper);
			this.own.openPermanent();
		}
	}

	/**
	 * Ends every link once its exchanges are done, within the drain timer.
	 * @param cause why
	 * @param since when the drain began, a {@link System#nanoTime()} stamp
	 */
	void stop(Cause cause, long since) {
		this.stopped = true;
		this.stopCause = cause;
		this.started = false;
		this.loop.removeSweeper(this.sweeper);
		this.waiting.removeIf((exchange) -> true).forEach((exchange) -> exchange.fail(cause));
		this.own.drainAll(cause, since);
	}

	// Exchanges

	void submit(Exchange exchange) {
		if (this.stopped) {
			exchange.fail(this.stopCause);
			return;
		}
		if (this.dispatching || mustWaitItsTurn(exchange) || !sendAtOnce(exchange)) {
			this.waiting.add(exchange);
			// What permanent links can't take now stays queued until one of them can.
			if (this.dispatching || !this.permanent) {
				roomAvailable();
			}
		}
	}

	/**
	 * Whether other exchanges come first. With permanent links, queued exchanges were
	 * tried when a link last became free, so only the client's own come first.
	 */
	private boolean mustWaitItsTurn(Exchange exchange) {
		return this.waiting.size() > 0 && (!this.permanent || this.waiting.holds(exchange.origin()));
	}

	/**
	 * Sends an exchange past the queue.
	 * @return whether it was sent, or was cancelled
	 */
	private boolean sendAtOnce(Exchange exchange) {
		if (!this.own.hasFree()) {
			return false;
		}
		Link link = this.own.choose(exchange);
		if (link == null) {
			return false;
		}
		if (exchange.claim()) {
			this.own.taken(link);
			link.send(exchange);
		}
		if (!this.permanent) {
			updateRoom();
		}
		return true;
	}

	@Override
	public void putBack(Exchange exchange) {
		this.waiting.addFirst(exchange);
	}

	/** Sends queued exchanges to links that can take them. */
	@Override
	public void roomAvailable() {
		if (this.dispatching || this.waiting.size() == 0) {
			this.dispatchAgain = this.dispatching;
			if (!this.permanent) {
				updateRoom();
			}
			return;
		}
		this.dispatching = true;
		try {
			while (this.own.hasFree()) {
				Exchange exchange = this.waiting.poll(this.choice);
				if (exchange == null) {
					break;
				}
				carry(exchange);
			}
			if (this.waiting.size() > 0) {
				this.own.openFor(this.waiting);
			}
		}
		finally {
			this.dispatching = false;
			updateRoom();
		}
	}

	/** Sends the client's queued exchanges, now that fewer of its own are in flight. */
	@Override
	public void roomAvailable(Requester client) {
		if (this.dispatching || this.waiting.size() == 0) {
			return;
		}
		this.dispatching = true;
		this.dispatchAgain = false;
		try {
			Exchange exchange = this.waiting.poll(client, this.choice);
			while (exchange != null) {
				carry(exchange);
				exchange = this.waiting.poll(client, this.choice);
			}
		}
		finally {
			this.dispatching = false;
		}
		if (this.dispatchAgain) {
			roomAvailable();
		}
	}

	private void carry(Exchange exchange) {
		Link link = this.chosen;
		if (link != null && exchange.claim()) {
			this.own.taken(link);
			link.send(exchange);
		}
	}

	private boolean choose(Exchange exchange) {
		this.chosen = this.own.choose(exchange);
		return this.chosen != null;
	}

	@Override
	public void dispatchAfter(long nanos) {
		if (!this.dispatchComing) {
			this.dispatchComing = true;
			this.loop.after(nanos, () -> {
				this.dispatchComing = false;
				roomAvailable();
			});
		}
	}

	// Other loops' exchanges

	private void updateRoom() {
		this.room = this.own.room(this.waiting.size());
		if (this.room > 0) {
			this.whenRoom.accept(this);
		}
	}

	/** Whether an exchange would find room here, as other loops see it. */
	boolean hasRoom() {
		return this.room > 0;
	}

	int waiting() {
		return this.waiting.size();
	}

	boolean isCrowded() {
		return this.room < 0;
	}

	/**
	 * Gives one queued exchange to a dispatcher that has room.
	 * @param to the dispatcher
	 */
	void giveOne(ExchangeDispatcher to) {
		if (this.room <= 0) {
			Exchange exchange = this.waiting.poll((any) -> true);
			if (exchange != null) {
				to.loop.later(() -> to.submit(exchange));
			}
		}
	}

	// Links

	@Override
	public Link newLink() {
		return this.kind.apply(this);
	}

	@Override
	public void established(Link link) {
		if (this.stopped) {
			link.retire(this.stopCause);
			return;
		}
		if (this.settings.oneWay()) {
			link.connection().ignoreFrames();
		}
		if (this.permanent && link.heartbeats().signOn()) {
			return;
		}
		long rest = this.settings.isOrdered() ? link.restLeft(this.loop.now()) : 0;
		if (rest > 0) {
			// A server that speaks first would be one reply ahead for ever.
			this.loop.after(rest, link::takeIntoUse);
		}
		else {
			link.takeIntoUse();
		}
	}

	@Override
	public void proven() {
		this.own.proven();
	}

	@Override
	public void connectFailed(Link link, Cause cause) {
		this.own.failed(link, cause);
		updateRoom();
	}

	@Override
	public void idle(Link link) {
		this.own.freed(link);
		roomAvailable();
	}

	@Override
	public void closed(Link link) {
		if (this.own.remove(link)) {
			updateRoom();
		}
	}

	@Override
	public void poisoned(FrameConnection connection) {
		this.own.lingering().add(connection);
	}

	/**
	 * A target is healthy again, or an operator has disabled one.
	 * @param change what becomes of the links
	 */
	void retarget(Consumer<LinkSet> change) {
		if (!this.stopped) {
			change.accept(this.own);
			roomAvailable();
		}
	}

	// Timed work

	private void sweep() {
		long now = this.loop.now();
		failLate(now);
		this.own.sweep(now);
		roomAvailable();
	}

	private void failLate(long now) {
		if (this.waiting.size() == 0) {
			this.waiting.tidy();
			return;
		}
		long wait = this.settings.pool().maxWait().toNanos();
		long reply = this.settings.oneWay() ? 0 : this.settings.timeouts().nanos(Timeout.REPLY);
		for (Exchange exchange : this.waiting.removeIf((one) -> {
			long waited = now - one.createdAt();
			return (wait > 0 && waited >= wait && !isServed(one.origin())) || (reply > 0 && waited >= reply);
		})) {
			exchange.fail(whyLate(exchange, now - exchange.createdAt(), reply));
		}
		this.own.retireForGivenUpKeys(this.waiting);
	}

	/** Whether a client's requests wait for its own earlier ones, and not for a link. */
	private boolean isServed(Requester client) {
		return this.settings.isOrdered() && client.onLane().get() > 0;
	}

	private Cause whyLate(Exchange exchange, long waited, long reply) {
		Cause fault = this.own.connectFault();
		if (fault != null) {
			return fault;
		}
		if (reply > 0 && waited >= reply) {
			Timeouts timeouts = this.settings.timeouts();
			timeouts.countFired(Timeout.REPLY);
			return Cause.byGateway(CloseReason.REPLY_TIMEOUT,
					"reply timer (" + timeouts.limit(Timeout.REPLY).text() + ") ran out in the queue");
		}
		String keyWait = this.own.keyWait(exchange);
		return Cause.byGateway(CloseReason.OVERLOAD,
				((keyWait != null) ? "not sent" : "no upstream connection") + " within pool.max-wait ("
						+ Timeouts.text(this.settings.pool().maxWait()) + ")"
						+ ((keyWait != null) ? ": " + keyWait : ""));
	}

}
