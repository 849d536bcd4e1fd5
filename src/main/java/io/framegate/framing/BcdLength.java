package io.framegate.framing;

import org.jspecify.annotations.Nullable;

/**
 * A length in packed decimal digits, the highest first.
 *
 * @param length its bytes of two digits, 1 to 8
 */
record BcdLength(int length) implements LengthNumber {

	@Override
	public int longest() {
		return this.length;
	}

	@Override
	public long largest() {
		return Digits.DECIMAL.largest(2 * this.length);
	}

	@Override
	public int end(byte[] bytes, int from, int to) {
		return (to - from >= this.length) ? from + this.length : NONE;
	}

	@Override
	public long read(byte[] bytes, int from, int end) {
		return Digits.packedValue(Octets.number(bytes, from, this.length));
	}

	private static boolean isTwoDigits(byte octet) {
		return (octet >> 4 & 0xF) <= 9 && (octet & 0xF) <= 9;
	}

	@Override
	public @Nullable String fault(byte[] bytes, int from, int to) {
		int end = Math.min(to, from + this.length);
		for (int at = from; at < end; at++) {
			if (!isTwoDigits(bytes[at])) {
				return "expected two decimal digits of the length at offset %d, found %s".formatted(at,
						Octets.hex(bytes[at]));
			}
		}
		return null;
	}

	@Override
	public int write(long value, byte[] target, int offset) {
		Octets.write(Digits.packed(value), target, offset, this.length);
		return this.length;
	}

}
