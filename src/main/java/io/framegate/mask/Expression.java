package io.framegate.mask;

import java.util.function.LongSupplier;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;

/**
 * Hides what a regular expression finds. It runs in linear time (RE2); a frame that takes
 * too long for all that is cut short. Any thread may call.
 */
final class Expression {

	private final Pattern pattern;

	private final LongSupplier clock;

	Expression(String expression, LongSupplier clock) {
		this.pattern = Pattern.compile(expression, Pattern.DOTALL);
		this.clock = clock;
	}

	/**
	 * Hides what is found.
	 * @param frame the frame
	 * @param length how many of its bytes are searched
	 * @param deadline when to give up
	 * @param hidden takes what is hidden
	 * @return whether the search came to its end
	 */
	boolean hide(byte[] frame, int length, long deadline, Hidden hidden) {
		try {
			Matcher matcher = this.pattern.matcher(new TimedText(frame, 0, length, deadline, this.clock));
			while (matcher.find()) {
				if (matcher.groupCount() == 0) {
					hidden.hide(matcher.start(), matcher.end());
				}
				for (int group = 1; group <= matcher.groupCount(); group++) {
					if (matcher.start(group) >= 0) {
						hidden.hide(matcher.start(group), matcher.end(group));
					}
				}
			}
			return true;
		}
		catch (TimedText.TooLateException ex) {
			return false;
		}
	}

}
