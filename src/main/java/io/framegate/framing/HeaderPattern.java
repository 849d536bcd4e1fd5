package io.framegate.framing;

import java.util.Arrays;

import org.jspecify.annotations.Nullable;

/**
 * What the first bytes of a frame must be when it is read, and are when it is written.
 * Bytes of the length field are free, but for the bits that a mask takes from it.
 * Immutable; any thread may call.
 */
final class HeaderPattern {

	private static final int BYTES = 256;

	/** Which bytes may stand at each place. */
	private final boolean[][] allowed;

	private final byte[] written;

	/** The same as a number, if it is short. */
	private final long writtenAs;

	/** Bits of the first eight bytes that must be as they are written. */
	private final long fixed;

	private final long fixedAs;

	/** Whether those bits are all that matters. */
	private final boolean fixedOnly;

	private HeaderPattern(boolean[][] allowed, byte[] written) {
		this.allowed = allowed;
		this.written = written;
		this.writtenAs = (written.length > 0 && written.length <= Long.BYTES)
				? Octets.number(written, 0, written.length) : 0;
		byte[] bits = new byte[Long.BYTES];
		boolean only = allowed.length <= Long.BYTES;
		for (int at = 0; at < allowed.length && only; at++) {
			bits[at] = (byte) fixedBits(allowed[at], written[at]);
			only = isFixedOnly(allowed[at], written[at], bits[at]);
		}
		this.fixedOnly = only;
		this.fixed = Octets.eight(bits, 0);
		this.fixedAs = Octets.eight(Arrays.copyOf(written, Math.max(Long.BYTES, written.length)), 0) & this.fixed;
	}

	private static int fixedBits(boolean[] allowed, byte written) {
		int varying = 0;
		for (int octet = 0; octet < BYTES; octet++) {
			varying |= allowed[octet] ? octet ^ written : 0;
		}
		return ~varying;
	}

	private static boolean isFixedOnly(boolean[] allowed, byte written, byte fixed) {
		boolean only = true;
		for (int octet = 0; octet < BYTES; octet++) {
			only &= allowed[octet] == (((octet ^ written) & fixed & 0xFF) == 0);
		}
		return only;
	}

	/**
	 * The header of a declaration.
	 * @param declared as declared, or {@code null}: zeros where stripped
	 * @param stripped how many bytes are stripped
	 * @param length how many bytes belong to the header, at least those stripped
	 * @param field the index of the length field's first byte
	 * @param taken for each byte of the field the bits that are the length's
	 */
	static HeaderPattern of(@Nullable BytePattern declared, int stripped, int length, int field, byte[] taken) {
		boolean[][] patterns = (declared != null) ? declared.allowed() : new boolean[0][];
		boolean[][] allowed = new boolean[length][];
		byte[] written = new byte[length];
		int last = 0;
		for (int at = 0; at < length; at++) {
			boolean[] pattern = (at < patterns.length) ? patterns[at] : only(at < stripped);
			int bits = (at >= field && at < field + taken.length) ? taken[at - field] & 0xFF : 0;
			allowed[at] = without(pattern, bits);
			written[at] = (byte) (first(allowed[at], true) & ~bits);
			if (first(allowed[at], false) < BYTES) {
				last = at + 1;
			}
		}
		return new HeaderPattern(Arrays.copyOf(allowed, last), written);
	}

	private static boolean[] only(boolean zero) {
		boolean[] allowed = new boolean[BYTES];
		Arrays.fill(allowed, !zero);
		allowed[0] = true;
		return allowed;
	}

	/** The bytes that are allowed if some of their bits may be anything. */
	private static boolean[] without(boolean[] pattern, int bits) {
		if (bits == 0) {
			return pattern;
		}
		boolean[] allowed = new boolean[BYTES];
		for (int octet = 0; octet < BYTES; octet++) {
			for (int same = 0; same < BYTES && !allowed[octet]; same++) {
				allowed[octet] = pattern[same] && (same & ~bits) == (octet & ~bits);
			}
		}
		return allowed;
	}

	private static int first(boolean[] allowed, boolean value) {
		int octet = 0;
		while (octet < BYTES && allowed[octet] != value) {
			octet++;
		}
		return octet;
	}

	/**
	 * How many first bytes are looked at.
	 */
	int length() {
		return this.allowed.length;
	}

	/**
	 * Whether a whole header is at an index.
	 * @param bytes holds a frame
	 * @param frame the index where the frame begins
	 * @return {@code false} also if it has to be looked at byte by byte
	 */
	boolean isAt(byte[] bytes, int frame) {
		return this.allowed.length == 0 || this.fixedOnly && frame <= bytes.length - Long.BYTES
				&& (Octets.eight(bytes, frame) & this.fixed) == this.fixedAs;
	}

	/**
	 * The first byte that may not stand where it does.
	 * @param bytes holds a frame
	 * @param frame the index where the frame begins
	 * @param from the index of the first byte to look at
	 * @param to the index after the last; those after the header don't matter
	 * @return its index, or -1
	 */
	int misfit(byte[] bytes, int frame, int from, int to) {
		int end = Math.min(to, frame + this.allowed.length);
		for (int at = from; at < end; at++) {
			if (!this.allowed[at - frame][bytes[at] & 0xFF]) {
				return at;
			}
		}
		return -1;
	}

	/**
	 * Says which bytes may stand at an offset that is looked at.
	 */
	String expected(int offset) {
		boolean[] places = this.allowed[offset];
		StringBuilder expected = new StringBuilder();
		for (int octet = 0; octet < BYTES; octet++) {
			int end = octet;
			while (end < BYTES && places[end]) {
				end++;
			}
			if (end > octet) {
				expected.append(expected.isEmpty() ? "" : " or ").append(Octets.hex(octet));
				expected.append((end > octet + 1) ? " to " + Octets.hex(end - 1) : "");
				octet = end;
			}
		}
		return expected.toString();
	}

	/**
	 * Writes the header's first bytes.
	 */
	void write(byte[] target, int offset, int length) {
		if (length > 0 && length == this.written.length && length <= Long.BYTES) {
			Octets.write(this.writtenAs, target, offset, length);
		}
		else if (length > 0) {
			System.arraycopy(this.written, 0, target, offset, length);
		}
	}

	/**
	 * Some of the bytes that are written.
	 */
	byte[] written(int from, int length) {
		return Arrays.copyOfRange(this.written, from, from + length);
	}

}
