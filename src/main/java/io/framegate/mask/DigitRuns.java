package io.framegate.mask;

import java.util.function.IntPredicate;
import java.util.function.IntUnaryOperator;

/**
 * Finds card numbers in what is taken as a row of digits: 13 to 19 digits, the first not
 * 0, with at most two separators between any two of them, whose check digit is right
 * (Luhn). In a longer run of digits, any part of it may be one. One thread.
 */
final class DigitRuns {

	/** Stands between the digits of a number. */
	static final int SEPARATOR = -1;

	/** Ends a number. */
	static final int OTHER = -2;

	private static final int FEWEST = 13;

	private static final int MOST = 19;

	private static final int MAX_SEPARATORS = 2;

	private final IntUnaryOperator values;

	private final IntPredicate begins;

	private final int length;

	private final boolean openStart;

	private final boolean openEnd;

	private final Hider hider;

	private final int[] places;

	private final byte[] digits;

	private int count;

	/** Whether the run began with the first value. */
	private boolean atStart = true;

	/**
	 * What hides a digit.
	 */
	@FunctionalInterface
	interface Hider {

		void hide(int index);

	}

	/**
	 * A row of values.
	 * @param length how many there are
	 * @param values each value: 0 to 9, {@link #SEPARATOR} or {@link #OTHER}
	 * @param begins where a field begins, so that no number goes on
	 * @param openStart whether digits may stand before it that are not known
	 * @param openEnd whether digits may follow that are not known
	 * @param hider hides digits
	 */
	DigitRuns(int length, IntUnaryOperator values, IntPredicate begins, boolean openStart, boolean openEnd,
			Hider hider) {
		this.length = length;
		this.values = values;
		this.begins = begins;
		this.openStart = openStart;
		this.openEnd = openEnd;
		this.hider = hider;
		this.places = new int[length];
		this.digits = new byte[length];
	}

	void hide() {
		int separators = 0;
		for (int i = 0; i < this.length; i++) {
			int value = this.values.applyAsInt(i);
			if (this.begins.test(i)) {
				ended(false);
				separators = 0;
			}
			if (value >= 0) {
				this.places[this.count] = i;
				this.digits[this.count] = (byte) value;
				this.count++;
				separators = 0;
			}
			else if (value == OTHER || ++separators > MAX_SEPARATORS) {
				ended(false);
				separators = 0;
			}
		}
		ended(true);
	}

	private void ended(boolean atEnd) {
		if (this.atStart && this.openStart) {
			hide(0, Math.min(MOST - 1, this.count));
		}
		if (atEnd && this.openEnd) {
			hide(Math.max(0, this.count - MOST + 1), this.count);
		}
		for (int last = FEWEST - 1; last < this.count; last++) {
			int first = firstOfNumber(last);
			if (first >= 0) {
				hide(first, last + 1);
			}
		}
		this.count = 0;
		this.atStart = false;
	}

	/**
	 * Where the longest number begins that ends with a digit.
	 * @return its first digit, or -1 if there is none
	 */
	private int firstOfNumber(int last) {
		int sum = 0;
		int found = -1;
		int earliest = Math.max(0, last - MOST + 1);
		for (int i = last; i >= earliest; i--) {
			int digit = this.digits[i];
			boolean doubled = ((last - i) & 1) == 1;
			int weighed = doubled ? 2 * digit : digit;
			sum += (weighed > 9) ? weighed - 9 : weighed;
			if (last - i + 1 >= FEWEST && digit != 0 && sum % 10 == 0) {
				found = i;
			}
		}
		return found;
	}

	private void hide(int from, int to) {
		for (int i = from; i < to; i++) {
			this.hider.hide(this.places[i]);
		}
	}

}
