package io.framegate.framing;

import java.util.Arrays;

/**
 * A frame longer than the limit that is skipped: its first bytes are kept, the others
 * only counted. One thread at a time.
 */
final class OversizeFrame {

	/** At least so many bytes are skipped, whatever the limit. */
	private static final long LENIENT = 64L * 1024 * 1024;

	/** Up to so many times the limit is skipped. */
	private static final long TIMES = 16;

	private final byte[] start;

	private final String fault;

	private int length;

	private byte last;

	/**
	 * None of its bytes yet.
	 * @param kept how many of its first bytes to keep
	 * @param fault what is wrong with it
	 */
	OversizeFrame(int kept, String fault) {
		this.start = new byte[kept];
		this.fault = fault;
	}

	/**
	 * The longest frame that is skipped. A longer length is probably no length, such as
	 * text in place of a header.
	 * @param limit the longest frame that is taken, in bytes
	 * @return a number of bytes
	 */
	static int longest(int limit) {
		return (int) Math.min(PartialFrame.MAX, Math.max(LENIENT, TIMES * limit));
	}

	/**
	 * Skips bytes.
	 * @param bytes holds the bytes
	 * @param from index of the first
	 * @param to index after the last
	 */
	void skip(byte[] bytes, int from, int to) {
		if (from < to) {
			int room = Math.min(Math.max(0, this.start.length - this.length), to - from);
			if (room > 0) {
				System.arraycopy(bytes, from, this.start, this.length, room);
			}
			this.length += to - from;
			this.last = bytes[to - 1];
		}
	}

	int length() {
		return this.length;
	}

	boolean endsWith(byte octet) {
		return this.length > 0 && this.last == octet;
	}

	int heldBytes() {
		return this.start.length;
	}

	byte[] start() {
		return start(0);
	}

	/**
	 * The first bytes that were kept.
	 * @param others how many of the last bytes skipped belong to a delimiter
	 */
	byte[] start(int others) {
		int payload = this.length - others;
		return (payload < this.start.length) ? Arrays.copyOf(this.start, payload) : this.start;
	}

	String fault() {
		return this.fault;
	}

}
