package io.framegate.framing;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.random.RandomGenerator;

/**
 * Draws streams for a declaration: frames as a peer may write them, some of them damaged,
 * and noise.
 */
final class RandomStreams {

	private static final int[] OCTETS = { 0x00, 0x01, 0x02, 0x03, 0x0A, 0x0D, 0x2C, 0x30, 0x31, 0x39, 0x3A, 0x41, 0x7E,
			0x80, 0xFF };

	private final RandomGenerator random;

	RandomStreams(RandomGenerator random) {
		this.random = random;
	}

	/** A stream of some frames, most of them right. */
	byte[] draw(FramingDeclaration declaration) {
		ByteArrayOutputStream stream = new ByteArrayOutputStream();
		int frames = this.random.nextInt(1, 6);
		for (int i = 0; i < frames; i++) {
			int kind = this.random.nextInt(12);
			byte[] frame = (kind == 0) ? octets(this.random.nextInt(1, 24)) : frame(declaration);
			stream.writeBytes((kind == 1) ? damaged(frame) : frame);
		}
		byte[] bytes = stream.toByteArray();
		return (this.random.nextInt(3) == 0) ? Arrays.copyOf(bytes, this.random.nextInt(bytes.length + 1)) : bytes;
	}

	private byte[] damaged(byte[] frame) {
		if (frame.length == 0) {
			return frame;
		}
		byte[] damaged = frame.clone();
		int at = this.random.nextInt(frame.length);
		switch (this.random.nextInt(3)) {
			case 0 -> damaged[at] = octet();
			case 1 -> damaged[at] ^= (byte) (1 << this.random.nextInt(8));
			default -> {
				System.arraycopy(frame, at + 1, damaged, at, frame.length - at - 1);
				damaged = Arrays.copyOf(damaged, frame.length - 1);
			}
		}
		return damaged;
	}

	/** A frame that is right, if the declaration can have one of the length drawn. */
	byte[] frame(FramingDeclaration declaration) {
		if (!declaration.firstOf().isEmpty()) {
			return firstOf(declaration);
		}
		if (!declaration.delimiter().isEmpty()) {
			return delimiters(declaration);
		}
		Integer fixed = declaration.fixedLength();
		return (fixed != null) ? fixedLength(declaration, fixed) : lengthField(declaration);
	}

	private byte[] firstOf(FramingDeclaration declaration) {
		FramingDeclaration shape = declaration.firstOf().get(this.random.nextInt(declaration.firstOf().size()));
		byte[] frame = frame(shape);
		boolean[][] places = (shape.startsWith() != null) ? shape.startsWith().allowed() : new boolean[0][];
		for (int i = 0; i < Math.min(frame.length, places.length); i++) {
			while (!places[i][frame[i] & 0xFF]) {
				frame[i]++;
			}
		}
		return frame;
	}

	private byte[] fixedLength(FramingDeclaration declaration, int length) {
		byte[] frame = octets(length);
		byte[] trailer = (declaration.trailer() != null) ? declaration.trailer().toBytes() : new byte[0];
		System.arraycopy(trailer, 0, frame, length - trailer.length, trailer.length);
		return frame;
	}

	private byte[] delimiters(FramingDeclaration declaration) {
		ByteArrayOutputStream frame = new ByteArrayOutputStream();
		if (Boolean.TRUE.equals(declaration.skipBeforeStart()) && this.random.nextBoolean()) {
			frame.writeBytes(octets(this.random.nextInt(4)));
		}
		if (declaration.startDelimiter() != null) {
			frame.writeBytes(declaration.startDelimiter().toBytes());
		}
		FramingDeclaration.Escape escape = declaration.escape();
		int length = (this.random.nextInt(3) == 0) ? 0 : this.random.nextInt(1, 20);
		for (int i = 0; i < length; i++) {
			if (escape != null && this.random.nextInt(5) == 0) {
				frame.writeBytes(escape.octet().toBytes());
				frame.writeBytes(image(escape));
			}
			else {
				frame.write((this.random.nextInt(4) == 0) ? "\n\rA".charAt(this.random.nextInt(3)) : octet());
			}
		}
		if (declaration.trailer() != null) {
			frame.writeBytes(declaration.trailer().toBytes());
		}
		int delimiter = this.random.nextInt(declaration.delimiter().size());
		frame.writeBytes(declaration.delimiter().get(delimiter).toBytes());
		return frame.toByteArray();
	}

	private byte[] image(FramingDeclaration.Escape escape) {
		if (escape.map().isEmpty()) {
			return octets(1);
		}
		return HexFormat.of()
			.parseHex(escape.map().keySet().stream().sorted().toList().get(this.random.nextInt(escape.map().size())));
	}

	private byte[] lengthField(FramingDeclaration declaration) {
		byte[] trailer = (declaration.trailer() != null) ? declaration.trailer().toBytes() : new byte[0];
		boolean[][] header = (declaration.header() != null) ? declaration.header().allowed() : new boolean[0][];
		int offset = (declaration.lengthFieldOffset() != null) ? declaration.lengthFieldOffset() : 0;
		int length = (declaration.lengthFieldLength() != null) ? declaration.lengthFieldLength() : 0;
		int strip = strip(declaration, offset + length);
		ByteArrayOutputStream frame = new ByteArrayOutputStream();
		if (declaration.lengthFieldAfter() != null) {
			frame.writeBytes(header(header, 0, Math.max(header.length, this.random.nextInt(6)), 0));
			frame.writeBytes(HexBytes.text(declaration.lengthFieldAfter()).toBytes());
		}
		else {
			frame.writeBytes(header(header, 0, offset, strip));
		}
		byte[] behind = header(header, offset + length, (length > 0) ? strip : 0, strip);
		byte[] payload = octets(this.random.nextInt(3) == 0 ? 0 : this.random.nextInt(1, 20));
		int adjustment = (declaration.lengthAdjustment() != null) ? declaration.lengthAdjustment() : 0;
		long value = (long) behind.length + payload.length + trailer.length - adjustment;
		frame.writeBytes(number(declaration, Math.max(0, value), length, header, offset));
		frame.writeBytes(behind);
		frame.writeBytes(payload);
		frame.writeBytes(trailer);
		return frame.toByteArray();
	}

	private static int strip(FramingDeclaration declaration, int end) {
		String strip = declaration.initialBytesToStrip();
		if (strip == null) {
			return (declaration.lengthFieldOffset() == null && declaration.lengthFieldAfter() == null) ? end : 0;
		}
		return strip.equals("all") ? end : Integer.parseInt(strip);
	}

	/** Bytes of a header that are allowed: zeros where stripped and not declared. */
	private byte[] header(boolean[][] header, int from, int to, int strip) {
		byte[] bytes = new byte[Math.max(0, to - from)];
		for (int i = 0; i < bytes.length; i++) {
			int at = from + i;
			bytes[i] = (at < strip && at >= header.length) ? 0 : octet();
			while (at < header.length && !header[at][bytes[i] & 0xFF]) {
				bytes[i]++;
			}
		}
		return bytes;
	}

	private byte[] number(FramingDeclaration declaration, long value, int length, boolean[][] header, int offset) {
		LengthEncoding encoding = (declaration.lengthFieldEncoding() != null) ? declaration.lengthFieldEncoding()
				: LengthEncoding.BINARY;
		String until = (declaration.lengthFieldUntil() != null)
				? new String(HexBytes.text(declaration.lengthFieldUntil()).toBytes(), StandardCharsets.ISO_8859_1) : "";
		return switch (encoding) {
			case BINARY -> binary(declaration, value, length, header, offset);
			case DECIMAL -> (padded(Long.toString(value), length) + until).getBytes(StandardCharsets.ISO_8859_1);
			case HEX -> (padded(Long.toHexString(value), length) + until).getBytes(StandardCharsets.ISO_8859_1);
			case BCD -> bcd(padded(Long.toString(value), 2 * length));
			case VARINT -> varint(value);
		};
	}

	private String padded(String digits, int length) {
		int zeros = (length > 0) ? length - digits.length() : this.random.nextInt(4) / 3;
		return "0".repeat(Math.max(0, zeros)) + digits;
	}

	private static byte[] bcd(String digits) {
		return HexFormat.of().parseHex((digits.length() % 2 == 0) ? digits : "0" + digits);
	}

	private byte[] binary(FramingDeclaration declaration, long value, int length, boolean[][] header, int offset) {
		byte[] bytes = new byte[length];
		boolean little = declaration.lengthFieldByteOrder() == LengthByteOrder.LITTLE_ENDIAN;
		byte[] mask = (declaration.lengthFieldMask() != null) ? declaration.lengthFieldMask().toBytes() : null;
		for (int i = 0; i < length; i++) {
			int fromEnd = (little) ? i : length - 1 - i;
			bytes[i] = (byte) (value >>> 8 * fromEnd);
			if (mask != null) {
				int others = ~((fromEnd < mask.length) ? mask[mask.length - 1 - fromEnd] : 0);
				bytes[i] |= (byte) (others & header(header, offset + i, offset + i + 1, 256)[0]);
			}
		}
		return bytes;
	}

	private byte[] varint(long value) {
		ByteArrayOutputStream bytes = new ByteArrayOutputStream();
		long rest = value;
		int more = (this.random.nextInt(8) == 0) ? 1 : 0;
		while (rest > 0x7F || more-- > 0) {
			bytes.write((int) (rest | 0x80));
			rest >>>= 7;
		}
		bytes.write((int) rest);
		return bytes.toByteArray();
	}

	byte[] octets(int length) {
		byte[] octets = new byte[length];
		for (int i = 0; i < length; i++) {
			octets[i] = octet();
		}
		return octets;
	}

	private byte octet() {
		return (byte) ((this.random.nextInt(8) == 0) ? this.random.nextInt(256)
				: OCTETS[this.random.nextInt(OCTETS.length)]);
	}

}
