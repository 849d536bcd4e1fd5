package io.framegate.framing;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What text a frame may be: with its length before it, or an end of its own. Text is in
 * ISO 8859-1, a character for each byte. Any thread may call.
 */
final class KnownTexts {

	private static final Pattern COUNTED_SYSLOG = Pattern.compile("[1-9][0-9]{0,5} <[0-9]{1,3}>");

	private static final Pattern SYSLOG = Pattern.compile("<[0-9]{1,3}>[1A-Z]");

	private static final Pattern NETSTRING = Pattern.compile("(0|[1-9][0-9]{0,7}):");

	private static final Pattern ASCII_LENGTH = Pattern.compile("[0-9]{4}");

	private static final String SEPARATORS = "-/:.,; ";

	private static final Pattern JSON = Pattern.compile("\\s*(\\{\\s*[\"}]|\\[\\s*[\\[{\"\\]])");

	private static final Pattern XML = Pattern.compile("\\s*<(\\?xml|[A-Za-z!])");

	private static final Pattern PLAIN = Pattern.compile("[\\x20-\\x7E\\x80-\\xFF\\t\\r\\n]*+\\x00?");

	private static final Pattern PRINTED = Pattern.compile("[\\x20-\\x7E\\t\\r\\n]++\\x00?");

	private static final char STX = 2;

	private static final char ETX = 3;

	private static final int LENGTH_DIGITS = 4;

	private KnownTexts() {
	}

	/**
	 * What text that begins so is.
	 * @param text the first bytes
	 * @param received how many bytes have come
	 * @return a name; empty if it is no known text
	 */
	static String name(String text, int received) {
		boolean whole = received <= text.length();
		if (COUNTED_SYSLOG.matcher(text).lookingAt()) {
			return "syslog with octet counting (framing `syslog-octets`)";
		}
		if (SYSLOG.matcher(text).lookingAt()) {
			String end = end(text, whole);
			return end.isEmpty() ? "syslog without octet counting (framing `syslog`)" : "syslog" + end;
		}
		Matcher netstring = NETSTRING.matcher(text);
		if (netstring.lookingAt() && hasComma(text, netstring)) {
			return "a netstring (framing `netstring`)";
		}
		if (text.length() > 3 && text.charAt(0) == STX && whole) {
			if (text.charAt(text.length() - 1) == ETX) {
				return "STX and ETX around a frame (framing `stx-etx`)";
			}
			if (text.charAt(text.length() - 2) == ETX) {
				return "STX and ETX around a frame, with a check byte behind them";
			}
		}
		if (PLAIN.matcher(text).matches()) {
			if (JSON.matcher(text).lookingAt()) {
				return "JSON" + end(text, whole);
			}
			if (XML.matcher(text).lookingAt()) {
				return "XML" + end(text, whole);
			}
		}
		return mayBeAsciiLength(text, received) ? "four ASCII digits of length (framing `ascii4`)" : "";
	}

	/** If the end of the string can be seen, it must be a comma. */
	private static boolean hasComma(String text, Matcher length) {
		long end = length.end() + Long.parseLong(length.group(1));
		return (end < text.length()) ? text.charAt((int) end) == ',' : !text.equals(length.group());
	}

	/**
	 * If more has come than the length says, another length must follow.
	 */
	private static boolean mayBeAsciiLength(String text, int received) {
		if (text.length() <= LENGTH_DIGITS || !ASCII_LENGTH.matcher(text).lookingAt()) {
			return false;
		}
		if (SEPARATORS.indexOf(text.charAt(LENGTH_DIGITS)) >= 0) {
			// A date, or another number.
			return false;
		}
		int end = LENGTH_DIGITS + Integer.parseInt(text.substring(0, LENGTH_DIGITS));
		if (end == received || end + LENGTH_DIGITS > text.length()) {
			return end > LENGTH_DIGITS;
		}
		return end > LENGTH_DIGITS && ASCII_LENGTH.matcher(text).region(end, end + LENGTH_DIGITS).matches();
	}

	/**
	 * Lines, or text with another end.
	 * @param text the first bytes
	 * @param received how many bytes have come
	 * @return a name; empty if it is not printable or no end of it can be seen
	 */
	static String lines(String text, int received) {
		String end = PRINTED.matcher(text).matches() ? end(text, received <= text.length()) : "";
		return end.isEmpty() ? "" : "text" + end;
	}

	private static String end(String text, boolean whole) {
		if (text.endsWith("\0") && whole) {
			return " that ends with NUL (framing `nul`)";
		}
		if (text.contains("\r\n")) {
			return " in lines that end with CR LF (framing `crlf`)";
		}
		return text.contains("\n") ? " in lines that end with LF (framing `lf`)" : "";
	}

}
