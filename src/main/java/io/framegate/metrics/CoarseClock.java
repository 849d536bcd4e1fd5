package io.framegate.metrics;

import io.micrometer.core.instrument.Clock;

/**
 * The clock of the meters. They ask for the time of day twice for each exchange, only to
 * see whether a window of many seconds is over. So the time of an event loop's last sweep
 * is enough. Any thread may call.
 */
public final class CoarseClock implements Clock {

	private static volatile long wallTime = System.currentTimeMillis();

	/**
	 * Updates the time.
	 */
	public static void tick() {
		wallTime = System.currentTimeMillis();
	}

	@Override
	public long wallTime() {
		return wallTime;
	}

	@Override
	public long monotonicTime() {
		return System.nanoTime();
	}

}
