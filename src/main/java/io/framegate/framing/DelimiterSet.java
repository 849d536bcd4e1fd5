package io.framegate.framing;

import java.util.Arrays;
import java.util.List;

/**
 * Finds the first of several delimiters in bytes that arrive piece by piece, as the
 * automaton of Aho and Corasick does: its states are the beginnings of delimiters, and no
 * byte is looked at twice. The delimiter that ends first counts, and the longest of those
 * that end with the same byte. Immutable.
 */
final class DelimiterSet {

	/** No delimiter has begun. */
	static final int NOTHING = 0;

	private static final int OCTETS = 256;

	private static final byte[] NONE = {};

	/** The next state by state and byte. */
	private final short[] next;

	/** By state, how many bytes the beginning of a delimiter has that was found. */
	private final int[] begun;

	/** By state, the delimiter that has ended, if any. */
	private final byte[][] ended;

	/** By state, how many bytes are missing at least until a delimiter ends. */
	private final int[] missing;

	private final int longest;

	DelimiterSet(List<byte[]> delimiters) {
		int states = 1 + delimiters.stream().mapToInt((one) -> one.length).sum();
		this.next = new short[states * OCTETS];
		this.begun = new int[states];
		this.ended = new byte[states][];
		Arrays.fill(this.ended, NONE);
		this.missing = new int[states];
		this.longest = delimiters.stream().mapToInt((one) -> one.length).max().orElse(0);
		Arrays.fill(this.missing, Integer.MAX_VALUE);
		int count = 1;
		for (byte[] delimiter : delimiters) {
			count = add(delimiter, count);
		}
		connect(new int[count]);
	}

	private int add(byte[] delimiter, int states) {
		int count = states;
		int state = NOTHING;
		this.missing[state] = Math.min(this.missing[state], delimiter.length);
		for (int i = 0; i < delimiter.length; i++) {
			int to = index(state, delimiter[i]);
			if (this.next[to] == NOTHING) {
				this.next[to] = (short) count;
				this.begun[count++] = i + 1;
			}
			state = this.next[to];
			this.missing[state] = Math.min(this.missing[state], delimiter.length - i - 1);
		}
		this.ended[state] = delimiter;
		return count;
	}

	/**
	 * Where a state has no next one, the longest beginning goes on that its bytes end
	 * with.
	 */
	private void connect(int[] queue) {
		int[] shorter = new int[queue.length];
		int tail = 1;
		for (int head = 0; head < tail; head++) {
			int state = queue[head];
			int fallback = shorter[state];
			if (this.ended[state].length == 0) {
				this.ended[state] = this.ended[fallback];
			}
			this.missing[state] = Math.min(this.missing[state], this.missing[fallback]);
			for (int octet = 0; octet < OCTETS; octet++) {
				int to = index(state, (byte) octet);
				short elsewhere = (state == NOTHING) ? NOTHING : this.next[index(fallback, (byte) octet)];
				if (this.next[to] == NOTHING) {
					this.next[to] = elsewhere;
				}
				else {
					shorter[this.next[to]] = elsewhere;
					queue[tail++] = this.next[to];
				}
			}
		}
	}

	private static int index(int state, byte octet) {
		return state << Byte.SIZE | octet & 0xFF;
	}

	/**
	 * The state after one more byte.
	 */
	int next(int state, byte octet) {
		return this.next[index(state, octet)];
	}

	/**
	 * The length of the delimiter that has just ended, 0 for none.
	 */
	int ended(int state) {
		return this.ended[state].length;
	}

	/**
	 * The delimiter that has just ended.
	 */
	byte[] delimiter(int state) {
		return this.ended[state];
	}

	/**
	 * How many of the last bytes may belong to a delimiter.
	 */
	int begun(int state) {
		return this.begun[state];
	}

	/**
	 * How many more bytes have to come at least until a delimiter ends.
	 */
	int missing(int state) {
		return this.missing[state];
	}

	int longest() {
		return this.longest;
	}

	/**
	 * The bytes that a delimiter begins with.
	 * @return 256 entries, an array of the caller's own
	 */
	boolean[] firsts() {
		boolean[] firsts = new boolean[OCTETS];
		for (int octet = 0; octet < OCTETS; octet++) {
			firsts[octet] = next(NOTHING, (byte) octet) != NOTHING;
		}
		return firsts;
	}

}
