package io.framegate.actuate;

import org.jspecify.annotations.Nullable;

/**
 * Text from outside, made safe for logs and audit events: a line break in it would forge
 * a line.
 */
public final class OneLine {

	private static final int MAX_LENGTH = 200;

	private OneLine() {
	}

	/**
	 * Escapes what a terminal or a log would not print, as in {@code \\u000a}.
	 * @param text the text
	 * @return one line of at most 200 characters, longer ones ending in {@code ...}
	 */
	public static String of(@Nullable Object text) {
		String whole = String.valueOf(text);
		StringBuilder line = new StringBuilder();
		for (int i = 0; i < whole.length() && line.length() < MAX_LENGTH; i++) {
			char letter = whole.charAt(i);
			if (isPlain(letter)) {
				line.append(letter);
			}
			else {
				line.append("\\u%04x".formatted((int) letter));
			}
		}
		return (line.length() < MAX_LENGTH) ? line.toString() : line.substring(0, MAX_LENGTH) + "...";
	}

	private static boolean isPlain(char letter) {
		return switch (Character.getType(letter)) {
			case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR,
					Character.UNASSIGNED ->
				false;
			default -> true;
		};
	}

}
