package io.framegate.framing;

import java.util.Arrays;

/**
 * The payload bytes received of an incomplete frame. Its array doubles as bytes arrive
 * and is released with the frame. One thread at a time.
 */
final class PartialFrame {

	/**
	 * The longest payload that a Java array can safely hold, with room for a delimiter.
	 */
	static final int MAX = Integer.MAX_VALUE - 16;

	private static final int SMALLEST_ARRAY = 64;

	private static final byte[] NOTHING = {};

	private byte[] bytes = NOTHING;

	private int length;

	int length() {
		return this.length;
	}

	int capacity() {
		return this.bytes.length;
	}

	boolean endsWith(byte octet) {
		return this.length > 0 && this.bytes[this.length - 1] == octet;
	}

	/**
	 * Keeps more bytes.
	 * @param source holds the bytes
	 * @param from index of the first
	 * @param to index after the last
	 * @param mostEver the most bytes that this frame can have: no array is longer
	 */
	void append(byte[] source, int from, int to, int mostEver) {
		int needed = this.length + to - from;
		grow(needed, mostEver);
		System.arraycopy(source, from, this.bytes, this.length, to - from);
		this.length = needed;
	}

	/**
	 * Keeps one more byte.
	 * @param octet the byte
	 * @param mostEver the most bytes that this frame can have: no array is longer
	 */
	void append(byte octet, int mostEver) {
		grow(this.length + 1, mostEver);
		this.bytes[this.length++] = octet;
	}

	private void grow(int needed, int mostEver) {
		if (needed > this.bytes.length) {
			long roomy = Math.max(SMALLEST_ARRAY, Long.highestOneBit(needed - 1L) << 1);
			this.bytes = Arrays.copyOf(this.bytes, (int) Math.min(roomy, mostEver));
		}
	}

	/**
	 * Ends the frame: what was kept and these bytes. Nothing is kept afterwards.
	 * @param source holds the frame's last bytes
	 * @param from index of the first
	 * @param to index after the last; {@code from - n} if the last n bytes kept belong to
	 * the delimiter
	 * @return the payload, an array of its own
	 */
	byte[] finish(byte[] source, int from, int to) {
		if (this.length == 0) {
			return Arrays.copyOfRange(source, from, to);
		}
		int total = this.length + to - from;
		byte[] payload = this.bytes;
		if (payload.length != total) {
			payload = new byte[total];
			System.arraycopy(this.bytes, 0, payload, 0, Math.min(this.length, total));
		}
		if (from < to) {
			System.arraycopy(source, from, payload, this.length, to - from);
		}
		this.bytes = NOTHING;
		this.length = 0;
		return payload;
	}

	/**
	 * The first bytes kept, and what comes after them.
	 * @param more holds the bytes that come next
	 * @param from index of the first
	 * @param to index after the last
	 * @return at most {@link FirstBytes#ENOUGH} bytes
	 */
	byte[] first(byte[] more, int from, int to) {
		byte[] first = Arrays.copyOf(this.bytes,
				(int) Math.min(FirstBytes.ENOUGH, (long) this.length + Math.max(0, to - from)));
		if (first.length > this.length) {
			System.arraycopy(more, from, first, this.length, first.length - this.length);
		}
		return first;
	}

	byte[] copy() {
		return Arrays.copyOf(this.bytes, this.length);
	}

}
