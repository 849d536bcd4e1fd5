package io.framegate.link;

import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.framegate.closure.Cause;
import io.framegate.closure.CloseReason;
import io.framegate.connection.FrameConnection;
import io.framegate.exchange.Exchange;
import io.framegate.exchange.FairQueue;
import io.framegate.timeout.Timeout;
import io.framegate.upstream.Backoff;
import io.framegate.upstream.Connector;
import io.framegate.upstream.TargetState;
import org.jspecify.annotations.Nullable;

/**
 * Links that carry one exchange at a time. They are opened on demand and kept while they
 * are useful. Event loop only.
 */
final class OnDemandLinks extends LinkSet {

	/** A client waits for it, so a pause is 800 ms at most. */
	private static final int MAX_DOUBLINGS = 3;

	private static final Cause MADE_ROOM = Cause.byGateway(CloseReason.RETIRED,
			"made room for a connection to another target");

	/**
	 * After so long without use, a connection may make room for one to another target.
	 */
	private static final long UNNEEDED = TimeUnit.SECONDS.toNanos(1);

	/** How long a place is kept for a connection that is closing. */
	private static final long MAX_CLOSE = Timeout.DRAIN.byDefault().toNanos();

	/**
	 * After so many exchanges in a row that links rest towards, keys are too few.
	 */
	private static final int MAX_REFUSED = 64;

	/** The connection that was last closed to make room. */
	private @Nullable FrameConnection madeRoom;

	/** Free links, the one that has rested longest first. */
	private final Deque<Link> resting = new ArrayDeque<>();

	private final Backoff backoff;

	private final boolean checksKeys;

	/**
	 * How many exchanges found only links that rest towards their keys. If all have the
	 * same, the queue need not be searched before a link has rested from any.
	 */
	private int refused;

	/** A target with more links than its share: its next free link is closed. */
	private @Nullable TargetState crowded;

	OnDemandLinks(Owner owner, Connector connector, LinkSettings settings, int quota) {
		super(owner, connector, settings, quota);
		this.backoff = new Backoff(MAX_DOUBLINGS, owner.loop()::now);
		this.checksKeys = settings.checksKeys();
	}

	@Override
	void openPermanent() {
		// None is.
	}

	@Override
	void openFor(FairQueue waiting) {
		InetAddress client = waiting.nextAddress();
		TargetState home = targets().home(client);
		int opening = countOpening(home);
		makeRoomFor(home);
		// It is not known where the other exchanges should go: one at a time.
		int wanted = (home != null) ? 1 : waiting.size();
		while (!owner().isStopped() && opening < wanted && places() > 0
				&& this.backoff.isOver(targets().lastWellAt())) {
			opening++;
			add().start(connector(), client, (home != null) ? home : leastLinked());
		}
	}

	/**
	 * How many more connections the server may see. Closing ones count.
	 */
	private int places() {
		return quota() - all().size() - retired().size();
	}

	/**
	 * How many links are about to be usable, including those that rest after they were
	 * opened. Without these, one request would open as many as allowed.
	 */
	private int countOpening(@Nullable TargetState home) {
		long now = owner().loop().now();
		int opening = 0;
		for (Link link : all()) {
			if (!link.isOpen()) {
				opening += suits(link, home) ? 1 : 0;
			}
			else if (link.exchanges() == 0 && link.restLeft(now) > 0 && suits(link, home)) {
				opening++;
				owner().dispatchAfter(link.restLeft(now));
			}
		}
		return opening;
	}

	/**
	 * Closes a free connection to another target if this target has none or fewer than
	 * its share, or if the connection was not needed for a while.
	 */
	private void makeRoomFor(@Nullable TargetState home) {
		if (home == null || places() > 0 || (this.madeRoom != null && this.madeRoom.isOpen())) {
			return;
		}
		int share = Math.max(1, quota() / Math.max(1, targets().inTurn().size()));
		int own = countTo(home);
		long now = owner().loop().now();
		for (Link link : this.resting) {
			TargetState target = link.target();
			if (target != null && target != home
					&& ((own < share && countTo(target) > share) || now - link.idleSince() >= UNNEEDED || own == 0)) {
				this.madeRoom = link.connection();
				retire(link, MADE_ROOM);
				return;
			}
		}
	}

	/**
	 * The target with the fewest links here.
	 * @return the target; {@code null} if links need not be spread evenly
	 */
	private @Nullable TargetState leastLinked() {
		TargetState least = null;
		if (targets().isSpread()) {
			for (TargetState target : targets().inTurn()) {
				if (least == null || countTo(target) < countTo(least)) {
					least = target;
				}
			}
		}
		return least;
	}

	/**
	 * Finds a target that has more links than its share, for example after another one is
	 * back.
	 * @return the target, or {@code null}
	 */
	private @Nullable TargetState mostLinked() {
		TargetState least = leastLinked();
		if (least == null) {
			return null;
		}
		TargetState most = least;
		for (TargetState target : targets().inTurn()) {
			if (countTo(target) > countTo(most)) {
				most = target;
			}
		}
		return (countTo(most) - countTo(least) > 1) ? most : null;
	}

	@Override
	boolean hasFree() {
		long now = owner().loop().now();
		boolean byKey = this.checksKeys && this.refused < MAX_REFUSED;
		long soonest = Long.MAX_VALUE;
		for (Link link : this.resting) {
			long left = link.restLeft(now);
			if (left <= 0 || (byKey && link.exchanges() > 0)) {
				return true;
			}
			soonest = Math.min(soonest, left);
		}
		if (soonest < Long.MAX_VALUE) {
			owner().dispatchAfter(soonest);
		}
		return false;
	}

	@Override
	@Nullable Link next(Exchange exchange) {
		long now = owner().loop().now();
		TargetState home = home(exchange);
		long soonest = Long.MAX_VALUE;
		for (Link link : this.resting) {
			if (link.isOpen() && suits(link, home)) {
				long left = link.restLeft(exchange, now);
				if (left <= 0) {
					if (this.refused > 0 && link.restLeft(now) > 0) {
						this.refused = 0;
					}
					return link;
				}
				soonest = Math.min(soonest, left);
			}
		}
		if (this.checksKeys && soonest < Long.MAX_VALUE) {
			this.refused++;
			owner().dispatchAfter(soonest);
		}
		return null;
	}

	@Override
	void taken(Link link) {
		this.resting.remove(link);
	}

	@Override
	void freed(Link link) {
		Cause old = whyRetire(link, owner().loop().now());
		if (old == null && this.crowded != null && link.target() == this.crowded) {
			this.crowded = null;
			old = MADE_ROOM;
		}
		if (old != null) {
			retire(link, old);
		}
		else if (link.isOpen()) {
			this.resting.addLast(link);
		}
	}

	@Override
	int room(int waiting) {
		return this.resting.size() + places() - waiting;
	}

	@Override
	void proven() {
		super.proven();
		this.backoff.succeeded();
	}

	@Override
	void failed(Link link, Cause cause) {
		this.backoff.failed();
		super.failed(link, cause);
	}

	@Override
	boolean remove(Link link) {
		this.resting.remove(link);
		if (!super.remove(link)) {
			return false;
		}
		if (link.feedback().fruitless() != null && !targets().isOtherUpThan(link.target())) {
			this.backoff.failed();
		}
		return true;
	}

	@Override
	void sweep(long now) {
		super.sweep(now);
		this.refused = 0;
		for (Link link : List.copyOf(retired())) {
			FrameConnection connection = link.connection();
			if (link.exchangesInFlight().isEmpty() && now - connection.lastActivity() >= MAX_CLOSE) {
				connection.abort(Cause.byGateway(CloseReason.DRAIN_TIMEOUT, "its place is needed"));
			}
		}
		this.crowded = mostLinked();
		for (Link link : this.resting) {
			if (this.crowded != null && link.target() == this.crowded) {
				this.crowded = null;
				retire(link, MADE_ROOM);
				break;
			}
		}
	}

	@Override
	void sweep(Link link, long now) {
		if (link.isOpen() && this.resting.contains(link)) {
			Cause old = whyRetireFree(link, now);
			if (old != null) {
				retire(link, old);
			}
		}
	}

	@Override
	boolean canMoveFrom(TargetState target) {
		// Another one is opened on demand.
		return true;
	}

}
