package io.framegate.framing;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Finds the first of a few bytes in an array, eight at a time. Immutable.
 */
final class OctetFinder {

	private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

	private static final long LOW_BITS = 0x0101_0101_0101_0101L;

	private static final long HIGH_BITS = 0x8080_8080_8080_8080L;

	/** More are looked up one by one. */
	private static final int MOST_AT_ONCE = 3;

	private final boolean[] wanted;

	private final int count;

	private final long first;

	private final long second;

	private final long third;

	/**
	 * Finds any of these bytes.
	 * @param wanted for each of 256 bytes whether it is to be found
	 */
	OctetFinder(boolean[] wanted) {
		this.wanted = wanted.clone();
		long[] patterns = new long[MOST_AT_ONCE];
		int found = 0;
		for (int octet = 0; octet < wanted.length; octet++) {
			if (wanted[octet]) {
				if (found < MOST_AT_ONCE) {
					patterns[found] = octet * LOW_BITS;
				}
				found++;
			}
		}
		this.count = found;
		this.first = patterns[0];
		this.second = (found > 1) ? patterns[1] : this.first;
		this.third = (found > 2) ? patterns[2] : this.second;
	}

	/**
	 * Finds the first such byte.
	 * @param bytes holds the bytes
	 * @param from index of the first byte
	 * @param to index after the last byte
	 * @return its index, or {@code to}
	 */
	int indexOf(byte[] bytes, int from, int to) {
		int at = from;
		int lastWord = to - Long.BYTES;
		if (this.count == 1) {
			for (; at <= lastWord; at += Long.BYTES) {
				long found = zeros((long) LONGS.get(bytes, at) ^ this.first);
				if (found != 0) {
					return at + (Long.numberOfTrailingZeros(found) >>> 3);
				}
			}
		}
		else if (this.count <= MOST_AT_ONCE) {
			for (; at <= lastWord; at += Long.BYTES) {
				long word = (long) LONGS.get(bytes, at);
				long found = zeros(word ^ this.first) | zeros(word ^ this.second) | zeros(word ^ this.third);
				if (found != 0) {
					return at + (Long.numberOfTrailingZeros(found) >>> 3);
				}
			}
		}
		while (at < to && !this.wanted[bytes[at] & 0xFF]) {
			at++;
		}
		return at;
	}

	/** The lowest bit set marks the first zero byte; those above it may be wrong. */
	private static long zeros(long word) {
		return (word - LOW_BITS) & ~word & HIGH_BITS;
	}

}
