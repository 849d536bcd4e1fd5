package io.framegate.framing;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * The bytes that a frame begins with. Immutable.
 */
final class StartDelimiter {

	private final byte[] bytes;

	/** Whether bytes before it are skipped. */
	private final boolean skips;

	/** Finds it behind others. */
	private final DelimiterSet set;

	private final OctetFinder first;

	StartDelimiter(byte[] bytes, boolean skips) {
		this.bytes = bytes.clone();
		this.skips = skips;
		this.set = new DelimiterSet(List.of(this.bytes));
		this.first = new OctetFinder(this.set.firsts());
	}

	int length() {
		return this.bytes.length;
	}

	boolean skips() {
		return this.skips;
	}

	/**
	 * How many of its bytes have come after one more byte.
	 * @param matched how many came before
	 * @param octet the byte
	 * @return a number of bytes, none if the byte cannot belong to it
	 */
	int next(int matched, byte octet) {
		if (this.skips) {
			// Of a single delimiter, the states are numbered in order.
			return this.set.next(matched, octet);
		}
		return (this.bytes[matched] == octet) ? matched + 1 : 0;
	}

	/**
	 * Where it may begin.
	 * @param from holds the bytes
	 * @param at index of the first
	 * @param to index after the last
	 * @return an index, {@code to} if it does not begin here
	 */
	int indexOfFirst(byte[] from, int at, int to) {
		return this.skips ? this.first.indexOf(from, at, to) : at;
	}

	/**
	 * What begins a frame, for a message.
	 */
	String expected() {
		return (this.bytes.length == 1) ? "%s (%s)".formatted(Octets.name(this.bytes[0]), Octets.hex(this.bytes[0]))
				: hex(this.bytes, this.bytes.length);
	}

	/**
	 * What came in its place, for a message.
	 * @param matched how many of its bytes came
	 * @param octet the byte that came then
	 */
	String found(int matched, byte octet) {
		if (this.bytes.length == 1) {
			return Octets.hex(octet);
		}
		byte[] found = first(matched + 1);
		found[matched] = octet;
		return hex(found, matched + 1);
	}

	private static String hex(byte[] bytes, int length) {
		return "0x" + HexFormat.of().withUpperCase().formatHex(bytes, 0, length);
	}

	/**
	 * Its first bytes.
	 * @param count how many
	 * @return an array of the caller's own
	 */
	byte[] first(int count) {
		return Arrays.copyOf(this.bytes, count);
	}

	int write(byte[] target, int offset) {
		System.arraycopy(this.bytes, 0, target, offset, this.bytes.length);
		return this.bytes.length;
	}

}
