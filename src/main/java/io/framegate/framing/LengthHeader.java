package io.framegate.framing;

/**
 * A header that is the length of what follows: a big-endian number.
 *
 * @param name the framing's name
 * @param size its own length in bytes: 1, 2 or 4
 * @param inclusive whether it counts itself
 */
record LengthHeader(String name, int size, boolean inclusive) {

	/**
	 * How many of its own bytes it counts.
	 * @return 0, or its size
	 */
	int counted() {
		return this.inclusive ? this.size : 0;
	}

	int longestPayload() {
		int largest = (this.size == Integer.BYTES) ? Integer.MAX_VALUE : (1 << this.size * Byte.SIZE) - 1;
		return largest - counted();
	}

}
