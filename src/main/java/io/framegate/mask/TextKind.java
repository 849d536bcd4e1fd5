package io.framegate.mask;

/**
 * Whether bytes are text, as far as one can tell.
 */
enum TextKind {

	/** ASCII or UTF-8, with the control characters that messages in text have. */
	TEXT,

	/** Perhaps text in another character set. */
	PERHAPS,

	/** No text. */
	BINARY;

	/** SOH to EOT, TAB to CR, and FS to US. */
	private static final int TEXT_CONTROLS = 0b1111_0000_0000_0000_0011_1110_0001_1110;

	static TextKind of(byte[] bytes, int length) {
		boolean utf8 = true;
		int following = 0;
		for (int i = 0; i < length; i++) {
			int octet = bytes[i] & 0xFF;
			if (octet == 0x7F || (octet < ' ' && (TEXT_CONTROLS >> octet & 1) == 0)) {
				return BINARY;
			}
			if (following > 0) {
				utf8 &= (octet & 0xC0) == 0x80;
				following--;
			}
			else if (octet >= 0x80) {
				utf8 &= octet >= 0xC2 && octet < 0xF5;
				following = (octet >= 0xF0) ? 3 : (octet >= 0xE0) ? 2 : 1;
			}
		}
		return utf8 ? TEXT : PERHAPS;
	}

}
