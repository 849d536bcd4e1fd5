package io.framegate.framing;

import java.util.stream.LongStream;

/**
 * Reads and writes numbers in ASCII digits, eight at a time. Any thread may call.
 */
enum Digits {

	/** Base 10. */
	DECIMAL(10) {
		@Override
		long value(long digits, int count) {
			long each = digits ^ LOW_BITS * '0' & BinaryLength.fullMask(count);
			boolean right = ((each + LOW_BITS * (0x7F - 9) | each) & LOW_BITS * 0x80) == 0;
			long twos = (each & EACH_2ND) + 10 * (each >>> 8 & EACH_2ND);
			return right ? ofTwos(twos) : LengthNumber.NONE;
		}

		@Override
		long digits(long value) {
			long twos = twos(value);
			long tens = tens(twos);
			return LOW_BITS * '0' + (twos - 10 * tens | tens << 8);
		}
	},

	/** Base 16; written in capitals. */
	HEX(16) {
		@Override
		long value(long digits, int count) {
			long letters = digits >>> 6 & LOW_BITS;
			long each = (digits & LOW_BITS * 0xF) + 9 * letters;
			long capitals = digits & ~(letters << 5);
			if (((characters(each) ^ capitals) & BinaryLength.fullMask(count)) != 0 || (each & LOW_BITS * 0xF0) != 0) {
				return LengthNumber.NONE;
			}
			return joined((each | each >>> 4) & EACH_2ND);
		}

		@Override
		long digits(long value) {
			long twos = apart(value);
			return characters((twos | twos << 4) & LOW_BITS * 0xF);
		}

		private static long characters(long each) {
			return each + LOW_BITS * '0' + 7 * (each + LOW_BITS * 6 >>> 4 & LOW_BITS);
		}
	};

	private static final long LOW_BITS = 0x0101_0101_0101_0101L;

	private static final long EACH_2ND = 0x00FF_00FF_00FF_00FFL;

	private static final long EACH_4TH = 0x0000_FFFF_0000_FFFFL;

	private final int radix;

	/** The least numbers of more and more digits. */
	private final long[] powers;

	/** The value of each byte. */
	private final byte[] values = new byte[256];

	Digits(int radix) {
		this.radix = radix;
		for (int octet = 0; octet < this.values.length; octet++) {
			this.values[octet] = (byte) ((octet < 0x80) ? Character.digit(octet, radix) : LengthNumber.NONE);
		}
		this.powers = LongStream.iterate(1, (power) -> power * radix)
			.limit(Long.toString(Long.MAX_VALUE, radix).length())
			.toArray();
	}

	/** Four numbers below 100 in 16 bits each, as one number. */
	private static long ofTwos(long twos) {
		long fours = (twos & EACH_4TH) + 100 * (twos >>> 16 & EACH_4TH);
		return (fours & 0xFFFF_FFFFL) + 10_000 * (fours >>> 32);
	}

	/** The reverse. */
	private static long twos(long value) {
		long fours = (value < 10_000) ? value : value % 10_000 | value / 10_000 << 32;
		long hundreds = fours * 10_486 >>> 20 & 0x0000_007F_0000_007FL;
		return fours - 100 * hundreds | hundreds << 16;
	}

	/** Four numbers below 100 by ten. */
	private static long tens(long twos) {
		return twos * 103 >>> 10 & 0x000F_000F_000F_000FL;
	}

	/** Four bytes in 16 bits each, side by side. */
	private static long joined(long twos) {
		long fours = (twos | twos >>> 8) & EACH_4TH;
		return (fours | fours >>> 16) & 0xFFFF_FFFFL;
	}

	/** The reverse. */
	private static long apart(long bytes) {
		long fours = (bytes | bytes << 16) & EACH_4TH;
		return (fours | fours << 8) & EACH_2ND;
	}

	/**
	 * The value of packed digits.
	 * @param packed at most 16 digits of 4 bits each
	 * @return 0 or more, or {@link LengthNumber#NONE} if one is no digit
	 */
	static long packedValue(long packed) {
		if ((packed & (packed << 1 | packed << 2) & 0x8888_8888_8888_8888L) != 0) {
			return LengthNumber.NONE;
		}
		long low = ofPacked(packed & 0xFFFF_FFFFL);
		return (packed >>> 32 == 0) ? low : 100_000_000 * ofPacked(packed >>> 32) + low;
	}

	private static long ofPacked(long packed) {
		long twos = apart(packed);
		// A byte of two digits is 6 less for each ten than its bits say.
		return ofTwos(twos - 6 * (twos >>> 4 & 0x000F_000F_000F_000FL));
	}

	/**
	 * A value in packed digits.
	 * @param value at most 16 digits
	 */
	static long packed(long value) {
		return (value < 100_000_000) ? packed8(value)
				: packed8(value % 100_000_000) | packed8(value / 100_000_000) << 32;
	}

	private static long packed8(long value) {
		long twos = twos(value);
		return joined(twos + 6 * tens(twos));
	}

	/**
	 * The value of at most eight digits.
	 * @param digits as bytes of a number, the last digit the lowest
	 * @param count how many
	 * @return 0 or more, or {@link LengthNumber#NONE} if one is no digit
	 */
	abstract long value(long digits, int count);

	/**
	 * The last eight digits of a value that has no more.
	 * @return bytes of a number, the last digit the lowest
	 */
	abstract long digits(long value);

	int radix() {
		return this.radix;
	}

	boolean isDigit(byte octet) {
		return value(octet) >= 0;
	}

	/**
	 * The value of a digit.
	 * @return 0 or more, or {@link LengthNumber#NONE}
	 */
	int value(byte octet) {
		return this.values[octet & 0xFF];
	}

	/**
	 * Reads a number.
	 * @return 0 or more, or {@link LengthNumber#NONE} if there is a character that is no
	 * digit, or the number is larger than a long
	 */
	long read(byte[] bytes, int from, int to) {
		if (to - from <= Long.BYTES) {
			return value(Octets.number(bytes, from, to - from), to - from);
		}
		long number = 0;
		for (int at = from; at < to; at++) {
			int digit = value(bytes[at]);
			if (digit < 0 || number > (Long.MAX_VALUE - digit) / this.radix) {
				return LengthNumber.NONE;
			}
			number = number * this.radix + digit;
		}
		return number;
	}

	/**
	 * Writes a number with zeros before it.
	 * @param value the number
	 * @param target where to write
	 * @param at the index of the first digit
	 * @param count how many digits, at least those of the number
	 */
	void write(long value, byte[] target, int at, int count) {
		long rest = value;
		int end = at + count;
		for (; end - at > Long.BYTES; end--) {
			target[end - 1] = (byte) digits(rest % this.radix);
			rest /= this.radix;
		}
		Octets.write(digits(rest), target, at, end - at);
	}

	/**
	 * The largest number of so many digits.
	 * @param count less than a long may have
	 */
	long largest(int count) {
		return this.powers[count] - 1;
	}

	/**
	 * How many digits a number has.
	 */
	int count(long value) {
		int count = 1;
		while (count < this.powers.length && value >= this.powers[count]) {
			count++;
		}
		return count;
	}

}
