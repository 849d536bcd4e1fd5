package io.framegate.framing;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Lengths that a frame may begin with, by which it would be exactly as long as what has
 * come. Any thread may call.
 */
final class FittingLengths {

	private static final int DIGITS = 4;

	private FittingLengths() {
	}

	/**
	 * The lengths that fit.
	 * @param first the first bytes of a frame
	 * @param received how many bytes have come
	 * @return what each is called, none if none fits
	 */
	static List<String> names(byte[] first, int received) {
		List<String> fitting = new ArrayList<>();
		addBinary(fitting, first, received, 2, "two");
		addBinary(fitting, first, received, 4, "four");
		if (!fitting.isEmpty()) {
			return fitting;
		}
		if (first.length > 4 && number(first, 2) == received - 4 && first[2] == 0 && first[3] == 0) {
			fitting.add("a two-byte length with two zero bytes behind it (framing `vap`)");
		}
		else if (first.length > 3 && number(first, 3) == received - 3) {
			fitting.add("a three-byte length (framing `cmf`)");
		}
		else if (first.length > 2 && digits(bcd(first), 10) == received - 2) {
			fitting.add("a BCD length in two bytes (framing `bcd`)");
		}
		else if (first.length > DIGITS && digits(text(first), 16) == received - DIGITS) {
			fitting.add("a length in four hexadecimal digits (framing `hex4`)");
		}
		return fitting;
	}

	private static void addBinary(List<String> fitting, byte[] first, int received, int size, String sizeName) {
		if (first.length < size || received <= size) {
			return;
		}
		long big = number(first, size);
		long little = Long.reverseBytes(big) >>> (Long.SIZE - Byte.SIZE * size);
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

	private static long number(byte[] bytes, int size) {
		long number = 0;
		for (int i = 0; i < size; i++) {
			number = number << Byte.SIZE | bytes[i] & 0xFF;
		}
		return number;
	}

	private static String bcd(byte[] bytes) {
		return "%02X%02X".formatted(bytes[0], bytes[1]);
	}

	private static String text(byte[] bytes) {
		return new String(bytes, 0, DIGITS, StandardCharsets.ISO_8859_1);
	}

	/** The number that digits are, or -1. */
	private static int digits(String text, int radix) {
		return text.chars().allMatch((one) -> one < 0x80 && Character.digit(one, radix) >= 0)
				? Integer.parseInt(text, radix) : -1;
	}

}
