package io.framegate.mask;

import java.util.ArrayList;
import java.util.List;

/**
 * How a data element of ISO 8583:1987 is written.
 *
 * @param kind what it consists of
 * @param lengthDigits how many digits its length has, 0 if it is fixed
 * @param length its length, or the largest: in digits, characters or bytes
 */
record Iso8583Element(Kind kind, int lengthDigits, int length) {

	/** What an element consists of. */
	enum Kind {

		/** Digits. */
		DIGITS,

		/** Digits after C or D. */
		AMOUNT,

		/** The data of a magnetic stripe: digits and separators. */
		TRACK,

		/** Characters. */
		TEXT,

		/** Bytes. */
		BYTES,

		/** Not used in messages that this can read. */
		UNKNOWN

	}

	/** From element 2 to 128; n is digits, x an amount, z a track, a text, b bytes. */
	private static final String ALL = """
			n..19 n6 n12 n12 n12 n10 n8 n8 n8 n6 n6 n4 n4 n4 n4 n4 n4 n3 n3 n3 n3 n3 n3 n2 n2 n1 x8 x8 x8 x8 \
			n..11 n..11 a..28 z..37 a...104 a12 a6 a2 a3 a8 a15 a40 a..25 a..76 a...999 a...999 a...999 a3 a3 a3 \
			b8 n16 a...120 a...999 a...999 a...999 a...999 a...999 a...999 a...999 a...999 a...999 b8 \
			u n1 n2 n3 n3 n3 n4 n4 n6 n10 n10 n10 n10 n10 n10 n10 n10 n12 n12 n12 n12 n16 n16 n16 n16 n42 a1 a2 a5 a7 \
			a42 b8 x16 a25 n..11 n..11 a..17 a..28 a..28 a...100 a...999 a...999 a...999 a...999 a...999 a...999 a...999 \
			a...999 a...999 a...999 a...999 a...999 a...999 a...999 a...999 a...999 a...999 a...999 a...999 a...999 \
			a...999 a...999 a...999 b8
			""";

	private static final List<Iso8583Element> ELEMENTS = read();

	private static List<Iso8583Element> read() {
		List<Iso8583Element> elements = new ArrayList<>();
		for (String each : ALL.strip().split("\\s+", -1)) {
			int dots = each.lastIndexOf('.');
			Kind kind = switch (each.charAt(0)) {
				case 'n' -> Kind.DIGITS;
				case 'x' -> Kind.AMOUNT;
				case 'z' -> Kind.TRACK;
				case 'a' -> Kind.TEXT;
				case 'b' -> Kind.BYTES;
				default -> Kind.UNKNOWN;
			};
			int length = (kind == Kind.UNKNOWN) ? 0 : Integer.parseInt(each.substring(Math.max(dots, 0) + 1));
			elements.add(new Iso8583Element(kind, Math.max(dots, 0), length));
		}
		return List.copyOf(elements);
	}

	/**
	 * An element.
	 * @param number 2 to 128
	 */
	static Iso8583Element of(int number) {
		return ELEMENTS.get(number - 2);
	}

	static int count() {
		return ELEMENTS.size();
	}

}
