package io.framegate.framing;

/**
 * Finds the first of a few bytes in an array, eight at a time. Immutable.
 */
final class OctetFinder {

	/** More are looked up one by one. */
	private static final int MOST_AT_ONCE = 3;

	private final boolean[] wanted;

	private final int count;

	/** The only one, if there is one. */
	private final byte octet;

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
					patterns[found] = octet * Octets.LOW_BITS;
				}
				found++;
			}
		}
		this.count = found;
		this.octet = (byte) patterns[0];
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
		if (this.count == 1) {
			int found = Octets.indexOf(bytes, from, to, this.octet);
			return (found >= 0) ? found : to;
		}
		int at = (this.count == 2) ? indexOfTwo(bytes, from, to)
				: (this.count == MOST_AT_ONCE) ? indexOfThree(bytes, from, to) : from;
		while (at < to && !this.wanted[bytes[at] & 0xFF]) {
			at++;
		}
		return at;
	}

	/** The index of the first, or where less than a word is left. */
	private int indexOfTwo(byte[] bytes, int from, int to) {
		int at = from;
		for (int lastWord = to - Long.BYTES; at <= lastWord; at += Long.BYTES) {
			long word = (long) Octets.LONGS.get(bytes, at);
			long marks = Octets.zeros(word ^ this.first) | Octets.zeros(word ^ this.second);
			if (marks != 0) {
				return at + (Long.numberOfTrailingZeros(marks) >>> 3);
			}
		}
		return at;
	}

	private int indexOfThree(byte[] bytes, int from, int to) {
		int at = from;
		for (int lastWord = to - Long.BYTES; at <= lastWord; at += Long.BYTES) {
			long word = (long) Octets.LONGS.get(bytes, at);
			long marks = Octets.zeros(word ^ this.first) | Octets.zeros(word ^ this.second)
					| Octets.zeros(word ^ this.third);
			if (marks != 0) {
				return at + (Long.numberOfTrailingZeros(marks) >>> 3);
			}
		}
		return at;
	}

}
