package io.framegate.framing;

/**
 * HL7 messages, whose blocks many senders begin or end in their own way. Any thread may
 * call.
 */
final class Hl7Blocks {

	private static final char VT = 0x0B;

	private static final char FS = 0x1C;

	private static final String LENIENT = " (framing `mllp-lenient`)";

	private Hl7Blocks() {
	}

	/**
	 * What is unusual about a block.
	 * @param text its first bytes, in ISO 8859-1
	 * @param received how many bytes have come
	 * @return a name; empty if it is none
	 */
	static String name(String text, int received) {
		if (text.startsWith("MSH|")) {
			return "HL7 without VT";
		}
		int begin = text.indexOf(VT + "MSH");
		if (begin < 0) {
			return "";
		}
		if (begin > 0) {
			return "HL7 over MLLP with bytes before its VT" + LENIENT;
		}
		int end = text.indexOf(FS);
		boolean whole = received <= text.length();
		if (end >= 0 && end + 1 < text.length() && text.charAt(end + 1) != '\r') {
			return "HL7 over MLLP without CR behind its FS" + LENIENT;
		}
		if (end >= 0 && end + 1 == text.length() && whole) {
			return "HL7 over MLLP without CR behind its FS" + LENIENT;
		}
		char last = text.charAt(text.length() - 1);
		if (end < 0 && whole && last < ' ' && last != '\r') {
			return "HL7 over MLLP without FS at its end";
		}
		return "HL7 over MLLP (framing `mllp`)";
	}

}
