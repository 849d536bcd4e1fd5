package io.framegate.closure;

/**
 * Text that a peer may have had a part in, such as the names in its certificate, made
 * safe for logs and records: a line break in it would forge a line.
 */
final class PlainText {

	private static final int MAX_LENGTH = 1000;

	private PlainText() {
	}

	/**
	 * Escapes what a terminal or a log would not print, as in {@code \\u000a}.
	 * @param text the text
	 * @return one line of at most 1,000 characters, longer ones ending in {@code ...}
	 */
	static String of(String text) {
		if (text.length() <= MAX_LENGTH && text.chars().allMatch(PlainText::isPlain)) {
			return text;
		}
		StringBuilder line = new StringBuilder();
		for (int i = 0; i < text.length() && line.length() < MAX_LENGTH; i++) {
			char letter = text.charAt(i);
			if (isPlain(letter)) {
				line.append(letter);
			}
			else {
				line.append("\\u%04x".formatted((int) letter));
			}
		}
		return (line.length() < MAX_LENGTH) ? line.toString() : line.substring(0, MAX_LENGTH) + "...";
	}

	private static boolean isPlain(int letter) {
		return switch (Character.getType(letter)) {
			case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR,
					Character.UNASSIGNED ->
				false;
			default -> true;
		};
	}

}
