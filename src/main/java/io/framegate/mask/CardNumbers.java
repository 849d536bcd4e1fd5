package io.framegate.mask;

import java.util.Arrays;

/**
 * Hides card numbers in the first bytes of a frame. Digits in ASCII are looked for in
 * every frame. In one that is not text, digits in EBCDIC and two in a byte (packed BCD)
 * are looked for as well; text would have too many by chance. Not found: digits in
 * UTF-16, in words, or in what is compressed, encrypted or Base64.
 */
final class CardNumbers {

	private static final int ASCII_ZERO = '0';

	private static final int EBCDIC_ZERO = 0xF0;

	private static final int EBCDIC_SPACE = 0x40;

	private static final int EBCDIC_DASH = 0x60;

	private final byte[] frame;

	private final int length;

	private final boolean openStart;

	private final boolean openEnd;

	private final Hidden hidden;

	/**
	 * A frame.
	 * @param frame the frame
	 * @param length how many of its bytes are looked at
	 * @param openStart whether other bytes may belong before it
	 * @param openEnd whether other bytes may belong after what is looked at
	 * @param hidden takes what is hidden
	 */
	CardNumbers(byte[] frame, int length, boolean openStart, boolean openEnd, Hidden hidden) {
		this.frame = frame;
		this.length = length;
		this.openStart = openStart;
		this.openEnd = openEnd;
		this.hidden = hidden;
	}

	void hide() {
		new DigitRuns(this.length, this::ascii, this.hidden::isFieldAt, this.openStart, this.openEnd, this.hidden::hide)
			.hide();
		TextKind kind = TextKind.of(this.frame, this.length);
		if (kind == TextKind.TEXT) {
			return;
		}
		new DigitRuns(this.length, this::ebcdic, this.hidden::isFieldAt, this.openStart, this.openEnd,
				this.hidden::hide)
			.hide();
		boolean[] packed = packed(kind == TextKind.BINARY);
		// Any byte of binary data may look like two digits: what is cut is not hidden for
		// that alone.
		new DigitRuns(2 * this.length, (i) -> packed[i >> 1] ? nibble(i) : DigitRuns.OTHER,
				(i) -> (i & 1) == 0 && this.hidden.isFieldAt(i >> 1), false, false, (i) -> this.hidden.hide(i >> 1))
			.hide();
	}

	private int ascii(int index) {
		return value(this.frame[index] & 0xFF, ASCII_ZERO, ' ', '-');
	}

	private int ebcdic(int index) {
		return value(this.frame[index] & 0xFF, EBCDIC_ZERO, EBCDIC_SPACE, EBCDIC_DASH);
	}

	private static int value(int octet, int zero, int space, int dash) {
		if (octet >= zero && octet <= zero + 9) {
			return octet - zero;
		}
		return (octet == space || octet == dash) ? DigitRuns.SEPARATOR : DigitRuns.OTHER;
	}

	private int nibble(int index) {
		int octet = this.frame[index >> 1] & 0xFF;
		int digit = ((index & 1) == 0) ? octet >> 4 : octet & 0xF;
		return (digit <= 9) ? digit : DigitRuns.OTHER;
	}

	/**
	 * Which bytes may be two digits. If the frame may be text, a run of such bytes must
	 * contain one that is not printable.
	 */
	private boolean[] packed(boolean binary) {
		boolean[] packed = new boolean[this.length];
		Arrays.fill(packed, binary);
		int begin = 0;
		boolean printable = true;
		for (int i = 0; i <= this.length; i++) {
			int octet = (i < this.length) ? this.frame[i] & 0xFF : 0xFF;
			if ((octet >> 4) <= 9 && (octet & 0xF) <= 9) {
				printable &= octet >= ' ' && octet < 0x7F;
			}
			else {
				if (!printable) {
					Arrays.fill(packed, begin, i, true);
				}
				begin = i + 1;
				printable = true;
			}
		}
		return packed;
	}

}
