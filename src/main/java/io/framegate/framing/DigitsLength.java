package io.framegate.framing;

import java.nio.charset.StandardCharsets;

import org.jspecify.annotations.Nullable;

/**
 * A length in ASCII digits: so many, or those before a certain byte.
 *
 * @param digits how many, 1 to 8, or {@link #VARIES}
 * @param radix 10 or 16
 * @param until the byte that ends the digits and belongs to the field, if their number
 * varies
 */
record DigitsLength(int digits, int radix, byte until) implements LengthNumber {

	/** More digits are none of a length, even with zeros before it. */
	private static final int MOST_DIGITS = 19;

	private static final byte[] CAPITALS = "0123456789ABCDEF".getBytes(StandardCharsets.US_ASCII);

	@Override
	public int length() {
		return this.digits;
	}

	@Override
	public int longest() {
		return (this.digits == VARIES) ? MOST_DIGITS + 1 : this.digits;
	}

	@Override
	public long largest() {
		return (this.digits == VARIES) ? Long.MAX_VALUE : (long) Math.pow(this.radix, this.digits) - 1;
	}

	@Override
	public int end(byte[] bytes, int from, int to) {
		if (this.digits != VARIES) {
			return (to - from >= this.digits) ? from + this.digits : NONE;
		}
		int last = Math.min(to, from + MOST_DIGITS + 1);
		for (int at = from; at < last; at++) {
			if (bytes[at] == this.until) {
				return at + 1;
			}
		}
		return NONE;
	}

	@Override
	public long read(byte[] bytes, int from, int end) {
		int digitsEnd = (this.digits == VARIES) ? end - 1 : end;
		if (from == digitsEnd) {
			return NONE;
		}
		long number = 0;
		for (int at = from; at < digitsEnd; at++) {
			int digit = digit(bytes[at]);
			if (digit < 0 || number > (Long.MAX_VALUE - digit) / this.radix) {
				return NONE;
			}
			number = number * this.radix + digit;
		}
		return number;
	}

	private int digit(byte octet) {
		int digit = octet - '0';
		if (digit >= 0 && digit <= 9) {
			return digit;
		}
		int letter = (octet | 0x20) - 'a';
		return (this.radix == 16 && letter >= 0 && letter <= 5) ? 10 + letter : NONE;
	}

	@Override
	public @Nullable String fault(byte[] bytes, int from, int to) {
		int end = end(bytes, from, to);
		boolean untilCame = end != NONE && this.digits == VARIES;
		int digitsEnd = (end == NONE) ? to : (untilCame) ? end - 1 : end;
		for (int at = from; at < digitsEnd; at++) {
			if (digit(bytes[at]) < 0 || at == from + MOST_DIGITS) {
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
		String digit = (this.radix == 16) ? "a hexadecimal digit" : "a digit";
		String end = Octets.character(this.until);
		String expected = digit;
		if (this.digits == VARIES && digitsBefore > 0) {
			expected = (digitsBefore < MOST_DIGITS) ? digit + " or " + end : end;
		}
		return "expected %s of the length at offset %d, found %s".formatted(expected, offset, Octets.hex(found));
	}

	@Override
	public int write(long value, byte[] target, int offset) {
		int count = (this.digits == VARIES) ? count(value) : this.digits;
		long rest = value;
		for (int at = offset + count - 1; at >= offset; at--) {
			target[at] = CAPITALS[(int) (rest % this.radix)];
			rest /= this.radix;
		}
		if (this.digits != VARIES) {
			return count;
		}
		target[offset + count] = this.until;
		return count + 1;
	}

	private int count(long value) {
		int count = 1;
		for (long rest = value; rest >= this.radix; rest /= this.radix) {
			count++;
		}
		return count;
	}

}
