package io.framegate.metrics;

import io.micrometer.core.instrument.Clock;

/**
 * The clock of the meters. They ask for the time of day twice for each exchange, only to
 * see whether a window of many seconds is over: it is as of the last sweep of an event
 * loop. Any thread may call.
 */
public final class CoarseClock implements Clock {

	private static volatile long wallTime = System.currentTimeMillis();

	/**
	 * Some time has passed.
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
