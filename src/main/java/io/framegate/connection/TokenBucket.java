package io.framegate.connection;

/**
 * Permits a number of things a second, and at once no more than in one second. All times
 * are {@link System#nanoTime()} stamps. Not thread-safe.
 */
public final class TokenBucket {

	private static final double SECOND = 1_000_000_000;

	private final long rate;

	private double tokens;

	private long filledAt;

	/**
	 * A full bucket.
	 * @param rate how many things a second, at least 1
	 * @param now the time
	 */
	public TokenBucket(long rate, long now) {
		this.rate = rate;
		this.tokens = rate;
		this.filledAt = now;
	}

	/**
	 * Takes a token, if there is one.
	 * @param now the time
	 * @return whether there was
	 */
	public boolean tryTake(long now) {
		boolean ready = isReady(now);
		if (ready) {
			take(1);
		}
		return ready;
	}

	/**
	 * Takes tokens, even if there are fewer: what comes next waits longer. Asks no clock.
	 * @param count how many
	 */
	void take(long count) {
		this.tokens -= count;
	}

	/**
	 * Fills up, and tells whether there is a token.
	 * @param now the time
	 */
	boolean isReady(long now) {
		this.tokens = Math.min(this.rate, this.tokens + (now - this.filledAt) * (this.rate / SECOND));
		this.filledAt = now;
		return this.tokens >= 1;
	}

	/**
	 * How many whole tokens there are for certain. Asks no clock.
	 */
	long left() {
		return (long) this.tokens;
	}

	/**
	 * How long until there is a token.
	 * @param now the time
	 * @return nanoseconds, 0 if there is one
	 */
	long untilReady(long now) {
		return isReady(now) ? 0 : (long) Math.ceil((1 - this.tokens) * (SECOND / this.rate));
	}

	long rate() {
		return this.rate;
	}

}
