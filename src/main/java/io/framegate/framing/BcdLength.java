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
		return (long) Math.pow(100, this.length) - 1;
	}

	@Override
	public int end(byte[] bytes, int from, int to) {
		return (to - from >= this.length) ? from + this.length : NONE;
	}

	@Override
	public long read(byte[] bytes, int from, int end) {
		long number = 0;
		for (int at = from; at < end; at++) {
			if (!isTwoDigits(bytes[at])) {
				return NONE;
			}
			number = number * 100 + (bytes[at] >> 4 & 0xF) * 10 + (bytes[at] & 0xF);
		}
		return number;
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
		long rest = value;
		for (int at = this.length - 1; at >= 0; at--) {
			int two = (int) (rest % 100);
			target[offset + at] = (byte) (two / 10 << 4 | two % 10);
			rest /= 100;
		}
		return this.length;
	}

}
