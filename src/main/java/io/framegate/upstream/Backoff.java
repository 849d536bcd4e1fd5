package io.framegate.upstream;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * When to connect again after a failure. The pause doubles each time; a part of it is
 * random, so that clients do not all return at once. It ends early when a health check
 * finds the server healthy. Event loop only.
 */
public final class Backoff {

	private static final long FIRST_PAUSE = TimeUnit.MILLISECONDS.toNanos(100);

	private final long firstPause;

	private final int mostDoublings;

	private final LongSupplier clock;

	private int failures;

	private long failedAt;

	private long until;

	/**
	 * No failure yet.
	 * @param mostDoublings how often the pause of 100 ms is doubled
	 * @param clock gives {@link System#nanoTime()} stamps
	 */
	public Backoff(int mostDoublings, LongSupplier clock) {
		this(FIRST_PAUSE, mostDoublings, clock);
	}

	Backoff(long firstPause, int mostDoublings, LongSupplier clock) {
		this.firstPause = firstPause;
		this.mostDoublings = mostDoublings;
		this.clock = clock;
		this.until = clock.getAsLong();
	}

	public boolean isOver() {
		return this.clock.getAsLong() - this.until >= 0;
	}

	/**
	 * Whether the server was found healthy since the last failure, so that there is no
	 * reason to wait.
	 * @param wellAt when it last was, a {@link System#nanoTime()} stamp, 0 for never
	 */
	public boolean isOver(long wellAt) {
		return isOver() || (wellAt != 0 && wellAt - this.failedAt > 0);
	}

	/**
	 * One more failure. Failures of attempts made at the same time count as one.
	 */
	public void failed() {
		this.failedAt = this.clock.getAsLong();
		if (isOver()) {
			long pause = this.firstPause << Math.min(this.failures++, this.mostDoublings);
			this.until = this.failedAt + pause / 2 + ThreadLocalRandom.current().nextLong(pause / 2);
		}
	}

	public void succeeded() {
		this.failures = 0;
		this.until = this.clock.getAsLong();
	}

}
