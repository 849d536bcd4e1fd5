package io.framegate.actuate;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Limits how often each peer may do something: a burst at once, then one more at
 * intervals. Remembers a bounded number of recent peers. Any thread may call.
 */
public final class Allowance {

	private static final int MAX_PEERS = 10_000;

	private final int burst;

	private final long nanosEach;

	private final LongSupplier nanoTime;

	/** When each peer has its whole allowance again, in nanoseconds. */
	private final Map<String, Long> fullAt = new LinkedHashMap<>(16, 0.75f, true) {

		@Override
		protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
			return size() > MAX_PEERS;
		}
	};

	/**
	 * Makes an allowance.
	 * @param burst how many times at once
	 * @param secondsEach after how many seconds there is one more
	 * @param nanoTime the clock
	 */
	public Allowance(int burst, int secondsEach, LongSupplier nanoTime) {
		this.burst = burst;
		this.nanosEach = TimeUnit.SECONDS.toNanos(secondsEach);
		this.nanoTime = nanoTime;
	}

	/**
	 * Uses one time.
	 * @param peer the peer
	 * @return whether there was one
	 */
	public synchronized boolean take(String peer) {
		long now = this.nanoTime.getAsLong();
		long debt = debt(peer, now);
		if (debt > this.nanosEach * (this.burst - 1)) {
			return false;
		}
		this.fullAt.put(peer, now + debt + this.nanosEach);
		return true;
	}

	/**
	 * Gives one time back.
	 * @param peer the peer
	 */
	public synchronized void giveBack(String peer) {
		long now = this.nanoTime.getAsLong();
		long debt = debt(peer, now) - this.nanosEach;
		if (debt > 0) {
			this.fullAt.put(peer, now + debt);
		}
		else {
			this.fullAt.remove(peer);
		}
	}

	/**
	 * How many times a peer has used recently.
	 * @param peer the peer
	 * @return 0 to the burst
	 */
	public synchronized int used(String peer) {
		return (int) Math.ceilDiv(debt(peer, this.nanoTime.getAsLong()), this.nanosEach);
	}

	private long debt(String peer, long now) {
		Long full = this.fullAt.get(peer);
		return (full != null) ? Math.max(0, full - now) : 0;
	}

}
