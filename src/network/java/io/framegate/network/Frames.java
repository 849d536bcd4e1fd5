package io.framegate.network;

import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;

/**
 * The frames of the weak network, made from their number alone, so that each end can tell
 * what every byte must be: a key, the number, and letters, cut to a size from 1 byte to
 * 60 KB.
 */
final class Frames {

	/** Bytes of the key, which all clients use alike. */
	static final int KEY = 8;

	/** Key and number. */
	private static final int HEADER = KEY + 12;

	private static final int LARGEST = 60 * 1024;

	private Frames() {
	}

	/**
	 * Makes a frame.
	 * @param number of all frames that there are
	 * @param whole whether key and number must be in it
	 * @return letters and digits
	 */
	static byte[] make(long number, boolean whole) {
		SplittableRandom random = new SplittableRandom(number);
		// As many frames below 100 bytes as above.
		int size = (int) Math.exp(random.nextDouble() * Math.log(LARGEST));
		byte[] frame = new byte[Math.max(size, whole ? HEADER : 1)];
		byte[] header = "%08d%012d".formatted(number % 1000, number).getBytes(StandardCharsets.US_ASCII);
		for (int i = 0; i < frame.length; i++) {
			frame[i] = (i < HEADER) ? header[i] : (byte) random.nextInt('A', 'Z' + 1);
		}
		return frame;
	}

	/**
	 * The number of a whole frame.
	 */
	static long number(byte[] frame) {
		return Long.parseLong(new String(frame, KEY, HEADER - KEY, StandardCharsets.US_ASCII));
	}

}
