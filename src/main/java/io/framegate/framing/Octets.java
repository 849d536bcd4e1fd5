package io.framegate.framing;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Finds bytes in arrays, eight at a time, and names them. Any thread may call.
 */
final class Octets {

	static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

	private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

	private static final VarHandle SHORTS = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);

	static final long LOW_BITS = 0x0101_0101_0101_0101L;

	private static final long HIGH_BITS = 0x8080_8080_8080_8080L;

	private Octets() {
	}

	/**
	 * Eight bytes as a number, the first byte the lowest.
	 */
	static long eight(byte[] bytes, int at) {
		return (long) LONGS.get(bytes, at);
	}

	/**
	 * A number of few bytes, the first byte the highest.
	 * @param bytes holds it
	 * @param at the index of its first byte
	 * @param length its bytes, 1 to 8
	 */
	static long number(byte[] bytes, int at, int length) {
		if (at <= bytes.length - Long.BYTES) {
			return Long.reverseBytes(eight(bytes, at)) >>> (Long.SIZE - Byte.SIZE * length);
		}
		long number = 0;
		for (int i = at; i < at + length; i++) {
			number = number << Byte.SIZE | bytes[i] & 0xFF;
		}
		return number;
	}

	/**
	 * Writes a number's lowest bytes, the highest of them first.
	 * @param number the number
	 * @param target where to write
	 * @param at the index of the first byte to write
	 * @param length how many bytes, 1 to 8
	 */
	static void write(long number, byte[] target, int at, int length) {
		switch (length) {
			case 1 -> target[at] = (byte) number;
			case 2 -> SHORTS.set(target, at, (short) number);
			case 4 -> INTS.set(target, at, (int) number);
			case 8 -> LONGS.set(target, at, Long.reverseBytes(number));
			default -> {
				target[at + length - 1] = (byte) number;
				write(number >>> Byte.SIZE, target, at, length - 1);
			}
		}
	}

	/**
	 * The index of the first such byte, or -1.
	 */
	static int indexOf(byte[] bytes, int from, int to, byte wanted) {
		long pattern = (wanted & 0xFF) * LOW_BITS;
		int at = from;
		for (int lastWord = to - Long.BYTES; at <= lastWord; at += Long.BYTES) {
			long zeros = zeros((long) LONGS.get(bytes, at) ^ pattern);
			if (zeros != 0) {
				return at + (Long.numberOfTrailingZeros(zeros) >>> 3);
			}
		}
		for (; at < to; at++) {
			if (bytes[at] == wanted) {
				return at;
			}
		}
		return -1;
	}

	/** The lowest bit set marks the first zero byte; those above it may be wrong. */
	static long zeros(long word) {
		return (word - LOW_BITS) & ~word & HIGH_BITS;
	}

	/**
	 * The index of the first such pair of bytes, or -1.
	 */
	static int indexOf(byte[] bytes, int from, int to, byte first, byte second) {
		int at = indexOf(bytes, from, to - 1, first);
		while (at >= 0 && bytes[at + 1] != second) {
			at = indexOf(bytes, at + 1, to - 1, first);
		}
		return at;
	}

	static String hex(int octet) {
		return String.format("0x%02X", octet & 0xFF);
	}

	/**
	 * The name of a control character, or the byte in hex.
	 */
	static String name(int octet) {
		return switch (octet & 0xFF) {
			case 0x00 -> "NUL";
			case 0x02 -> "STX";
			case 0x03 -> "ETX";
			case 0x0A -> "LF";
			case 0x0B -> "VT";
			case 0x0D -> "CR";
			case 0x1C -> "FS";
			default -> hex(octet);
		};
	}

	/**
	 * A character as it is printed, or {@link #name}.
	 */
	static String character(int octet) {
		int character = octet & 0xFF;
		return (character > ' ' && character < 0x7F) ? "'" + (char) character + "'" : name(octet);
	}

	/**
	 * Characters, each as {@link #character}.
	 */
	static String characters(byte[] octets) {
		StringBuilder characters = new StringBuilder();
		for (byte octet : octets) {
			characters.append(characters.isEmpty() ? "" : " ").append(character(octet));
		}
		return characters.toString();
	}

}
