package io.framegate.link;

import java.util.ArrayList;
import java.util.List;

import io.framegate.closure.Cause;
import io.framegate.closure.CloseReason;
import io.framegate.closure.EndedBy;
import io.framegate.connection.FrameConnection;
import io.framegate.exchange.Exchange;
import io.framegate.exchange.FairQueue;
import io.framegate.transport.Loop;
import io.framegate.upstream.Connector;
import io.framegate.upstream.TargetState;
import io.framegate.upstream.Targets;
import org.jspecify.annotations.Nullable;

/**
 * The links of one event loop: opens, chooses and closes them. Event loop only.
 */
abstract class LinkSet {

	/**
	 * What the links need of the part that gives them exchanges.
	 */
	interface Owner {

		/**
		 * The event loop that the links run on.
		 * @return the loop
		 */
		Loop loop();

		boolean isStopped();

		/**
		 * Makes a link that is not connected yet.
		 * @return the link
		 */
		Link newLink();

		/**
		 * A link takes no more exchanges. The owner then calls {@link LinkSet#remove}.
		 * @param link the link
		 */
		void closed(Link link);

		/**
		 * Tries queued exchanges again later.
		 * @param nanos in how many nanoseconds
		 */
		void dispatchAfter(long nanos);

	}

	private static final Cause SOILED = new Cause(CloseReason.LATE_REPLY, EndedBy.UPSTREAM,
			"bytes arrived while no reply was expected");

	private static final Cause ANEW = Cause.byGateway(CloseReason.RETIRED, "the target is up again; reconnecting");

	private static final Cause ALL_OFF = Cause.byGateway(CloseReason.UPSTREAM_UNREACHABLE,
			"an operator has disabled every target");

	private final Owner owner;

	private final Connector connector;

	private final RetirementPolicy retirement;

	private final PoisonedConnections lingering;

	private final int quota;

	private final List<Link> all = new ArrayList<>();

	/** Links that take no more exchanges, until their connections are closed. */
	private final List<Link> retired = new ArrayList<>();

	private @Nullable Cause connectFault;

	/**
	 * No links yet.
	 * @param owner gives them exchanges
	 * @param connector opens their connections
	 * @param settings what they have in common
	 * @param quota how many there may be; permanent ones, to each target
	 */
	LinkSet(Owner owner, Connector connector, LinkSettings settings, int quota) {
		this.owner = owner;
		this.connector = connector;
		this.quota = quota;
		this.lingering = new PoisonedConnections(owner.loop(), quota);
		this.retirement = new RetirementPolicy(connector.targets(), settings.pool(), this::canMoveFrom);
	}

	// What the kinds decide

	/**
	 * Opens the links that are always there.
	 */
	abstract void openPermanent();

	/**
	 * Opens links for queued exchanges.
	 * @param waiting those that found no link
	 */
	abstract void openFor(FairQueue waiting);

	/**
	 * Whether any link may take an exchange. Asked first, so that a long queue is not
	 * searched in vain.
	 */
	abstract boolean hasFree();

	abstract @Nullable Link next(Exchange exchange);

	/**
	 * A link was chosen for an exchange.
	 * @param link the link
	 */
	abstract void taken(Link link);

	/**
	 * A link can take an exchange again.
	 * @param link the link
	 */
	abstract void freed(Link link);

	/**
	 * How many exchanges would find a link or a place for one.
	 * @param waiting how many wait already
	 * @return a number, negative if there are too few places
	 */
	abstract int room(int waiting);

	/**
	 * Does timed work for a link.
	 * @param link the link
	 * @param now a {@link System#nanoTime()} stamp
	 */
	abstract void sweep(Link link, long now);

	/**
	 * Whether links may be retired because there is a better target.
	 * @param target their target
	 * @return whether other links can replace them
	 */
	abstract boolean canMoveFrom(TargetState target);

	/**
	 * Replaces links whose given-up keys keep exchanges waiting.
	 * @param waiting those that wait
	 */
	void retireForGivenUpKeys(FairQueue waiting) {
	}

	/**
	 * A link has carried an exchange.
	 */
	void proven() {
		this.connectFault = null;
	}

	/**
	 * A link could not be established.
	 * @param link the link
	 * @param cause why
	 */
	void failed(Link link, Cause cause) {
		remove(link);
	}

	// What they have in common

	final Owner owner() {
		return this.owner;
	}

	final Connector connector() {
		return this.connector;
	}

	final Targets targets() {
		return this.connector.targets();
	}

	/**
	 * The connections of poisoned links.
	 * @return those that may still be there
	 */
	final PoisonedConnections lingering() {
		return this.lingering;
	}

	/**
	 * Why a link should retire though nothing is wrong with it.
	 * @param link the link
	 * @param now a {@link System#nanoTime()} stamp
	 * @return the cause, or {@code null}
	 */
	final @Nullable Cause whyRetire(Link link, long now) {
		return this.retirement.cause(link.target(), link.connection().remote(), link.openedAt(), now);
	}

	/**
	 * Why a free link is not kept.
	 * @param link the link
	 * @param now a {@link System#nanoTime()} stamp
	 * @return the cause, or {@code null}
	 */
	final @Nullable Cause whyRetireFree(Link link, long now) {
		Cause cause = whyRetire(link, now);
		return (cause != null) ? cause : this.retirement.whyIdle(link.idleSince(), now);
	}

	final List<Link> all() {
		return this.all;
	}

	final int quota() {
		return this.quota;
	}

	final Link add() {
		Link link = this.owner.newLink();
		this.all.add(link);
		return link;
	}

	final @Nullable Link choose(Exchange exchange) {
		Link link = next(exchange);
		while (link != null && link.isPoisoned()) {
			link.poison(SOILED);
			link = next(exchange);
		}
		return link;
	}

	final @Nullable TargetState home(Exchange exchange) {
		return targets().home(exchange.origin().address());
	}

	static boolean suits(Link link, @Nullable TargetState home) {
		return home == null || link.target() == home || !home.isUp();
	}

	final int countTo(TargetState target) {
		int count = 0;
		for (Link link : this.all) {
			if (link.target() == target) {
				count++;
			}
		}
		return count;
	}

	/**
	 * A link takes no more exchanges.
	 * @param link the link
	 * @return {@code false} if that was known
	 */
	boolean remove(Link link) {
		if (!this.all.remove(link)) {
			return false;
		}
		FrameConnection connection = link.connectionIfAny();
		if (connection != null && connection.isOpen()) {
			this.retired.add(link);
		}
		Cause fruitless = link.feedback().fruitless();
		if (fruitless != null || link.isReady()) {
			this.connectFault = fruitless;
		}
		return true;
	}

	/**
	 * Links that take no more exchanges but whose connections are still open.
	 * @return the links, oldest first
	 */
	final List<Link> retired() {
		this.retired.removeIf((link) -> !link.connection().isOpen());
		return this.retired;
	}

	final void retire(Link link, Cause cause) {
		this.owner.closed(link);
		link.retire(cause);
	}

	/**
	 * Closes every link once no exchange is in flight on it, within the drain timer.
	 * @param cause why
	 * @param since when the drain began, a {@link System#nanoTime()} stamp
	 */
	final void drainAll(Cause cause, long since) {
		for (Link link : List.copyOf(this.all)) {
			this.owner.closed(link);
			link.drain(cause, since);
		}
	}

	/**
	 * A target is healthy again. Connects that still wait for it are started again,
	 * because the kernel retries a silent server only after seconds.
	 * @param target the target
	 */
	final void cameBack(TargetState target) {
		for (Link link : List.copyOf(this.all)) {
			if (link.isDialling() && (link.target() == null || link.target() == target)) {
				// Not as a useless link, which would be followed by a pause.
				this.all.remove(link);
				link.retire(ANEW);
			}
		}
		openPermanent();
	}

	/**
	 * An operator has disabled a target. Links to it take no more exchanges; those that
	 * carry none close.
	 * @param target the target
	 * @param cause why
	 */
	final void disabled(TargetState target, Cause cause) {
		for (Link link : List.copyOf(this.all)) {
			if (link.target() != target) {
				continue;
			}
			if (link.isDialling()) {
				// Not as a useless link, which would be followed by a pause.
				this.all.remove(link);
				link.retire(cause);
			}
			else {
				retire(link, cause);
			}
		}
		openPermanent();
	}

	void sweep(long now) {
		for (Link link : List.copyOf(this.all)) {
			if (link.isOpen() && link.exchangesInFlight().isEmpty() && link.isPoisoned()) {
				link.poison(SOILED);
			}
			else {
				sweep(link, now);
			}
		}
		for (Link retired : List.copyOf(retired())) {
			// Its exchanges time out as anywhere else.
			retired.sweep(now);
		}
		openPermanent();
	}

	/**
	 * Why no exchange can be carried at all.
	 * @return the fault of the last connect; {@code null} if there is a link
	 */
	final @Nullable Cause connectFault() {
		for (Link link : this.all) {
			if (link.isOpen()) {
				return null;
			}
		}
		return (this.connectFault == null && targets().areAllOff()) ? ALL_OFF : this.connectFault;
	}

	/**
	 * Whether an exchange waits for its key alone.
	 * @param exchange the exchange
	 * @return what its key waits for on a link that has room otherwise, or {@code null}
	 */
	final @Nullable String keyWait(Exchange exchange) {
		for (Link link : this.all) {
			String wait = link.isOpen() ? link.keyWait(exchange) : null;
			if (wait != null) {
				return wait;
			}
		}
		return null;
	}

}
