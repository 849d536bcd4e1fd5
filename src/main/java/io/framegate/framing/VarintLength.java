package io.framegate.framing;

import org.jspecify.annotations.Nullable;

/**
 * A length as LEB128, protobuf and MQTT have it: seven bits a byte, the lowest first, and
 * the highest bit of each byte but the last set.
 */
record VarintLength() implements LengthNumber {

	private static final int MOST_BYTES = 5;

	private static final int BITS = 7;

	@Override
	public int length() {
		return VARIES;
	}

	@Override
	public int longest() {
		return MOST_BYTES;
	}

	@Override
	public long largest() {
		return (1L << MOST_BYTES * BITS) - 1;
	}

	@Override
	public int end(byte[] bytes, int from, int to) {
		int last = Math.min(to, from + MOST_BYTES);
		for (int at = from; at < last; at++) {
			if (bytes[at] >= 0) {
				return at + 1;
			}
		}
		return NONE;
	}

	@Override
	public long read(byte[] bytes, int from, int end) {
		long number = 0;
		for (int at = end - 1; at >= from; at--) {
			number = number << BITS | bytes[at] & 0x7F;
		}
		return number;
	}

	@Override
	public @Nullable String fault(byte[] bytes, int from, int to) {
		return (to - from >= MOST_BYTES && end(bytes, from, to) == NONE)
				? "announced length has more than %d bytes".formatted(MOST_BYTES) : null;
	}

	@Override
	public int write(long value, byte[] target, int offset) {
		int at = offset;
		long rest = value;
		while (rest > 0x7F) {
			target[at++] = (byte) (rest | 0x80);
			rest >>>= BITS;
		}
		target[at++] = (byte) rest;
		return at - offset;
	}

}
