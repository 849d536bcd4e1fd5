package io.framegate.route;

/**
 * The numbers that the gateway's own correlation keys are made of.
 *
 * @param first the lowest number, 0 or more
 * @param last the highest number, not below the first; at most 18 digits
 */
public record KeyRange(long first, long last) {

	private static final String FORM = "must be a range of whole numbers of up to 18 digits, such as 1-999999";

	/**
	 * Reads {@code 1-999999}.
	 * @param text the text
	 * @return the range
	 * @throws IllegalArgumentException if the text is anything else
	 */
	public static KeyRange of(String text) {
		String[] ends = text.strip().split("-", -1);
		if (ends.length != 2) {
			throw new IllegalArgumentException(FORM);
		}
		KeyRange range = new KeyRange(number(ends[0]), number(ends[1]));
		if (range.first > range.last) {
			throw new IllegalArgumentException("a range must go from lower to higher, such as 1-999999");
		}
		return range;
	}

	private static long number(String text) {
		String digits = text.strip();
		if (!digits.matches("[0-9]{1,18}")) {
			throw new IllegalArgumentException(FORM);
		}
		return Long.parseLong(digits);
	}

	@Override
	public String toString() {
		return this.first + "-" + this.last;
	}

}
