package io.framegate.mask;

/**
 * How the parts of an ISO 8583 message are written. The two that are common, and two
 * between them.
 */
enum Iso8583Encoding {

	/** All in ASCII, bitmaps and bytes as hexadecimal digits. */
	ASCII(false, true, true),

	/** In ASCII, bitmaps as hexadecimal digits and bytes as they are. */
	ASCII_RAW_BYTES(false, true, false),

	/** In ASCII, bitmaps and bytes as they are. */
	ASCII_BINARY_BITMAP(false, false, false),

	/** Digits and lengths packed two in a byte, text in characters. */
	BCD(true, false, false);

	private final boolean packed;

	private final boolean hexBitmap;

	private final boolean hexBytes;

	Iso8583Encoding(boolean packed, boolean hexBitmap, boolean hexBytes) {
		this.packed = packed;
		this.hexBitmap = hexBitmap;
		this.hexBytes = hexBytes;
	}

	boolean isPacked() {
		return this.packed;
	}

	boolean hasHexBitmap() {
		return this.hexBitmap;
	}

	boolean hasHexBytes() {
		return this.hexBytes;
	}

	/** How many bytes so many digits take. */
	int ofDigits(int count) {
		return this.packed ? (count + 1) / 2 : count;
	}

}
