package io.framegate.mask;

import java.io.Serial;
import java.nio.charset.StandardCharsets;
import java.util.function.LongSupplier;

/**
 * Bytes as text, a character each, for as long as there is time. One thread.
 */
final class TimedText implements CharSequence {

	/** After so many characters it looks at the clock. */
	private static final int LOOK_AFTER = 64;

	private final byte[] bytes;

	private final int begin;

	private final int length;

	private final long deadline;

	private final LongSupplier clock;

	private int read;

	TimedText(byte[] bytes, int begin, int length, long deadline, LongSupplier clock) {
		this.bytes = bytes;
		this.begin = begin;
		this.length = length;
		this.deadline = deadline;
		this.clock = clock;
	}

	@Override
	public int length() {
		return this.length;
	}

	@Override
	public char charAt(int index) {
		this.read++;
		if (this.read % LOOK_AFTER == 0 && this.clock.getAsLong() - this.deadline > 0) {
			throw new TooLateException();
		}
		return (char) (this.bytes[this.begin + index] & 0xFF);
	}

	@Override
	public CharSequence subSequence(int start, int end) {
		return new TimedText(this.bytes, this.begin + start, end - start, this.deadline, this.clock);
	}

	@Override
	public String toString() {
		return new String(this.bytes, this.begin, this.length, StandardCharsets.ISO_8859_1);
	}

	/** There is no more time. */
	static final class TooLateException extends RuntimeException {

		@Serial
		private static final long serialVersionUID = 1L;

		TooLateException() {
			super("too late", null, false, false);
		}

	}

}
