package io.framegate.upstream;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * Ejects a target for a while after several failures in a row. The pause doubles each
 * time; after it, the target is tried. All times are {@link System#nanoTime()} stamps.
 * Any thread may call.
 */
final class OutlierEjection {

	private static final long FIRST_PAUSE = TimeUnit.SECONDS.toNanos(1);

	/** A pause is shorter by up to a fifth, so that not all gateways try at once. */
	static final long LEAST_PAUSE = FIRST_PAUSE - FIRST_PAUSE / 5;

	private static final long MAX_PAUSE = TimeUnit.SECONDS.toNanos(60);

	private static final int MAX_DOUBLINGS = 6;

	/** After a failure nothing is moved to the target for so long. */
	private static final long DOUBT = TimeUnit.SECONDS.toNanos(3);

	private final int fall;

	private volatile boolean ejected;

	private volatile int failures;

	/** What the target must do to be trusted again. */
	private Evidence needed = Evidence.CONNECT;

	private int ejections;

	private volatile long failedAt;

	private long trialAt;

	/**
	 * The target is trusted.
	 * @param fall after how many failures in a row it is ejected, at least 1
	 */
	OutlierEjection(int fall) {
		this.fall = fall;
	}

	boolean isEjected() {
		return this.ejected;
	}

	/**
	 * Whether the target has failed since it was last trusted.
	 * @return {@code false} if a success changes nothing
	 */
	boolean isSuspect() {
		return this.failures != 0;
	}

	/**
	 * The target did something right.
	 * @param how what it proves
	 * @param now when
	 */
	synchronized void succeeded(Evidence how, long now) {
		if (how.compareTo(this.needed) >= 0) {
			forget();
		}
		else if (isTrialDue(now)) {
			// Tried again, but not yet trusted as before.
			this.ejected = false;
		}
	}

	/**
	 * A probe of the gateway's own succeeded.
	 * @param how what it proves
	 * @param now when
	 * @return whether the target is healthy: if the probe proves less than what the
	 * target failed to do, it counts only as the trial after a pause
	 */
	synchronized boolean probed(Evidence how, long now) {
		boolean counts = this.failures == 0 || how.compareTo(this.needed) >= 0 || isTrialDue(now);
		if (counts) {
			succeeded(how, now);
		}
		return counts;
	}

	/**
	 * Trusts the target as at the start.
	 */
	synchronized void forget() {
		this.failures = 0;
		this.ejections = 0;
		this.ejected = false;
		this.needed = Evidence.CONNECT;
	}

	/**
	 * The target failed. What fails during a pause was begun before it and changes
	 * nothing.
	 * @param what what the target did not do
	 * @param now when
	 */
	synchronized void failed(Evidence what, long now) {
		if (what.compareTo(this.needed) > 0) {
			this.needed = what;
		}
		if (this.ejected && !isTrialDue(now)) {
			return;
		}
		this.failures++;
		this.failedAt = now;
		if (this.failures >= this.fall) {
			long pause = Math.min(FIRST_PAUSE << Math.min(this.ejections, MAX_DOUBLINGS), MAX_PAUSE);
			long jitter = ThreadLocalRandom.current().nextLong(pause / 5);
			this.trialAt = now + pause - jitter;
			this.ejections++;
			this.ejected = true;
			// The first failure after the pause counts as the last.
			this.failures = Math.max(1, this.fall - 1);
		}
	}

	/**
	 * Whether the target has just failed, and not been trusted again.
	 * @param now when
	 */
	boolean isInDoubt(long now) {
		return this.failures != 0 && now - this.failedAt < DOUBT;
	}

	/**
	 * Whether the pause is over, so that a connect may be tried.
	 * @param now when
	 */
	synchronized boolean isTrialDue(long now) {
		return this.ejected && now - this.trialAt >= 0;
	}

	/**
	 * Whether the target is ejected because it accepts connections but does not answer,
	 * so that existing connections are useless too.
	 */
	synchronized boolean isSilent() {
		return this.ejected && this.needed != Evidence.CONNECT;
	}

}
