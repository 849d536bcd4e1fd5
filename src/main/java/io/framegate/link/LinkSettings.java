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
 * @param correlator finds keys and says which frames are replies; {@code null} if there
 * are neither keys nor a condition
 * @param searchedBytes how many of a frame's first bytes say whose reply it is
 * @param timeouts the route's limits
 * @param metrics the route's counts
 * @param unsolicited takes frames that servers send without a request
 */
record LinkSettings(boolean oneWay, Sharing sharing, Pool pool, Heartbeat heartbeat, @Nullable Correlator correlator,
		int searchedBytes, Timeouts timeouts, RouteMetrics metrics, UnsolicitedFrames unsolicited) {

	/** How many times longer a link rests after it was opened. */
	private static final int OPENING = 10;

	boolean isOrdered() {
		return !this.oneWay && this.sharing == Sharing.ORDERED;
	}

	/**
	 * Whether links are open from the start.
	 * @return {@code false} if they are opened on demand
	 */
	boolean isPermanent() {
		return this.oneWay || this.sharing != Sharing.EXCLUSIVE;
	}

	boolean checksKeys() {
		return this.correlator != null && this.correlator.hasKey();
	}

	/**
	 * Finds the keys of correlated links, which always have one.
	 * @return the correlator
	 */
	Correlator keys() {
		return Objects.requireNonNull(this.correlator);
	}

	/**
	 * How long a link rests, so that an unexpected reply is noticed: an exclusive link
	 * between exchanges (with keys, between two of the same key), one that matches by
	 * order before its first exchange.
	 * @param target the link's target; the rest is longer if it has sent unexpected
	 * replies
	 * @param opening whether nothing was sent yet: the rest is longer, because a greeting
	 * must not be taken for a reply
	 * @return nanoseconds, 0 for no rest
	 */
	long rest(@Nullable TargetState target, boolean opening) {
		long rest = this.pool.rest().toNanos();
		return (target != null && !checksKeys()) ? target.rest(opening ? OPENING * rest : rest) : rest;
	}

}
