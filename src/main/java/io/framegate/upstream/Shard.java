package io.framegate.upstream;

import java.util.function.Predicate;

import io.framegate.connection.Cause;
import io.framegate.connection.CloseReason;
import io.framegate.connection.FrameConnection;
import io.framegate.connection.Loop;
import io.framegate.timeout.Timeouts;
import io.framegate.timeout.Timer;
import org.jspecify.annotations.Nullable;

/**
 * One event loop's part of a route's links, and the exchanges that wait for one of them.
 * Event loop only, but for {@link #hasRoom} and {@link #isCrowded}.
 */
final class Shard {

	private static final Cause STOPS = Cause.byGateway(CloseReason.ROUTE_DRAIN, "the route stops");

	private final Links links;

	private final Loop loop;

	private final ShardLinks own;

	private final Lingering lingering;

	private final FairQueue waiting = new FairQueue();

	private final Runnable sweeper = this::sweep;

	private final Predicate<Exchange> choice = this::choose;

	private volatile int room;

	private @Nullable Link chosen;

	private boolean started;

	private boolean stopped;

	/** Why the links end, once they do. */
	private Cause stopCause = STOPS;

	private boolean dispatching;

	/** Something was to be dispatched while one client's exchanges were. */
	private boolean dispatchAgain;

	private boolean dispatchComing;

	Shard(Links links, Loop loop, int quota) {
		this.links = links;
		this.loop = loop;
		this.own = links.isPermanent() ? new PermanentLinks(this, quota) : new PooledLinks(this, quota);
		this.lingering = new Lingering(quota);
		this.room = quota;
	}

	Links links() {
		return this.links;
	}

	Loop loop() {
		return this.loop;
	}

	Connector connector() {
		return this.links.connector();
	}

	boolean isOneWay() {
		return this.links.isOneWay();
	}

	boolean isStopped() {
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
			// What permanent links can't take now waits until one of them can.
			if (this.dispatching || !this.links.isPermanent()) {
				dispatch();
			}
		}
	}

	/**
	 * Whether others come first. Where links are permanent, those that wait were tried
	 * when a link last became free, and wait for their own sake: only the client's own
	 * are overtaken by none.
	 */
	private boolean mustWaitItsTurn(Exchange exchange) {
		return this.waiting.size() > 0 && (!this.links.isPermanent() || this.waiting.holds(exchange.origin()));
	}

	/**
	 * Sends an exchange past the queue.
	 * @return whether it was sent, or is not wanted any more
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
		if (!this.links.isPermanent()) {
			updateRoom();
		}
		return true;
	}

	void putBack(Exchange exchange) {
		this.waiting.addFirst(exchange);
	}

	/**
	 * Gives waiting exchanges to links that can take them.
	 */
	void dispatch() {
		if (this.dispatching || this.waiting.size() == 0) {
			this.dispatchAgain = this.dispatching;
			if (!this.links.isPermanent()) {
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

	/**
	 * Gives a client's waiting exchanges to links, now that fewer of its own are under
	 * way.
	 * @param client the client
	 */
	void dispatch(Origin client) {
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
			dispatch();
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

	void dispatchAfter(long nanos) {
		if (!this.dispatchComing) {
			this.dispatchComing = true;
			this.loop.after(nanos, () -> {
				this.dispatchComing = false;
				dispatch();
			});
		}
	}

	// Other loops' exchanges

	private void updateRoom() {
		this.room = this.own.room(this.waiting.size());
		if (this.room > 0) {
			this.links.shareWork(this);
		}
	}

	/**
	 * Whether an exchange would find a free link or a place for one, as far as another
	 * loop can tell.
	 * @return whether there is room
	 */
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
	 * Gives away an exchange that waits here, to a shard that has room.
	 * @param to the shard
	 */
	void giveOne(Shard to) {
		if (this.room <= 0) {
			Exchange exchange = this.waiting.poll((any) -> true);
			if (exchange != null) {
				to.loop.later(() -> to.submit(exchange));
			}
		}
	}

	// Links

	void established(Link link) {
		if (this.stopped) {
			link.retire(this.stopCause);
			return;
		}
		if (isOneWay()) {
			link.connection().ignoreInput();
		}
		if (this.links.isPermanent() && link.pulse().signOn()) {
			return;
		}
		long rest = this.links.isOrdered() ? link.restLeft(System.nanoTime()) : 0;
		if (rest > 0) {
			// A server that speaks first would be one reply ahead for ever.
			this.loop.after(rest, () -> takeIntoUse(link));
		}
		else {
			takeIntoUse(link);
		}
	}

	/**
	 * A link has been of use for a first time.
	 */
	void proven() {
		this.own.proven();
	}

	void takeIntoUse(Link link) {
		link.ready();
		freed(link);
	}

	void dialFailed(Link link, Cause cause) {
		this.own.failed(link, cause);
		updateRoom();
	}

	/**
	 * A link can take an exchange again.
	 * @param link the link
	 */
	void freed(Link link) {
		this.own.freed(link);
		dispatch();
	}

	/**
	 * A link takes no more exchanges.
	 * @param link the link
	 */
	void gone(Link link) {
		if (this.own.gone(link)) {
			updateRoom();
		}
	}

	/**
	 * A target is well that was not before.
	 * @param target the target
	 */
	void cameBack(TargetState target) {
		if (!this.stopped) {
			this.own.cameBack(target);
			dispatch();
		}
	}

	/**
	 * How many poisoned connections to a target are still there, those that linger for
	 * too long being reset.
	 * @param target the target
	 * @return a number of connections
	 */
	int lingering(TargetState target) {
		return this.lingering.makeRoom(target);
	}

	void lingers(FrameConnection connection) {
		this.lingering.add(connection);
	}

	// What time brings

	private void sweep() {
		long now = System.nanoTime();
		failLate(now);
		this.own.sweep(now);
		dispatch();
	}

	private void failLate(long now) {
		if (this.waiting.size() == 0) {
			this.waiting.tidy();
			return;
		}
		long wait = this.links.pool().maxWait().toNanos();
		long reply = isOneWay() ? 0 : connector().terms().timeouts().nanos(Timer.REPLY);
		for (Exchange exchange : this.waiting.removeIf((one) -> {
			long waited = now - one.createdAt();
			return (wait > 0 && waited >= wait && !isServed(one.origin())) || (reply > 0 && waited >= reply);
		})) {
			exchange.fail(whyLate(exchange, now - exchange.createdAt(), reply));
		}
		this.own.retireSpoiledFor(this.waiting);
	}

	/** Whether a client's requests wait for its own earlier ones, and not for a link. */
	private boolean isServed(Origin client) {
		return this.links.isOrdered() && client.inLine().get() > 0;
	}

	private Cause whyLate(Exchange exchange, long waited, long reply) {
		Cause fault = this.own.dialFault();
		if (fault != null) {
			return fault;
		}
		if (reply > 0 && waited >= reply) {
			Timeouts timeouts = connector().terms().timeouts();
			timeouts.countFired(Timer.REPLY);
			return Cause.byGateway(CloseReason.REPLY_TIMEOUT,
					"reply timer (" + timeouts.limit(Timer.REPLY).text() + ") ran out in the queue");
		}
		String keyWait = this.own.keyWait(exchange);
		return Cause.byGateway(CloseReason.OVERLOAD,
				((keyWait != null) ? "not sent" : "no upstream connection") + " within pool.max-wait ("
						+ Timeouts.text(this.links.pool().maxWait()) + ")" + ((keyWait != null) ? ": " + keyWait : ""));
	}

}
