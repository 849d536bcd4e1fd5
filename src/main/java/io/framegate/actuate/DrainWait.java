package io.framegate.actuate;

import java.time.Duration;

import io.framegate.lifecycle.RunningRoute;
import io.framegate.timeout.Timeout;

/**
 * How long a request waits for a drain; the drain itself may take longer.
 */
final class DrainWait {

	private static final Duration MAX = Duration.ofMinutes(1);

	private DrainWait() {
	}

	/**
	 * The time within which a drain of the route, or of one of its targets, should end.
	 * @param route the route
	 * @return milliseconds, at most a minute
	 */
	static long millis(RunningRoute route) {
		Duration limit = route.timeouts().limit(Timeout.DRAIN).value();
		return limit.isZero() ? MAX.toMillis() : Math.min(limit.plusSeconds(2).toMillis(), MAX.toMillis());
	}

}
