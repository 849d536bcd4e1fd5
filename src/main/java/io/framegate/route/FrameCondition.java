package io.framegate.route;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.function.Predicate;
import java.util.regex.MatchResult;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;

/**
 * A condition on a frame: a regular expression (RE2) that is found in it, or
 * {@code @<offset>:<bytes>} for bytes at a fixed place, as text, {@code hex:…} or {@code
 * base64:…}. A regular expression sees each byte as one character (ISO 8859-1), and only
 * the beginning of a long frame.
 *
 * @param text the condition as it was written
 */
public record FrameCondition(String text) {

	/**
	 * A regular expression sees so many bytes of a frame. It runs on an event loop, where
	 * a megabyte would delay all other connections by a tenth of a second.
	 */
	public static final int SEARCHED_BYTES = 8 * 1024;

	private static final java.util.regex.Pattern BYTES = java.util.regex.Pattern.compile("@([0-9]{1,9}):(.+)",
			java.util.regex.Pattern.DOTALL);

	private static final String HEX = "hex:";

	/**
	 * Reads a condition.
	 * @param text the text
	 * @return the condition
	 * @throws IllegalArgumentException if it is neither
	 */
	public static FrameCondition of(String text) {
		FrameCondition condition = new FrameCondition(text);
		condition.compile();
		return condition;
	}

	/**
	 * Compiles the condition.
	 * @return tells whether a frame meets it; any thread may ask
	 */
	public Predicate<byte[]> compile() {
		java.util.regex.Matcher bytes = BYTES.matcher(this.text);
		return bytes.matches() ? at(bytes) : found(this.text);
	}

	private static Predicate<byte[]> at(MatchResult written) {
		int offset = Integer.parseInt(written.group(1));
		byte[] expected = bytes(written.group(2));
		return (frame) -> frame.length - expected.length >= offset
				&& Arrays.equals(frame, offset, offset + expected.length, expected, 0, expected.length);
	}

	private static byte[] bytes(String text) {
		try {
			if (text.startsWith(HEX)) {
				return HexFormat.of().parseHex(text.substring(HEX.length()));
			}
			return new Payload(text).bytes();
		}
		catch (IllegalArgumentException ex) {
			throw new IllegalArgumentException(
					"the bytes after the offset must be text, hex: and pairs of hexadecimal digits, or base64: and the bytes");
		}
	}

	private static Predicate<byte[]> found(String regex) {
		try {
			Pattern pattern = Pattern.compile(regex, Pattern.DOTALL);
			return (frame) -> pattern.matcher(searched(frame)).find();
		}
		catch (PatternSyntaxException ex) {
			throw new IllegalArgumentException(
					"must be a regular expression or @<offset>:<bytes>: " + ex.getDescription() + " in " + regex);
		}
	}

	/**
	 * What a regular expression sees of a frame.
	 * @param frame the frame
	 * @return a character for each byte
	 */
	public static String searched(byte[] frame) {
		return new String(frame, 0, Math.min(frame.length, SEARCHED_BYTES), StandardCharsets.ISO_8859_1);
	}

	@Override
	public String toString() {
		return this.text;
	}

}
