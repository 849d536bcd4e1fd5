package io.framegate.upstream;

import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import io.framegate.connection.Cause;
import io.framegate.connection.CloseReason;
import io.framegate.connection.EndedBy;
import io.framegate.connection.FrameConnection;
import io.framegate.connection.Loop;
import io.framegate.route.Balance;
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

	/** A permanent link that ends unused within this time was of no use. */
	private static final long SOON = TimeUnit.SECONDS.toNanos(1);

	/** Permanent links are tried again after 100 ms to 12.8 s. */
	private static final int MOST_DOUBLINGS = 7;

	/** Where a client waits, after 800 ms at the most. */
	private static final int MOST_DOUBLINGS_WAITED_FOR = 3;

	private static final int MOST_LINGERING = 16;

	private static final Cause MADE_ROOM = Cause.byGateway(CloseReason.ROUTE_DRAIN,
			"made room for a connection to another target");

	private final Links links;

	private final Loop loop;

	/** How many links there may be; permanent ones, to each target. */
	private final int quota;

	private final List<Link> all = new ArrayList<>();

	/** Exclusive links that are free, the one that has rested longest first. */
	private final Deque<Link> resting = new ArrayDeque<>();

	/** Poisoned links that read what still comes. */
	private final Deque<FrameConnection> lingering = new ArrayDeque<>();

	private final FairQueue waiting = new FairQueue();

	private final Runnable sweeper = this::sweep;

	private final Backoff backoff = new Backoff(MOST_DOUBLINGS_WAITED_FOR);

	private final Map<TargetState, Backoff> backoffs = new IdentityHashMap<>();

	private volatile int room;

	private @Nullable Link chosen;

	/** A target with more links than its share: the next that is free gives way. */
	private @Nullable TargetState crowded;

	private int turn;

	private boolean started;

	private boolean stopped;

	private boolean dispatching;

	private boolean dispatchComing;

	private @Nullable Cause dialFault;

	Shard(Links links, Loop loop, int quota) {
		this.links = links;
		this.loop = loop;
		this.quota = quota;
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

	private Targets targets() {
		return connector().targets();
	}

	boolean isOneWay() {
		return this.links.isOneWay();
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
		if (!this.started) {
			this.started = true;
			this.stopped = false;
			this.loop.addSweeper(this.sweeper);
			openPermanent();
		}
	}

	/**
	 * Ends every link once its exchanges are done, within the drain timer.
	 * @param cause why
	 * @param since when the drain began, a {@link System#nanoTime()} stamp
	 */
	void stop(Cause cause, long since) {
		this.stopped = true;
		this.started = false;
		this.loop.removeSweeper(this.sweeper);
		this.waiting.removeIf((exchange) -> true).forEach((exchange) -> exchange.fail(cause));
		for (Link link : List.copyOf(this.all)) {
			gone(link);
			link.drain(cause, since);
		}
	}

	// Exchanges

	void submit(Exchange exchange) {
		if (this.stopped) {
			exchange.fail(Cause.byGateway(CloseReason.ROUTE_DRAIN, "the route stops"));
			return;
		}
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
				if (exchange.claim()) {
					this.resting.remove(link);
					link.send(exchange);
				}
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
		return this.links.isPermanent() ? hasWritableLink() : hasRestedLink();
	}

	private boolean hasWritableLink() {
		for (int i = 0; i < this.all.size(); i++) {
			if (this.all.get(i).isOpen() && this.all.get(i).connection().isWritable()) {
				return true;
			}
		}
		return false;
	}

	private boolean hasRestedLink() {
		long now = System.nanoTime();
		long soonest = Long.MAX_VALUE;
		for (Link link : this.resting) {
			long left = link.restLeft(now);
			if (left <= 0) {
				return true;
			}
			soonest = Math.min(soonest, left);
		}
		if (soonest < Long.MAX_VALUE) {
			dispatchAfter(soonest);
		}
		return false;
	}

	private boolean choose(Exchange exchange) {
		Link link = this.links.isPermanent() ? nextInTurn(exchange) : longestRested(exchange);
		while (link != null && link.isSoiled()) {
			link.poison(
					new Cause(CloseReason.LATE_REPLY, EndedBy.UPSTREAM, "bytes came where no reply was waited for"));
			link = this.links.isPermanent() ? nextInTurn(exchange) : longestRested(exchange);
		}
		this.chosen = link;
		return link != null;
	}

	private @Nullable Link nextInTurn(Exchange exchange) {
		TargetState home = home(exchange);
		boolean leastBusy = targets().balance() == Balance.LEAST_CONNECTIONS;
		int size = this.all.size();
		int first = this.turn + 1;
		Link best = null;
		for (int i = first; i < first + size && (leastBusy || best == null); i++) {
			Link link = this.all.get(i % size);
			if (link.isOpen() && suits(link, home) && link.hasRoomFor(exchange)
					&& (best == null || link.underWay().size() < best.underWay().size())) {
				best = link;
				this.turn = i % size;
			}
		}
		return best;
	}

	private @Nullable Link longestRested(Exchange exchange) {
		long now = System.nanoTime();
		TargetState home = home(exchange);
		for (Link link : this.resting) {
			if (link.restLeft(now) <= 0 && link.isOpen() && suits(link, home)) {
				return link;
			}
		}
		return null;
	}

	private @Nullable TargetState home(Exchange exchange) {
		return targets().home(exchange.origin().address());
	}

	private static boolean suits(Link link, @Nullable TargetState home) {
		return home == null || link.target() == home || !home.isUp();
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

	private void updateRoom() {
		this.room = this.links.isPermanent() ? 1
				: this.resting.size() + (this.quota - this.all.size()) - this.waiting.size();
		if (this.room > 0) {
			this.links.shareWork(this);
		}
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

	private void openMore() {
		int opening = 0;
		for (Link link : this.all) {
			if (!link.isOpen()) {
				opening++;
			}
		}
		InetAddress client = this.waiting.nextAddress();
		TargetState home = targets().home(client);
		if (home != null && this.all.size() >= this.quota && !this.resting.isEmpty()
				&& this.resting.getFirst().target() != home) {
			Link other = this.resting.removeFirst();
			gone(other);
			other.retire(MADE_ROOM);
		}
		while (!this.stopped && opening < this.waiting.size() && this.all.size() < this.quota
				&& this.backoff.isOver()) {
			opening++;
			Link link = this.links.newLink(this);
			this.all.add(link);
			link.start(client, leastLinked());
		}
	}

	/**
	 * The target with the fewest links here.
	 * @return the target, {@code null} where links need not be spread evenly
	 */
	private @Nullable TargetState leastLinked() {
		TargetState least = null;
		if (targets().isSpread()) {
			for (TargetState target : targets().inTurn()) {
				if (least == null || linksTo(target) < linksTo(least)) {
					least = target;
				}
			}
		}
		return least;
	}

	private int linksTo(TargetState target) {
		int count = 0;
		for (Link link : this.all) {
			if (link.target() == target) {
				count++;
			}
		}
		return count;
	}

	/**
	 * Finds a target that has more links than its share, as when another is back.
	 * @return the target, or {@code null}
	 */
	private @Nullable TargetState mostLinked() {
		TargetState least = this.links.isPermanent() ? null : leastLinked();
		if (least == null) {
			return null;
		}
		TargetState most = least;
		for (TargetState target : targets().inTurn()) {
			if (linksTo(target) > linksTo(most)) {
				most = target;
			}
		}
		return (linksTo(most) - linksTo(least) > 1) ? most : null;
	}

	private void openPermanent() {
		if (!this.links.isPermanent() || this.stopped) {
			return;
		}
		for (TargetState target : targets().forLinks()) {
			int there = linksTo(target);
			while (there++ < this.quota && backoff(target).isOver()) {
				Link link = this.links.newLink(this);
				this.all.add(link);
				link.start(target);
			}
		}
	}

	private Backoff backoff(TargetState target) {
		return this.backoffs.computeIfAbsent(target, (any) -> new Backoff(MOST_DOUBLINGS));
	}

	void established(Link link) {
		this.backoff.succeeded();
		this.dialFault = null;
		if (this.stopped) {
			link.retire(Cause.byGateway(CloseReason.ROUTE_DRAIN, "the route stops"));
			return;
		}
		if (isOneWay()) {
			link.connection().ignoreInput();
		}
		Heartbeat heartbeat = this.links.heartbeat();
		if (this.links.isPermanent() && heartbeat.interval().isPositive() && heartbeat.send() != null) {
			link.beat(new Beat(this, link, Payloads.bytes(heartbeat.send())).exchange());
			if (heartbeat.expect() != null) {
				// Signed on only when the answer is there.
				return;
			}
		}
		if (this.links.isOrdered() && this.links.rest() > 0) {
			// A server that speaks first would be one reply ahead for ever.
			this.loop.eventLoop().schedule(() -> takeIntoUse(link), this.links.rest(), TimeUnit.NANOSECONDS);
		}
		else {
			takeIntoUse(link);
		}
	}

	private void takeIntoUse(Link link) {
		link.ready();
		freed(link);
	}

	void dialFailed(Link link, Cause cause) {
		this.dialFault = cause;
		this.backoff.failed();
		gone(link);
		updateRoom();
	}

	/**
	 * A link can take an exchange again.
	 * @param link the link
	 */
	void freed(Link link) {
		if (!this.links.isPermanent()) {
			Cause old = whyOld(link, System.nanoTime());
			if (old == null && this.crowded != null && link.target() == this.crowded) {
				this.crowded = null;
				old = MADE_ROOM;
			}
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
			TargetState target = link.target();
			if (this.links.isPermanent() && target != null) {
				if (link.isFruitless(SOON)) {
					backoff(target).failed();
				}
				else {
					backoff(target).succeeded();
				}
			}
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
		if (this.lingering.size() > Math.max(this.quota, MOST_LINGERING)) {
			FrameConnection oldest = this.lingering.removeFirst();
			oldest.close(Cause.byGateway(CloseReason.LATE_REPLY, "made room"));
		}
	}

	private @Nullable Cause whyOld(Link link, long now) {
		Pool pool = this.links.pool();
		TargetState target = link.target();
		if (target != null && !targets().all().contains(target)) {
			return Cause.byGateway(CloseReason.ROUTE_DRAIN, "not a target any more");
		}
		if (target != null && targets().isToBeLeft(target)) {
			return Cause.byGateway(CloseReason.ROUTE_DRAIN, "a health check found the target down");
		}
		if (target != null && targets().isBetterUpThan(target)
				&& (!this.links.isPermanent() || hasOpenLinkBetterThan(target))) {
			return Cause.byGateway(CloseReason.ROUTE_DRAIN, "a preferred target is up again");
		}
		if (pool.maxAge().isPositive() && now - link.openedAt() >= pool.maxAge().toNanos()) {
			return Cause.byGateway(CloseReason.MAX_AGE, "pool.max-age (" + Timeouts.text(pool.maxAge()) + ")");
		}
		return null;
	}

	private boolean hasOpenLinkBetterThan(TargetState target) {
		return this.all.stream()
			.anyMatch((link) -> link.isOpen() && link.target() != target && targets().isBefore(link.target(), target));
	}

	// What time brings

	private void sweep() {
		long now = System.nanoTime();
		failLate(now);
		for (Link link : List.copyOf(this.all)) {
			if (this.links.isPermanent()) {
				beatInTime(link, now);
			}
			if (link.isOpen() && link.underWay().isEmpty() && link.isSoiled()) {
				link.poison(new Cause(CloseReason.LATE_REPLY, EndedBy.UPSTREAM,
						"bytes came where no reply was waited for"));
			}
			else if (link.isOpen()) {
				boolean free = this.resting.contains(link);
				Cause old = (this.links.isPermanent() || free) ? whyOld(link, now) : null;
				if (old == null && free) {
					old = whyIdle(link, now);
				}
				if (old != null) {
					gone(link);
					link.retire(old);
				}
			}
		}
		this.crowded = mostLinked();
		for (Link link : this.resting) {
			if (this.crowded != null && link.target() == this.crowded) {
				this.crowded = null;
				gone(link);
				link.retire(MADE_ROOM);
				break;
			}
		}
		openPermanent();
		dispatch();
	}

	private @Nullable Cause whyIdle(Link link, long now) {
		Pool pool = this.links.pool();
		boolean idle = pool.maxIdle().isPositive() && now - link.idleSince() >= pool.maxIdle().toNanos();
		return idle ? Cause.byGateway(CloseReason.IDLE_TIMEOUT, "pool.max-idle (" + Timeouts.text(pool.maxIdle()) + ")")
				: null;
	}

	private void beatInTime(Link link, long now) {
		Exchange beating = link.beating();
		Heartbeat heartbeat = this.links.heartbeat();
		if (beating != null) {
			if (now - beating.createdAt() >= Beat.limit(this.links) && !isOneWay()) {
				connector().terms().timeouts().countFired(Timer.REPLY);
				link.poison(Beat.missing(this.links));
			}
		}
		else if (link.isOpen() && heartbeat.interval().isPositive() && heartbeat.send() != null) {
			FrameConnection connection = link.connection();
			long heard = isOneWay() ? connection.lastActivity() : connection.lastReadNanos();
			if (now - heard >= heartbeat.interval().toNanos()) {
				link.beat(new Beat(this, link, Payloads.bytes(heartbeat.send())).exchange());
			}
		}
	}

	/**
	 * Whether a frame that matches no exchange answers a heartbeat.
	 * @param link where it came
	 * @param reply the frame
	 * @return whether it does
	 */
	boolean heartbeatAnswered(Link link, byte[] reply) {
		Exchange beating = link.beating();
		if (beating == null) {
			return false;
		}
		byte[] expected = Beat.expected(this.links.heartbeat());
		boolean answers = (expected != null) ? java.util.Arrays.equals(reply, expected) : beating.key() == null;
		if (answers) {
			beating.answer(reply);
		}
		return answers;
	}

	private void failLate(long now) {
		if (this.waiting.size() == 0) {
			return;
		}
		long wait = this.links.pool().maxWait().toNanos();
		long reply = isOneWay() ? 0 : connector().terms().timeouts().nanos(Timer.REPLY);
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
			Timeouts timeouts = connector().terms().timeouts();
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

}
