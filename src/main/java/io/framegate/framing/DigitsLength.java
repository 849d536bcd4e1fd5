package io.framegate.framing;

import org.jspecify.annotations.Nullable;

/**
 * A length in ASCII digits: so many, or those before a certain byte.
 *
 * @param length how many, 1 to 8, or {@link #VARIES}
 * @param digits of which base
 * @param until the byte that ends the digits and belongs to the field, if their number
 * varies
 */
record DigitsLength(int length, Digits digits, byte until) implements LengthNumber {

	/** More digits are none of a length, even with zeros before it. */
	private static final int MOST_DIGITS = 19;

	private boolean varies() {
		return this.length == VARIES;
	}

	@Override
	public int longest() {
		return varies() ? MOST_DIGITS + 1 : this.length;
	}

	@Override
	public long largest() {
		return varies() ? Long.MAX_VALUE : this.digits.largest(this.length);
	}

	@Override
	public int end(byte[] bytes, int from, int to) {
		if (!varies()) {
			return (to - from >= this.length) ? from + this.length : NONE;
		}
		int last = Math.min(to, from + MOST_DIGITS + 1);
		// There are few digits mostly: one by one is quicker.
		for (int at = from; at < last; at++) {
			if (bytes[at] == this.until) {
				return at + 1;
			}
		}
		return NONE;
	}

	@Override
	public long read(byte[] bytes, int from, int end) {
		int digitsEnd = varies() ? end - 1 : end;
		return (from < digitsEnd) ? this.digits.read(bytes, from, digitsEnd) : NONE;
	}

	@Override
	public @Nullable String fault(byte[] bytes, int from, int to) {
		int end = end(bytes, from, to);
		int digitsEnd = (end == NONE) ? to : (varies()) ? end - 1 : end;
		for (int at = from; at < digitsEnd; at++) {
			if (!this.digits.isDigit(bytes[at]) || at == from + MOST_DIGITS) {
				return expected(at - from, at, bytes[at]);
			}
		}
		if (end == NONE || read(bytes, from, end) != NONE) {
			return null;
		}
		return (from == digitsEnd) ? expected(0, from, this.until)
				: "announced length of %d digits is too large".formatted(digitsEnd - from);
	}

	private String expected(int digitsBefore, int offset, byte found) {
		String digit = (this.digits == Digits.HEX) ? "a hexadecimal digit" : "a digit";
		String end = Octets.character(this.until);
		String expected = digit;
		if (varies() && digitsBefore > 0) {
			expected = (digitsBefore < MOST_DIGITS) ? digit + " or " + end : end;
		}
		return "expected %s of the length at offset %d, found %s".formatted(expected, offset, Octets.hex(found));
	}

	@Override
	public int write(long value, byte[] target, int offset) {
		int count = varies() ? this.digits.count(value) : this.length;
		this.digits.write(value, target, offset, count);
		if (!varies()) {
			return count;
		}
		target[offset + count] = this.until;
		return count + 1;
	}

}
