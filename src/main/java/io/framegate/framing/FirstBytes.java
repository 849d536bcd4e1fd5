package io.framegate.framing;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Guesses which protocol or framing the first bytes of an unreadable frame belong to, so
 * that a wrong port or framing is found at once. It never quotes the bytes: they may be
 * secret. Any thread may call.
 */
public final class FirstBytes {

	/** How many bytes are enough to tell, and to find a framing that fits. */
	public static final int ENOUGH = 256;

	private static final int TLS_ALERT = 0x15;

	private static final int TLS_HANDSHAKE = 0x16;

	private static final int CLIENT_HELLO = 1;

	private static final int SERVER_HELLO = 2;

	private static final int TLS_RECORD_HEADER = 5;

	private static final byte VT = 0x0B;

	private static final List<String> HTTP_METHODS = List.of("GET ", "POST ", "PUT ", "HEAD ", "DELETE ", "OPTIONS ",
			"PATCH ", "CONNECT ", "TRACE ", "PRI * HTTP/2");

	/** PROXY protocol version 2, section 2.2. */
	private static final String PROXY_V2 = "\r\n\r\n\0\r\nQUIT\n";

	private static final int ASCII_LENGTH_DIGITS = 4;

	private FirstBytes() {
	}

	/**
	 * What the first bytes of a frame look like.
	 * @param first the first bytes of the frame as they came, {@link #ENOUGH} at most
	 * @param received how many bytes have come since the frame began
	 * @return text such as {@code looks like HTTP}; empty if they look like nothing known
	 */
	public static String resemblance(byte[] first, int received) {
		String text = new String(first, StandardCharsets.ISO_8859_1);
		String protocol = protocol(first, text);
		if (!protocol.isEmpty()) {
			return "looks like " + protocol;
		}
		List<String> lengths = fittingLengths(first, received);
		if (!lengths.isEmpty()) {
			return String.join(" or ", lengths) + " would fit";
		}
		if (isAsciiLength(text)) {
			return "looks like a length in four ASCII digits";
		}
		return "";
	}

	private static String protocol(byte[] first, String text) {
		if (first.length >= 3 && first[1] == 3 && first[2] <= 4) {
			if (first[0] == TLS_ALERT) {
				return "a TLS alert";
			}
			if (first[0] == TLS_HANDSHAKE) {
				return tlsHandshake(first);
			}
		}
		if (HTTP_METHODS.stream().anyMatch(text::startsWith)) {
			return "an HTTP request";
		}
		if (text.startsWith("HTTP/1.")) {
			return "an HTTP response";
		}
		if (text.startsWith("PROXY TCP") || text.startsWith("PROXY UNKNOWN") || text.startsWith(PROXY_V2)) {
			return "a PROXY protocol header";
		}
		if (text.startsWith("SSH-")) {
			return "SSH";
		}
		if (text.startsWith("MSH|")) {
			return "HL7 without VT";
		}
		if (first.length >= 4 && first[0] == VT && text.startsWith("MSH", 1)) {
			return "HL7 over MLLP (framing mllp)";
		}
		return "";
	}

	private static String tlsHandshake(byte[] first) {
		int type = (first.length > TLS_RECORD_HEADER) ? first[TLS_RECORD_HEADER] : 0;
		return switch (type) {
			case CLIENT_HELLO -> "a TLS ClientHello";
			case SERVER_HELLO -> "a TLS ServerHello";
			default -> "TLS";
		};
	}

	private static List<String> fittingLengths(byte[] first, int received) {
		List<String> fitting = new ArrayList<>();
		addFitting(fitting, first, received, 2, "two");
		addFitting(fitting, first, received, 4, "four");
		return fitting;
	}

	private static void addFitting(List<String> fitting, byte[] first, int received, int size, String sizeName) {
		if (first.length < size || received <= size) {
			return;
		}
		long big = 0;
		long little = 0;
		for (int i = 0; i < size; i++) {
			big = big << Byte.SIZE | first[i] & 0xFF;
			little |= (first[i] & 0xFFL) << (Byte.SIZE * i);
		}
		if (big == received) {
			fitting.add("a %s-byte length that counts itself".formatted(sizeName));
		}
		else if (big == received - size) {
			fitting.add("a %s-byte length".formatted(sizeName));
		}
		else if (little == received) {
			fitting.add("a little-endian %s-byte length that counts itself".formatted(sizeName));
		}
		else if (little == received - size) {
			fitting.add("a little-endian %s-byte length".formatted(sizeName));
		}
	}

	private static boolean isAsciiLength(String text) {
		return text.length() > ASCII_LENGTH_DIGITS
				&& text.chars().limit(ASCII_LENGTH_DIGITS).allMatch((one) -> one >= '0' && one <= '9');
	}

}
