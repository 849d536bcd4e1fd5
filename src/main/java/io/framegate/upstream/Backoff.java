package io.framegate.upstream;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * When to connect again after a failure: after a pause that doubles each time, a part of
 * it by chance, so that not all come back at once. Event loop only.
 */
final class Backoff {

	private static final long FIRST_PAUSE = TimeUnit.MILLISECONDS.toNanos(100);

	private final int mostDoublings;

	private int failures;

	private long until = System.nanoTime();

	Backoff(int mostDoublings) {
		this.mostDoublings = mostDoublings;
	}

	boolean isOver() {
		return System.nanoTime() - this.until >= 0;
	}

	/**
	 * One more failure; those of attempts that were made at the same time count as one.
	 */
	void failed() {
		if (isOver()) {
			long pause = FIRST_PAUSE << Math.min(this.failures++, this.mostDoublings);
			this.until = System.nanoTime() + pause / 2 + ThreadLocalRandom.current().nextLong(pause / 2);
		}
	}

	void succeeded() {
		this.failures = 0;
		this.until = System.nanoTime();
	}

}
