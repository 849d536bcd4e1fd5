package io.framegate.framing;

import java.util.Arrays;
import java.util.List;

/**
 * Writes bytes that would end a frame as two: an escape byte and an image. Immutable.
 */
final class EscapeCoding {

	static final int NONE = -1;

	private static final int OCTETS = 256;

	private final byte escape;

	/** The image of each byte, or {@link #NONE} if it is written as it is. */
	private final short[] images = new short[OCTETS];

	/** The byte that each image stands for, or {@link #NONE} if it is no image. */
	private final short[] originals = new short[OCTETS];

	private final OctetFinder escaped;

	private final OctetFinder escapes;

	/**
	 * A coding as declared.
	 * @param declared the declaration, without faults
	 * @param start the bytes that begin a frame
	 * @param delimiters the bytes that end one
	 */
	EscapeCoding(FramingDeclaration.Escape declared, byte[] start, List<byte[]> delimiters) {
		HexBytes octet = declared.octet();
		if (octet == null) {
			throw new IllegalArgumentException("An escape needs a byte");
		}
		this.escape = octet.toBytes()[0];
		Arrays.fill(this.images, (short) NONE);
		Arrays.fill(this.originals, (short) NONE);
		declared.map().forEach(this::map);
		HexBytes xor = declared.xor();
		if (xor != null) {
			xor(xor.toBytes()[0], start, delimiters);
		}
		boolean[] written = new boolean[OCTETS];
		for (int i = 0; i < OCTETS; i++) {
			written[i] = this.images[i] != NONE;
		}
		this.escaped = new OctetFinder(written);
		boolean[] read = new boolean[OCTETS];
		read[this.escape & 0xFF] = true;
		this.escapes = new OctetFinder(read);
		for (byte[] delimiter : delimiters) {
			for (byte one : delimiter) {
				// Else it could not be told from the end of the frame.
				this.originals[one & 0xFF] = NONE;
			}
		}
	}

	private void map(String image, HexBytes original) {
		// YAML reads 01 as the number 1.
		int second = HexBytes.of((image.length() == 1) ? "0" + image : image).toBytes()[0] & 0xFF;
		int first = original.toBytes()[0] & 0xFF;
		this.images[first] = (short) second;
		this.originals[second] = (short) first;
	}

	private void xor(byte by, byte[] start, List<byte[]> delimiters) {
		for (int i = 0; i < OCTETS; i++) {
			this.originals[i] = (short) (i ^ by & 0xFF);
		}
		escapeAll(by, new byte[] { this.escape });
		escapeAll(by, start);
		delimiters.forEach((one) -> escapeAll(by, one));
	}

	private void escapeAll(byte by, byte[] octets) {
		for (byte one : octets) {
			this.images[one & 0xFF] = (short) ((one ^ by) & 0xFF);
		}
	}

	byte escape() {
		return this.escape;
	}

	/**
	 * The byte that an image stands for.
	 * @param image the byte behind the escape
	 * @return the byte, or {@link #NONE}
	 */
	int original(byte image) {
		return this.originals[image & 0xFF];
	}

	/**
	 * Whether a byte never stands in a frame as it is.
	 */
	boolean escapes(byte octet) {
		return this.images[octet & 0xFF] != NONE;
	}

	/**
	 * Writes bytes with escapes.
	 * @param payload the bytes
	 * @return the bytes themselves if none is escaped
	 */
	byte[] encode(byte[] payload) {
		int first = this.escaped.indexOf(payload, 0, payload.length);
		if (first == payload.length) {
			return payload;
		}
		int more = 0;
		for (int at = first; at < payload.length; at = this.escaped.indexOf(payload, at + 1, payload.length)) {
			more++;
		}
		byte[] coded = new byte[Math.addExact(payload.length, more)];
		System.arraycopy(payload, 0, coded, 0, first);
		int to = first;
		for (int at = first; at < payload.length; at++) {
			int image = this.images[payload[at] & 0xFF];
			if (image == NONE) {
				coded[to++] = payload[at];
			}
			else {
				coded[to++] = this.escape;
				coded[to++] = (byte) image;
			}
		}
		return coded;
	}

	/**
	 * Reads bytes with escapes, each of them complete and known.
	 * @param source holds the bytes
	 * @param from index of the first
	 * @param to index after the last
	 * @param escapes how many escapes there are
	 * @return the bytes meant, an array of its own
	 */
	byte[] decode(byte[] source, int from, int to, int escapes) {
		byte[] decoded = new byte[to - from - escapes];
		int at = from;
		int length = 0;
		while (at < to) {
			int escape = this.escapes.indexOf(source, at, to);
			System.arraycopy(source, at, decoded, length, escape - at);
			length += escape - at;
			at = escape;
			if (at < to) {
				decoded[length++] = (byte) original(source[at + 1]);
				at += 2;
			}
		}
		return decoded;
	}

}
