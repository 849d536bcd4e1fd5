package io.framegate.link;

import java.util.Objects;

import io.framegate.exchange.Correlator;
import io.framegate.metrics.RouteMetrics;
import io.framegate.route.Heartbeat;
import io.framegate.route.Pool;
import io.framegate.route.Sharing;
import io.framegate.timeout.Timeouts;
import io.framegate.upstream.TargetState;
import org.jspecify.annotations.Nullable;

/**
 * What all links of a route have in common.
 *
 * @param oneWay whether nothing is answered
 * @param sharing how clients share a link that is answered
 * @param pool how many links there may be and how long they are kept
 * @param heartbeat the heartbeats of permanent links
 * @param correlator finds keys and says which frames are replies; {@code null} where
 * there is nothing to tell by
 * @param searchedBytes how many of a frame's first bytes say whose reply it is
 * @param timeouts the route's limits
 * @param metrics the route's counts
 * @param unsolicited takes what servers send of their own accord
 */
record LinkSettings(boolean oneWay, Sharing sharing, Pool pool, Heartbeat heartbeat, @Nullable Correlator correlator,
		int searchedBytes, Timeouts timeouts, RouteMetrics metrics, UnsolicitedFrames unsolicited) {

	/** So many times longer a link rests as it opens. */
	private static final int OPENING = 10;

	boolean isOrdered() {
		return !this.oneWay && this.sharing == Sharing.ORDERED;
	}

	/**
	 * Whether links are there from the start.
	 * @return {@code false} where they are opened as exchanges need them
	 */
	boolean isPermanent() {
		return this.oneWay || this.sharing != Sharing.EXCLUSIVE;
	}

	boolean checksKeys() {
		return this.correlator != null && this.correlator.hasKey();
	}

	/**
	 * What finds the keys of correlated links, which cannot do without.
	 * @return the correlator
	 */
	Correlator keys() {
		return Objects.requireNonNull(this.correlator);
	}

	/**
	 * How long an exclusive link rests between exchanges, and one that matches by order
	 * before its first: a reply too many that comes meanwhile is found.
	 * @param target the link's target; longer where it has sent replies too many
	 * @param opening whether nothing was sent yet: longer, because a greeting must not be
	 * taken for a reply
	 * @return nanoseconds, 0 for not at all
	 */
	long rest(@Nullable TargetState target, boolean opening) {
		long rest = this.pool.rest().toNanos();
		return (target != null && !checksKeys()) ? target.rest(opening ? OPENING * rest : rest) : rest;
	}

}
