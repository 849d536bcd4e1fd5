package io.framegate.upstream;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

import io.framegate.connection.Cause;
import io.framegate.connection.CloseReason;
import io.framegate.connection.FrameConnection;
import io.framegate.connection.Loop;
import io.framegate.route.Heartbeat;
import io.framegate.route.Pool;
import io.framegate.timeout.Timeouts;
import io.framegate.timeout.Timer;
import org.jspecify.annotations.Nullable;

/**
 * The links that live on one event loop, and the exchanges that wait for one of them.
 * Event loop only, but for {@link #hasRoom}.
 */
final class Shard {

	/** As good as for ever. */
	static final long LONG_AGO = TimeUnit.HOURS.toNanos(1);

	private static final long FIRST_PAUSE = TimeUnit.MILLISECONDS.toNanos(100);

	private static final int MOST_DOUBLINGS = 7;

	private final Links links;

	private final Loop loop;

	private final int quota;

	private final List<Link> all = new ArrayList<>();

	/** Exclusive links that are free, the one that has rested longest first. */
	private final Deque<Link> resting = new ArrayDeque<>();

	/** Poisoned links that read what still comes. */
	private final Deque<FrameConnection> lingering = new ArrayDeque<>();

	private final FairQueue waiting = new FairQueue();

	private final Runnable sweeper = this::sweep;

	private volatile int room;

	private @Nullable Link chosen;

	private boolean started;

	private boolean stopped;

	private boolean dispatching;

	private boolean dispatchComing;

	private @Nullable Cause dialFault;

	private int dialFailures;

	private long dialAgainAt = System.nanoTime();

	Shard(Links links, Loop loop, int quota) {
		this.links = links;
		this.loop = loop;
		this.quota = quota;
		this.room = quota;
	}

	Loop loop() {
		return this.loop;
	}

	Connector connector() {
		return this.links.connector();
	}

	/**
	 * Whether an exchange would find a free link or a place for one, as far as another
	 * loop can tell.
	 * @return whether there is room
	 */
	boolean hasRoom() {
		return this.room > 0;
	}

	void start() {
		if (this.started) {
			return;
		}
		this.started = true;
		this.stopped = false;
		this.loop.addSweeper(this.sweeper);
		openPermanent();
	}

	/**
	 * Ends every link once its exchanges are done.
	 * @param cause why
	 */
	void stop(Cause cause) {
		this.stopped = true;
		this.started = false;
		this.loop.removeSweeper(this.sweeper);
		this.waiting.removeIf((exchange) -> true).forEach((exchange) -> exchange.fail(cause));
		for (Link link : List.copyOf(this.all)) {
			gone(link);
			link.retire(cause);
		}
	}

	void submit(Exchange exchange) {
		this.waiting.add(exchange);
		dispatch();
	}

	void putBack(Exchange exchange) {
		this.waiting.addFirst(exchange);
	}

	/**
	 * Gives waiting exchanges to links that can take them.
	 */
	void dispatch() {
		if (this.dispatching || this.waiting.size() == 0) {
			updateRoom();
			return;
		}
		this.dispatching = true;
		try {
			// Asked first, so that a crowd of clients is not gone through for nothing.
			while (hasFreeLink()) {
				Exchange exchange = this.waiting.poll(this::choose);
				Link link = this.chosen;
				if (exchange == null || link == null) {
					break;
				}
				this.resting.remove(link);
				link.send(exchange);
			}
			if (this.waiting.size() > 0 && !this.links.isPermanent()) {
				openMore();
			}
		}
		finally {
			this.dispatching = false;
			updateRoom();
		}
	}

	private boolean hasFreeLink() {
		if (!this.links.isPermanent()) {
			Link first = this.resting.peekFirst();
			if (first == null) {
				return false;
			}
			long left = this.links.rest() - (System.nanoTime() - first.idleSince());
			if (left > 0) {
				dispatchAfter(left);
			}
			return left <= 0;
		}
		for (int i = 0; i < this.all.size(); i++) {
			if (this.all.get(i).isOpen() && this.all.get(i).connection().isWritable()) {
				return true;
			}
		}
		return false;
	}

	private boolean choose(Exchange exchange) {
		this.chosen = this.links.isPermanent() ? leastBusy(exchange) : longestRested(exchange);
		return this.chosen != null;
	}

	private @Nullable Link leastBusy(Exchange exchange) {
		Link best = null;
		TargetState home = home(exchange);
		for (int i = 0; i < this.all.size(); i++) {
			Link link = this.all.get(i);
			if (link.isOpen() && (home == null || link.target() == home || !home.isUp()) && link.hasRoomFor(exchange)
					&& (best == null || link.underWay().size() < best.underWay().size())) {
				best = link;
			}
		}
		return best;
	}

	private @Nullable Link longestRested(Exchange exchange) {
		long now = System.nanoTime();
		TargetState home = home(exchange);
		for (Link link : this.resting) {
			if (now - link.idleSince() < this.links.rest()) {
				return null;
			}
			if (link.isOpen() && (home == null || link.target() == home || !home.isUp())) {
				return link;
			}
		}
		return null;
	}

	private @Nullable TargetState home(Exchange exchange) {
		return this.links.connector().targets().home(exchange.origin().address());
	}

	private void dispatchAfter(long nanos) {
		if (!this.dispatchComing) {
			this.dispatchComing = true;
			this.loop.eventLoop().schedule(() -> {
				this.dispatchComing = false;
				dispatch();
			}, nanos, TimeUnit.NANOSECONDS);
		}
	}

	private void openMore() {
		int opening = 0;
		for (Link link : this.all) {
			if (!link.isOpen()) {
				opening++;
			}
		}
		java.net.InetAddress client = this.waiting.nextAddress();
		TargetState home = this.links.connector().targets().home(client);
		if (home != null && this.all.size() >= this.quota && !this.resting.isEmpty()
				&& this.resting.getFirst().target() != home) {
			Link other = this.resting.removeFirst();
			gone(other);
			other.retire(Cause.byGateway(CloseReason.ROUTE_DRAIN, "made room for a connection to another target"));
		}
		while (!this.stopped && opening < this.waiting.size() && this.all.size() < this.quota && mayDial()) {
			opening++;
			open(client);
		}
	}

	private boolean mayDial() {
		return System.nanoTime() - this.dialAgainAt >= 0;
	}

	private void open(java.net.@Nullable InetAddress client) {
		Link link = this.links.newLink(this);
		this.all.add(link);
		link.start(client);
	}

	private void openPermanent() {
		while (this.links.isPermanent() && !this.stopped && this.all.size() < this.quota && mayDial()) {
			open(null);
		}
	}

	void established(Link link) {
		this.dialFailures = 0;
		this.dialFault = null;
		if (this.stopped) {
			link.retire(Cause.byGateway(CloseReason.ROUTE_DRAIN, "the route stops"));
			return;
		}
		Heartbeat heartbeat = this.links.heartbeat();
		if (this.links.isPermanent() && heartbeat.interval().isPositive() && heartbeat.send() != null) {
			beat(link);
			if (heartbeat.expect() != null) {
				// Signed on only when the answer is there.
				return;
			}
		}
		link.ready();
		freed(link);
	}

	void dialFailed(Link link, Cause cause) {
		gone(link);
		this.dialFault = cause;
		long pause = FIRST_PAUSE << Math.min(this.dialFailures++, this.links.isPermanent() ? MOST_DOUBLINGS : 3);
		this.dialAgainAt = System.nanoTime() + pause / 2 + ThreadLocalRandom.current().nextLong(pause / 2);
		updateRoom();
	}

	/**
	 * A link can take an exchange again.
	 * @param link the link
	 */
	void freed(Link link) {
		if (!this.links.isPermanent()) {
			Cause old = whyOld(link, System.nanoTime());
			if (old != null) {
				gone(link);
				link.retire(old);
			}
			else if (link.isOpen()) {
				this.resting.addLast(link);
			}
		}
		dispatch();
	}

	/**
	 * A link takes no more exchanges.
	 * @param link the link
	 */
	void gone(Link link) {
		if (this.all.remove(link)) {
			this.resting.remove(link);
			updateRoom();
		}
	}

	/**
	 * A poisoned link goes on reading, so that late replies are counted. Too many of them
	 * would be more connections than the server was promised.
	 * @param connection its connection
	 */
	void lingers(FrameConnection connection) {
		this.lingering.removeIf((one) -> !one.isOpen());
		this.lingering.addLast(connection);
		if (this.lingering.size() > this.quota) {
			FrameConnection oldest = this.lingering.removeFirst();
			oldest.close(Cause.byGateway(CloseReason.LATE_REPLY, "made room"));
		}
	}

	private void updateRoom() {
		this.room = this.links.isPermanent() ? 1
				: this.resting.size() + (this.quota - this.all.size()) - this.waiting.size();
		if (this.room > 0) {
			this.links.shareWork(this);
		}
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

	int waiting() {
		return this.waiting.size();
	}

	boolean isCrowded() {
		return this.room < 0;
	}

	private @Nullable Cause whyOld(Link link, long now) {
		Pool pool = this.links.pool();
		TargetState target = link.target();
		if (target != null && this.links.connector().targets().isBetterUpThan(target)) {
			return Cause.byGateway(CloseReason.ROUTE_DRAIN, "a preferred target is up again");
		}
		if (pool.maxAge().isPositive() && now - link.openedAt() >= pool.maxAge().toNanos()) {
			return Cause.byGateway(CloseReason.MAX_AGE, "pool.max-age (" + Timeouts.text(pool.maxAge()) + ")");
		}
		return null;
	}

	private void sweep() {
		long now = System.nanoTime();
		failLate(now);
		Pool pool = this.links.pool();
		for (Link link : List.copyOf(this.all)) {
			if (!link.isOpen()) {
				continue;
			}
			Cause old = (this.links.isPermanent() || this.resting.contains(link)) ? whyOld(link, now) : null;
			if (old == null && !this.links.isPermanent() && pool.maxIdle().isPositive() && this.resting.contains(link)
					&& now - link.idleSince() >= pool.maxIdle().toNanos()) {
				old = Cause.byGateway(CloseReason.IDLE_TIMEOUT,
						"pool.max-idle (" + Timeouts.text(pool.maxIdle()) + ")");
			}
			if (old != null) {
				gone(link);
				link.retire(old);
			}
			else if (this.links.isPermanent()) {
				beatIfQuiet(link, now);
			}
		}
		openPermanent();
		dispatch();
	}

	private void failLate(long now) {
		if (this.waiting.size() == 0) {
			return;
		}
		long wait = this.links.pool().maxWait().toNanos();
		long reply = this.links.isOneWay() ? 0 : this.links.connector().terms().timeouts().nanos(Timer.REPLY);
		for (Exchange exchange : this.waiting.removeIf((one) -> {
			long waited = now - one.createdAt();
			return (wait > 0 && waited >= wait) || (reply > 0 && waited >= reply);
		})) {
			exchange.fail(whyLate(now - exchange.createdAt(), reply));
		}
		retireSpoiled();
	}

	private Cause whyLate(long waited, long reply) {
		Cause fault = this.dialFault;
		if (fault != null && this.all.stream().noneMatch(Link::isOpen)) {
			return fault;
		}
		if (reply > 0 && waited >= reply) {
			Timeouts timeouts = this.links.connector().terms().timeouts();
			timeouts.countFired(Timer.REPLY);
			return Cause.byGateway(CloseReason.REPLY_TIMEOUT,
					"reply timer (" + timeouts.limit(Timer.REPLY).text() + ") ran out in the queue");
		}
		return Cause.byGateway(CloseReason.OVERLOAD,
				"no upstream connection within pool.max-wait (" + Timeouts.text(this.links.pool().maxWait()) + ")");
	}

	/**
	 * Replaces links whose given-up keys keep exchanges waiting.
	 */
	private void retireSpoiled() {
		Exchange first = this.waiting.peek();
		if (first == null) {
			return;
		}
		for (Link link : List.copyOf(this.all)) {
			if (link instanceof CorrelatedLink correlated && correlated.isSpoiledFor(first)) {
				gone(link);
				link.retire(Cause.byGateway(CloseReason.REPLY_TIMEOUT, "a key that was given up is needed again"));
			}
		}
	}

	// Heartbeats

	private void beatIfQuiet(Link link, long now) {
		Heartbeat heartbeat = this.links.heartbeat();
		if (!heartbeat.interval().isPositive() || heartbeat.send() == null) {
			return;
		}
		long quiet = now - link.connection().lastActivity();
		if (quiet >= heartbeat.interval().toNanos() && !link.isBeating()) {
			beat(link);
		}
	}

	private void beat(Link link) {
		link.beat(new Beat(link).exchange);
	}

	/**
	 * Whether a frame that matches no exchange answers a heartbeat.
	 * @param link where it came
	 * @param reply the frame
	 * @return whether it does
	 */
	boolean heartbeatAnswered(Link link, byte[] reply) {
		Exchange beating = link.beating();
		if (beating != null && isExpected(reply)) {
			beating.answer(reply);
			return true;
		}
		return false;
	}

	private boolean isExpected(byte[] reply) {
		String expect = this.links.heartbeat().expect();
		return expect == null || Arrays.equals(reply, Payloads.bytes(expect));
	}

	/**
	 * The gateway's own exchange.
	 */
	private final class Beat implements Exchange.Origin {

		private final Link link;

		private final Exchange exchange;

		private Beat(Link link) {
			this.link = link;
			this.exchange = new Exchange(this,
					Payloads.bytes(java.util.Objects.requireNonNull(Shard.this.links.heartbeat().send())));
		}

		@Override
		public Loop loop() {
			return Shard.this.loop;
		}

		@Override
		public java.net.@Nullable InetAddress address() {
			return null;
		}

		@Override
		public void answered(Exchange answered) {
			byte[] reply = answered.reply();
			this.link.beaten();
			if (Shard.this.links.isOneWay() || (reply != null && isExpected(reply))) {
				if (!this.link.isReady()) {
					this.link.ready();
					freed(this.link);
				}
			}
			else {
				this.link
					.poison(Cause.byGateway(CloseReason.BAD_FRAME, "the heartbeat's answer is not what is expected"));
			}
		}

		@Override
		public void failed(Exchange failed, Cause cause) {
			this.link.beaten();
		}

	}

}
