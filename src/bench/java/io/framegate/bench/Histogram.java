package io.framegate.bench;

import java.util.Arrays;

/**
 * Counts of durations in buckets of 64 to each power of two: any percentile within 1.6 %,
 * without allocation. One thread.
 */
final class Histogram {

	private static final int BITS = 6;

	private static final int STEPS = 1 << BITS;

	private final long[] counts = new long[(Long.SIZE - BITS) * STEPS];

	private long total;

	void record(long nanos) {
		this.counts[bucket(Math.max(0, nanos))]++;
		this.total++;
	}

	void clear() {
		Arrays.fill(this.counts, 0);
		this.total = 0;
	}

	/**
	 * The duration that this part of all durations does not exceed.
	 * @param part from 0 to 1
	 * @return nanoseconds; 0 where nothing was recorded
	 */
	long percentile(double part) {
		long wanted = (long) Math.ceil(part * this.total);
		long seen = 0;
		for (int bucket = 0; bucket < this.counts.length; bucket++) {
			seen += this.counts[bucket];
			if (seen >= wanted && seen > 0) {
				return middle(bucket);
			}
		}
		return 0;
	}

	private static int bucket(long nanos) {
		int shift = Math.max(0, Long.SIZE - 1 - BITS - Long.numberOfLeadingZeros(nanos | 1));
		return shift * STEPS + (int) (nanos >>> shift);
	}

	private static long middle(int bucket) {
		int shift = Math.max(0, bucket / STEPS - 1);
		long lowest = (long) (bucket - shift * STEPS) << shift;
		return lowest + (1L << shift) / 2;
	}

}
