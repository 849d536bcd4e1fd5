package io.framegate.upstream;

import io.framegate.connection.Cause;
import io.framegate.connection.CloseReason;
import io.framegate.route.Pool;
import io.framegate.timeout.Timeouts;
import org.jspecify.annotations.Nullable;

/**
 * Why a link is to end though nothing is wrong with it. Event loop only.
 */
final class Retirement {

	private Retirement() {
	}

	/**
	 * Why a link is to carry no more exchanges.
	 * @param link the link
	 * @param among the links of its loop
	 * @param now a {@link System#nanoTime()} stamp
	 * @return the cause, or {@code null}
	 */
	static @Nullable Cause why(Link link, ShardLinks among, long now) {
		Targets targets = among.targets();
		TargetState target = link.target();
		if (target != null && !targets.all().contains(target)) {
			return Cause.byGateway(CloseReason.RETIRED, "not a target any more");
		}
		if (target != null && !target.isAt(link.connection().remote())) {
			return Cause.byGateway(CloseReason.RETIRED, "not an address of the target any more");
		}
		if (target != null && targets.isToBeLeft(target)) {
			return Cause.byGateway(CloseReason.RETIRED,
					target.isSilent() ? "the target does not answer" : "a health check found the target down");
		}
		if (target != null && targets.isBetterUpThan(target) && among.canMoveFrom(target)) {
			return Cause.byGateway(CloseReason.RETIRED, "a preferred target is up again");
		}
		Pool pool = link.shard().links().pool();
		if (pool.maxAge().isPositive() && now - link.openedAt() >= pool.maxAge().toNanos()) {
			return Cause.byGateway(CloseReason.MAX_AGE, "pool.max-age (" + Timeouts.text(pool.maxAge()) + ")");
		}
		return null;
	}

	/**
	 * Why a link that is free is not kept.
	 * @param link the link
	 * @param now a {@link System#nanoTime()} stamp
	 * @return the cause, or {@code null}
	 */
	static @Nullable Cause whyIdle(Link link, long now) {
		Pool pool = link.shard().links().pool();
		boolean idle = pool.maxIdle().isPositive() && now - link.idleSince() >= pool.maxIdle().toNanos();
		return idle ? Cause.byGateway(CloseReason.IDLE_TIMEOUT, "pool.max-idle (" + Timeouts.text(pool.maxIdle()) + ")")
				: null;
	}

}
