package io.framegate.link;

import java.net.InetSocketAddress;
import java.util.function.Predicate;

import io.framegate.closure.Cause;
import io.framegate.closure.CloseReason;
import io.framegate.route.Pool;
import io.framegate.timeout.Timeouts;
import io.framegate.upstream.TargetState;
import io.framegate.upstream.Targets;
import org.jspecify.annotations.Nullable;

/**
 * Why a link retires though nothing is wrong with it. Event loop only.
 */
final class RetirementPolicy {

	private final Targets targets;

	private final Pool pool;

	private final Predicate<TargetState> canMoveFrom;

	/**
	 * The rules for one event loop's links.
	 * @param targets the route's targets
	 * @param pool how long links are kept
	 * @param canMoveFrom whether other links can replace those to a target
	 */
	RetirementPolicy(Targets targets, Pool pool, Predicate<TargetState> canMoveFrom) {
		this.targets = targets;
		this.pool = pool;
		this.canMoveFrom = canMoveFrom;
	}

	/**
	 * Why a link should retire.
	 * @param target its target, if it has one
	 * @param remote the address it is connected to
	 * @param openedAt when it was opened, a {@link System#nanoTime()} stamp
	 * @param now a {@link System#nanoTime()} stamp
	 * @return the cause, or {@code null}
	 */
	@Nullable Cause cause(@Nullable TargetState target, InetSocketAddress remote, long openedAt, long now) {
		if (target != null) {
			String detail = whyLeave(target, remote);
			if (detail != null) {
				return Cause.byGateway(CloseReason.RETIRED, detail);
			}
		}
		if (this.pool.maxAge().isPositive() && now - openedAt >= this.pool.maxAge().toNanos()) {
			return Cause.byGateway(CloseReason.MAX_AGE, "pool.max-age (" + Timeouts.text(this.pool.maxAge()) + ")");
		}
		return null;
	}

	private @Nullable String whyLeave(TargetState target, InetSocketAddress remote) {
		if (!this.targets.all().contains(target)) {
			return "not a target any more";
		}
		if (target.isOff()) {
			return "an operator has disabled the target";
		}
		if (!target.isAt(remote)) {
			return "not an address of the target any more";
		}
		if (this.targets.isToBeLeft(target)) {
			return target.isSilent() ? "the target does not answer" : "a health check found the target down";
		}
		if (this.targets.isBetterUpThan(target) && this.canMoveFrom.test(target)) {
			return "a preferred target is up again";
		}
		return null;
	}

	/**
	 * Why a free link is not kept.
	 * @param idleSince since when it is free, a {@link System#nanoTime()} stamp
	 * @param now a {@link System#nanoTime()} stamp
	 * @return the cause, or {@code null}
	 */
	@Nullable Cause whyIdle(long idleSince, long now) {
		boolean idle = this.pool.maxIdle().isPositive() && now - idleSince >= this.pool.maxIdle().toNanos();
		return idle ? Cause.byGateway(CloseReason.IDLE_TIMEOUT,
				"pool.max-idle (" + Timeouts.text(this.pool.maxIdle()) + ")") : null;
	}

}
