package io.framegate.tap;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * How much time all taps together may take from the threads that carry frames: a tenth,
 * in short windows, so that no frame waits long, or four frames, which may be one
 * exchange. What passes beyond that is not seen. Any thread may call.
 */
final class TapTime {

	private static final long WINDOW = TimeUnit.MILLISECONDS.toNanos(100);

	private static final long MOST = WINDOW / 10;

	/** The first frames after a start take long, for once. */
	private static final int ALWAYS = 4;

	private final LongSupplier clock;

	private final AtomicLong spent = new AtomicLong();

	private final AtomicInteger frames = new AtomicInteger();

	private final AtomicLong since;

	TapTime(LongSupplier clock) {
		this.clock = clock;
		this.since = new AtomicLong(clock.getAsLong());
	}

	/**
	 * Begins to take time.
	 * @return a stamp for {@link #end}
	 */
	long begin() {
		long now = this.clock.getAsLong();
		long began = this.since.get();
		if (now - began >= WINDOW && this.since.compareAndSet(began, now)) {
			this.spent.set(0);
			this.frames.set(0);
		}
		this.frames.incrementAndGet();
		return now;
	}

	/** Whether there is none left for what has just begun. */
	boolean isSpent() {
		return this.spent.get() >= MOST && this.frames.get() > ALWAYS;
	}

	/**
	 * Ends what began.
	 * @param began the stamp
	 */
	void end(long began) {
		this.spent.addAndGet(this.clock.getAsLong() - began);
	}

}
