package io.framegate.framing;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Numbers in digits, against the JDK's.
 */
class DigitsTests {

	private final Random random = new Random(20261126L);

	@ParameterizedTest
	@EnumSource(Digits.class)
	void writesAndReadsNumbersOfEachSize(Digits digits) {
		for (int i = 0; i < 200_000; i++) {
			long value = this.random.nextLong(Long.MAX_VALUE) >>> this.random.nextInt(63);
			check(digits, value, this.random.nextInt(3));
		}
		for (long value = 1; value > 0 && value < Long.MAX_VALUE / 16; value *= digits.radix()) {
			check(digits, value - 1, 0);
			check(digits, value, 0);
		}
		check(digits, Long.MAX_VALUE, 0);
	}

	@ParameterizedTest
	@EnumSource(Digits.class)
	void writesAndReadsAllSmallNumbers(Digits digits) {
		for (int value = 0; value < 100_000; value++) {
			check(digits, value, 0);
			check(digits, value * 1000L, 0);
		}
	}

	private static void check(Digits digits, long value, int zeros) {
		String text = Long.toString(value, digits.radix()).toUpperCase(Locale.ROOT);
		assertThat(digits.count(value)).isEqualTo(text.length());
		byte[] target = new byte[30];
		digits.write(value, target, 3, text.length() + zeros);
		assertThat(new String(target, StandardCharsets.ISO_8859_1).trim()).isEqualTo("0".repeat(zeros) + text);
		assertThat(digits.read(target, 3, 3 + zeros + text.length())).isEqualTo(value);
	}

	@Test
	void packsDigits() {
		for (int i = 0; i < 200_000; i++) {
			long value = this.random.nextLong(10_000_000_000_000_000L) / (long) Math.pow(10, this.random.nextInt(16));
			assertThat(Digits.packed(value)).isEqualTo(Long.parseUnsignedLong(String.valueOf(value), 16));
			assertThat(Digits.packedValue(Digits.packed(value))).isEqualTo(value);
		}
		for (int shift = 0; shift < Long.SIZE; shift += 4) {
			for (long nibble = 0; nibble < 16; nibble++) {
				assertThat(Digits.packedValue(nibble << shift) >= 0).isEqualTo(nibble <= 9);
			}
		}
	}

	@Test
	void readsSmallLetters() {
		assertThat(Digits.HEX.read("0abF".getBytes(StandardCharsets.US_ASCII), 0, 4)).isEqualTo(0xABF);
	}

	@ParameterizedTest
	@EnumSource(Digits.class)
	void readsNothingElse(Digits digits) {
		for (int octet = 0; octet < 256; octet++) {
			boolean digit = octet < 128 && Character.digit(octet, digits.radix()) >= 0;
			assertThat(digits.isDigit((byte) octet)).isEqualTo(digit);
			for (int length = 1; length <= 15; length++) {
				byte[] bytes = "0".repeat(length).getBytes(StandardCharsets.US_ASCII);
				for (int at = 0; at < length; at++) {
					bytes[at] = (byte) octet;
					assertThat(digits.read(bytes, 0, length) >= 0).as("%d at %d of %d", octet, at, length)
						.isEqualTo(digit);
					bytes[at] = '0';
				}
			}
		}
	}

}
