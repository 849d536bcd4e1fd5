package io.framegate.transport;

import java.util.function.LongSupplier;

/**
 * The clock of the gateway's timers: {@link System#nanoTime()}. Code on an event loop
 * asks its loop instead. Other code is given a clock, so that a test can move it. Any
 * thread may call.
 */
public final class SystemClock implements LongSupplier {

	@Override
	public long getAsLong() {
		return System.nanoTime();
	}

}
