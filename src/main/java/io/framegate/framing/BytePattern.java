package io.framegate.framing;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the first bytes of a frame may be, as the configuration writes it: pairs of
 * hexadecimal digits, {@code ??} for any byte, or a class of characters such as
 * {@code [0-9]} or {@code [^A-Z]}, in any order; or {@code text:} and characters as in
 * {@link HexBytes}. Immutable; equal if the texts are.
 *
 * @param text as above
 */
public record BytePattern(String text) {

	private static final Pattern ELEMENT = Pattern.compile("\\s*(?:([0-9A-Fa-f]{2})|(\\?\\?)|\\[(\\^?)([^\\]]+)\\])");

	private static final int BYTES = 256;

	/**
	 * Reads a pattern.
	 * @throws IllegalArgumentException if the text is none
	 */
	public BytePattern {
		parse(text);
	}

	/**
	 * Reads a pattern.
	 * @param text as above
	 * @return the pattern
	 * @throws IllegalArgumentException if the text is none
	 */
	public static BytePattern of(String text) {
		return new BytePattern(text);
	}

	/**
	 * Which bytes may stand at each place.
	 * @return for each place 256 entries, an array of the caller's own
	 */
	public boolean[][] allowed() {
		return parse(this.text).toArray(boolean[][]::new);
	}

	private static List<boolean[]> parse(String text) {
		List<boolean[]> places = new ArrayList<>();
		if (text.startsWith("text:")) {
			for (byte one : HexBytes.of(text).toBytes()) {
				places.add(only(one & 0xFF));
			}
			return places;
		}
		Matcher matcher = ELEMENT.matcher(text.strip());
		int at = 0;
		String rest = text.strip();
		while (at < rest.length() && matcher.region(at, rest.length()).lookingAt()) {
			places.add(place(matcher));
			at = matcher.end();
		}
		if (at < rest.length() || places.isEmpty()) {
			throw new IllegalArgumentException(
					"must be pairs of hexadecimal digits, ?? for any byte, classes such as [0-9], or text:<characters>");
		}
		return places;
	}

	private static boolean[] place(Matcher element) {
		if (element.group(1) != null) {
			return only(Integer.parseInt(element.group(1), 16));
		}
		boolean[] allowed = new boolean[BYTES];
		if (element.group(2) != null) {
			Arrays.fill(allowed, true);
			return allowed;
		}
		boolean listed = element.group(3).isEmpty();
		Arrays.fill(allowed, !listed);
		String characters = element.group(4);
		for (int i = 0; i < characters.length(); i++) {
			char first = characters.charAt(i);
			boolean range = i + 2 < characters.length() && characters.charAt(i + 1) == '-';
			char last = range ? characters.charAt(i + 2) : first;
			if (last >= BYTES || first > last) {
				throw new IllegalArgumentException("has a class with an impossible range: [" + characters + "]");
			}
			Arrays.fill(allowed, first, last + 1, listed);
			i += range ? 2 : 0;
		}
		return allowed;
	}

	private static boolean[] only(int octet) {
		boolean[] allowed = new boolean[BYTES];
		allowed[octet] = true;
		return allowed;
	}

	@Override
	public String toString() {
		return this.text;
	}

}
