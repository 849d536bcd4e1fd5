package io.framegate.actuate;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads bytes as people copy them: hexadecimal digits with or without spaces, colons and
 * line ends, or lines with offsets and characters as xxd, hexdump -C, tcpdump -X and
 * Wireshark write them.
 */
final class HexDump {

	/** The most bytes that are read. */
	static final int MAX = 64 * 1024;

	private static final int MAX_LINE = 64;

	/** An offset at the beginning of a line, and what follows it. */
	private static final Pattern LINE = Pattern.compile("\\s*(?:0[xX])?([0-9A-Fa-f]{4,8})(?::\\s*|\\s{2,}|\\t)(.*)");

	private static final Pattern LAST = Pattern.compile("\\s*(?:0[xX])?[0-9A-Fa-f]{4,8}:?\\s*");

	private static final Pattern GROUP = Pattern.compile("(?:[0-9A-Fa-f]{2})+");

	private static final Pattern NO_DIGITS = Pattern.compile("(?:\\\\x|0[xX](?=[0-9A-Fa-f]{2}))|[\\s:,-]");

	private static final String ALLOWED = "hexadecimal digits, or the output of xxd, hexdump -C, tcpdump -X or Wireshark";

	private HexDump() {
	}

	/**
	 * Reads bytes.
	 * @param text as above
	 * @return the bytes, 1 to {@link #MAX}
	 * @throws RejectedRequest if the text is anything else
	 */
	static byte[] read(String text) {
		List<String> lines = text.lines().filter((line) -> !line.isBlank()).toList();
		byte[] bytes = (!lines.isEmpty() && LINE.matcher(lines.getFirst()).matches()) ? dump(lines) : digits(text);
		if (bytes.length == 0) {
			throw RejectedRequest.because("'bytes' is empty: it must be " + ALLOWED);
		}
		if (bytes.length > MAX) {
			throw RejectedRequest.because("'bytes' has %d bytes: at most %d are tried".formatted(bytes.length, MAX));
		}
		return bytes;
	}

	private static byte[] digits(String text) {
		String digits = NO_DIGITS.matcher(text).replaceAll("");
		for (int i = 0; i < digits.length(); i++) {
			if (Character.digit(digits.charAt(i), 16) < 0 || digits.charAt(i) > 'f') {
				throw RejectedRequest
					.because("'bytes' has the character '%c': it must be %s".formatted(digits.charAt(i), ALLOWED));
			}
		}
		if (digits.length() % 2 != 0) {
			throw RejectedRequest.because(
					"'bytes' has %d hexadecimal digits, an odd number: two make a byte".formatted(digits.length()));
		}
		return HexFormat.of().parseHex(digits);
	}

	/**
	 * Lines with offsets. A dump may begin again at 0, as with one packet after another.
	 */
	private static byte[] dump(List<String> lines) {
		ByteArrayOutputStream all = new ByteArrayOutputStream();
		int begin = 0;
		for (int i = 0; i < lines.size(); i++) {
			Matcher line = LINE.matcher(lines.get(i));
			if (!line.matches()) {
				if (LAST.matcher(lines.get(i)).matches()) {
					// hexdump -C ends with the length.
					continue;
				}
				throw RejectedRequest.because("Line %d of 'bytes' has no offset, unlike the first".formatted(i + 1));
			}
			long offset = Long.parseLong(line.group(1), 16);
			if (offset == 0) {
				begin = all.size();
			}
			if (offset != all.size() - begin) {
				throw RejectedRequest.because("Line %d of 'bytes' has the offset %s, but %d bytes come before it"
					.formatted(i + 1, line.group(1), all.size() - begin));
			}
			all.writeBytes(HexFormat.of().parseHex(String.join("", groups(line.group(2), wanted(lines, i, offset)))));
		}
		return all.toByteArray();
	}

	/**
	 * How many bytes a line has by the offset of the next one, 0 if that does not tell.
	 */
	private static int wanted(List<String> lines, int at, long offset) {
		if (at + 1 == lines.size()) {
			return 0;
		}
		Matcher next = LINE.matcher(lines.get(at + 1));
		String text = next.matches() ? next.group(1) : lines.get(at + 1).strip().replaceFirst(":$", "");
		try {
			long length = Long.parseLong(text.replaceFirst("^0[xX]", ""), 16) - offset;
			return (length > 0 && length <= MAX_LINE) ? (int) length : 0;
		}
		catch (NumberFormatException ex) {
			return 0;
		}
	}

	/**
	 * The digits of a line, without the characters after them: these come after two
	 * spaces, but so may the second half of the digits.
	 */
	private static List<String> groups(String rest, int wanted) {
		int bar = rest.indexOf("  |");
		String line = (bar >= 0) ? rest.substring(0, bar) : rest;
		List<String> groups = new ArrayList<>();
		int bytes = 0;
		int at = 0;
		Matcher group = GROUP.matcher(line);
		while (at < line.length()) {
			int word = at;
			while (word < line.length() && Character.isWhitespace(line.charAt(word))) {
				word++;
			}
			int end = word;
			while (end < line.length() && !Character.isWhitespace(line.charAt(end))) {
				end++;
			}
			boolean gap = word - at > 1 && !groups.isEmpty() && bar < 0;
			if (word == end || (wanted > 0 && bytes >= wanted) || (gap && wanted == 0)
					|| !group.region(word, end).matches()) {
				break;
			}
			groups.add(line.substring(word, end));
			bytes += (end - word) / 2;
			at = end;
		}
		return groups;
	}

}
