package io.framegate.transport;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * A clock that stands still until the test moves it. Any thread may call.
 */
public final class TestClock implements LongSupplier {

	private volatile long now = System.nanoTime();

	/**
	 * Moves the clock.
	 * @param millis by how much
	 */
	public void pass(long millis) {
		this.now += Duration.ofMillis(millis).toNanos();
	}

	@Override
	public long getAsLong() {
		return this.now;
	}

}
