package io.framegate.framing;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Bytes as the configuration writes them: pairs of hexadecimal digits such as
 * {@code 1C0D}, which may be spaced and follow {@code 0x}; or {@code text:} and
 * characters, with {@code \r}, {@code \n}, {@code \t}, {@code \\} and {@code \x1C} for
 * bytes that are none. Immutable; equal if the bytes are.
 */
public final class HexBytes {

	private static final String TEXT = "text:";

	private final byte[] bytes;

	private HexBytes(byte[] bytes) {
		this.bytes = bytes;
	}

	/**
	 * Reads bytes.
	 * @param text as above
	 * @return the bytes, at least one
	 * @throws IllegalArgumentException if the text is anything else
	 */
	public static HexBytes of(String text) {
		if (text.startsWith(TEXT)) {
			return text(text.substring(TEXT.length()));
		}
		String digits = text.replaceAll("\\s", "").replaceFirst("^0[xX]", "");
		if (digits.isEmpty() || digits.length() % 2 != 0 || !digits.matches("[0-9A-Fa-f]+")) {
			throw new IllegalArgumentException(
					"must be pairs of hexadecimal digits, such as 1C0D, or text:<characters>");
		}
		return new HexBytes(HexFormat.of().parseHex(digits));
	}

	/**
	 * Reads characters, with escapes.
	 * @param text characters of ISO 8859-1, and escapes
	 * @return the bytes, at least one
	 * @throws IllegalArgumentException if there are none, or an escape is unknown
	 */
	public static HexBytes text(String text) {
		ByteArrayOutputStream bytes = new ByteArrayOutputStream();
		for (int i = 0; i < text.length(); i++) {
			char next = text.charAt(i);
			if (next > 0xFF) {
				throw new IllegalArgumentException(
						"must not contain '%c': write it as bytes, such as \\xC3".formatted(next));
			}
			if (next != '\\') {
				bytes.write(next);
				continue;
			}
			i++;
			char escape = (i < text.length()) ? text.charAt(i) : ' ';
			switch (escape) {
				case 'r' -> bytes.write('\r');
				case 'n' -> bytes.write('\n');
				case 't' -> bytes.write('\t');
				case '0' -> bytes.write(0);
				case '\\' -> bytes.write('\\');
				case 'x' -> {
					String digits = text.substring(i + 1, Math.min(text.length(), i + 3));
					if (!digits.matches("[0-9A-Fa-f]{2}")) {
						throw unknownEscape();
					}
					bytes.write(Integer.parseInt(digits, 16));
					i += 2;
				}
				default -> throw unknownEscape();
			}
		}
		if (bytes.size() == 0) {
			throw new IllegalArgumentException("must not be empty");
		}
		return new HexBytes(bytes.toByteArray());
	}

	private static IllegalArgumentException unknownEscape() {
		return new IllegalArgumentException(
				"has an unknown escape: there are \\r, \\n, \\t, \\0, \\\\ and \\x00 to \\xFF");
	}

	public int length() {
		return this.bytes.length;
	}

	public byte[] toBytes() {
		return this.bytes.clone();
	}

	@Override
	public boolean equals(Object other) {
		return other instanceof HexBytes same && Arrays.equals(this.bytes, same.bytes);
	}

	@Override
	public int hashCode() {
		return Arrays.hashCode(this.bytes);
	}

	@Override
	public String toString() {
		return HexFormat.of().withUpperCase().formatHex(this.bytes);
	}

}
