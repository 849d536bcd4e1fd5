package io.framegate.connection;

import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;

/**
 * How fast a connection may be read. It is made when there is a limit; a connection
 * without one has none. A connection that is too fast is not read until the next sweep at
 * which its buckets have something, and its timers do not run meanwhile. The connection's
 * loop only, but for {@link #held()} and {@link #heldUntil()}.
 */
final class ReadPace {

	private final ReadGate gate;

	/** Runs a user's own framing, if the route has one: it counts its frames itself. */
	private final @Nullable SerializerCodec codec;

	/** Gives {@link System#nanoTime()} stamps. */
	private final LongSupplier clock;

	private @Nullable TokenBucket frames;

	private @Nullable TokenBucket bytes;

	/** Since when it is not read, 0 if it is. */
	private volatile long heldSince;

	/** When it was last read again, 0 for never. */
	private volatile long heldUntil;

	/** How long it was not read in all. */
	private volatile long held;

	ReadPace(ReadGate gate, @Nullable SerializerCodec codec, LongSupplier clock) {
		this.gate = gate;
		this.codec = codec;
		this.clock = clock;
	}

	/**
	 * Applies other limits. What was saved up is forgotten if a limit changes.
	 * @param frameRate frames a second, 0 for no limit
	 * @param byteRate bytes a second, 0 for no limit
	 */
	void limit(int frameRate, long byteRate) {
		long now = this.clock.getAsLong();
		if (this.codec != null) {
			this.codec.limit(frameRate, now);
		}
		else {
			this.frames = bucket(this.frames, frameRate, now);
		}
		this.bytes = bucket(this.bytes, byteRate, now);
	}

	private static @Nullable TokenBucket bucket(@Nullable TokenBucket before, long rate, long now) {
		if (rate == 0) {
			return null;
		}
		return (before != null && before.rate() == rate) ? before : new TokenBucket(rate, now);
	}

	/**
	 * Frames are cut from now on.
	 * @param now a {@link System#nanoTime()} stamp
	 */
	void cutting(long now) {
		isReady(this.frames, now);
	}

	/** Counts a frame. */
	void frame() {
		take(this.frames, 1);
	}

	/**
	 * Counts bytes that were read.
	 * @param count how many
	 * @param now when, a {@link System#nanoTime()} stamp
	 */
	void bytes(int count, long now) {
		isReady(this.bytes, now);
		take(this.bytes, count);
	}

	private void take(@Nullable TokenBucket bucket, int count) {
		if (bucket != null) {
			bucket.take(count);
			// Mostly there is room for certain, so that no clock is asked.
			if (bucket.left() < 1) {
				long now = this.clock.getAsLong();
				if (!bucket.isReady(now) && this.gate.throttle()) {
					this.heldSince = now | 1;
				}
			}
		}
	}

	/**
	 * Ends a wait that has been long enough.
	 * @return whether it has ended now
	 */
	boolean isWaitOver() {
		if (!this.gate.isThrottled()) {
			return false;
		}
		long now = this.clock.getAsLong();
		return isReady(this.frames, now) && isReady(this.bytes, now) && letGo(now);
	}

	private static boolean isReady(@Nullable TokenBucket bucket, long now) {
		return bucket == null || bucket.isReady(now);
	}

	/** What was read is due now, and nobody gets what comes. */
	void end() {
		this.frames = null;
		this.bytes = null;
		letGo(this.clock.getAsLong());
	}

	private boolean letGo(long now) {
		boolean before = this.gate.unthrottle();
		if (before) {
			this.held += now - this.heldSince;
			this.heldUntil = now | 1;
			this.heldSince = 0;
		}
		return before;
	}

	/**
	 * How much to read at once.
	 * @param most bytes if there is no limit
	 * @return bytes, 0 for nothing
	 */
	int room(int most) {
		if (this.gate.isThrottled()) {
			return 0;
		}
		TokenBucket bucket = this.bytes;
		return (bucket != null) ? Math.clamp(bucket.left(), 1, most) : most;
	}

	/**
	 * How long it was not read in all.
	 * @return nanoseconds
	 */
	long held() {
		long since = this.heldSince;
		return this.held + ((since != 0) ? this.clock.getAsLong() - since : 0);
	}

	/**
	 * Until when silence was not its peer's.
	 * @return a {@link System#nanoTime()} stamp, 0 for never
	 */
	long heldUntil() {
		long now = this.clock.getAsLong();
		long until = (this.heldSince != 0) ? now : this.heldUntil;
		return (this.codec != null) ? Math.max(until, this.codec.restedUntil(now)) : until;
	}

}
