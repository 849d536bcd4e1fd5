package io.framegate.framing;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * Draws declarations of every shape, most of them valid.
 */
final class RandomDeclarations {

	/** Bytes that meet again: digits, delimiters, zeros and high bits. */
	private static final int[] OCTETS = { 0x00, 0x01, 0x02, 0x03, 0x0A, 0x0D, 0x2C, 0x30, 0x31, 0x3A, 0x41, 0x7E, 0x80,
			0xFF };

	private final RandomGenerator random;

	RandomDeclarations(RandomGenerator random) {
		this.random = random;
	}

	/**
	 * The properties of a declaration of any shape.
	 */
	Map<String, String> draw() {
		return chance(4) ? firstOf() : shape();
	}

	private Map<String, String> shape() {
		return switch (this.random.nextInt(8)) {
			case 0, 1, 2 -> delimiters();
			case 3 -> fixedLength();
			default -> lengthField();
		};
	}

	private Map<String, String> firstOf() {
		Map<String, String> properties = new LinkedHashMap<>();
		int shapes = this.random.nextInt(1, 4);
		for (int i = 0; i < shapes; i++) {
			String prefix = "first-of[" + i + "].";
			if (i + 1 < shapes || chance(2)) {
				properties.put(prefix + "starts-with", pattern(this.random.nextInt(1, 4)));
			}
			else {
				properties.put(prefix + "starts-with", "??");
			}
			Map<String, String> shape = shape();
			shape.remove("skip-before-start");
			shape.remove("empty-frames");
			shape.forEach((name, value) -> properties.put(prefix + name, value));
		}
		emptyFrames(properties);
		return properties;
	}

	Map<String, String> delimiters() {
		Map<String, String> properties = new LinkedHashMap<>();
		if (chance(2)) {
			properties.put("start-delimiter", few(this.random.nextInt(1, 4)));
			if (chance(2)) {
				properties.put("skip-before-start", "true");
			}
		}
		int delimiters = chance(2) ? 1 : this.random.nextInt(2, 5);
		for (int i = 0; i < delimiters; i++) {
			properties.put("delimiter[" + i + "]", few(this.random.nextInt(1, 4)));
		}
		switch (this.random.nextInt(6)) {
			case 0 -> properties.put("strip-delimiter", "false");
			case 1 -> properties.put("trailer", few(this.random.nextInt(1, 3)));
			case 2 -> {
				properties.put("escape.byte", hex(1));
				properties.put("escape.xor", hex(1));
			}
			case 3 -> map(properties);
			default -> {
			}
		}
		emptyFrames(properties);
		return properties;
	}

	private void map(Map<String, String> properties) {
		String octet = hex(1);
		properties.put("escape.byte", octet);
		int images = this.random.nextInt(1, 4);
		for (int i = 0; i < images; i++) {
			properties.put("escape.map.[%s]".formatted(hex(1)), (i == 0) ? octet : hex(1));
		}
	}

	/** Of few bytes, so that they overlap. */
	private String few(int length) {
		StringBuilder hex = new StringBuilder();
		for (int i = 0; i < length; i++) {
			hex.append(pick(new String[] { "0A", "0D", "0D", "41" }));
		}
		return hex.toString();
	}

	Map<String, String> fixedLength() {
		Map<String, String> properties = new LinkedHashMap<>();
		int length = this.random.nextInt(1, 9);
		properties.put("fixed-length", String.valueOf(length));
		if (chance(3)) {
			properties.put("trailer", hex(this.random.nextInt(1, length + 1)));
		}
		emptyFrames(properties);
		return properties;
	}

	Map<String, String> lengthField() {
		Map<String, String> properties = new LinkedHashMap<>();
		LengthEncoding encoding = pick(LengthEncoding.values());
		if (encoding != LengthEncoding.BINARY || chance(4)) {
			properties.put("length-field-encoding", encoding.name().toLowerCase());
		}
		boolean after = chance(6);
		int offset = (after || chance(2)) ? 0 : this.random.nextInt(1, 6);
		if (after) {
			properties.put("length-field-after", text(this.random.nextInt(1, 4)));
		}
		else if (offset > 0 || chance(4)) {
			properties.put("length-field-offset", String.valueOf(offset));
		}
		int length = fieldLength(properties, encoding);
		int end = offset + length;
		int adjustment = chance(2) ? 0 : this.random.nextInt(-Math.max(end, 1), 9);
		if (adjustment != 0 || chance(8)) {
			properties.put("length-adjustment", String.valueOf(adjustment));
		}
		int head = after ? this.random.nextInt(0, 4) : strip(properties, offset, length);
		if (head > end && !after) {
			properties.put("header", pattern(head));
		}
		else if (head > 0 && chance(2)) {
			properties.put("header", pattern(this.random.nextInt(1, head + 1)));
		}
		if (chance(3)) {
			properties.put("trailer", hex(this.random.nextInt(1, 4)));
		}
		emptyFrames(properties);
		return properties;
	}

	/** The field's length, 0 if it varies. */
	private int fieldLength(Map<String, String> properties, LengthEncoding encoding) {
		boolean digits = encoding == LengthEncoding.DECIMAL || encoding == LengthEncoding.HEX;
		if (encoding == LengthEncoding.VARINT) {
			return 0;
		}
		if (digits && chance(2)) {
			properties.put("length-field-until", pick(new String[] { ":", ",", "\\x01", "\\n" }));
			return 0;
		}
		int length = chance(2) ? this.random.nextInt(1, 9) : this.random.nextInt(1, 5);
		properties.put("length-field-length", String.valueOf(length));
		if (encoding == LengthEncoding.BINARY && chance(2)) {
			properties.put("length-field-byte-order", "little-endian");
		}
		if (encoding == LengthEncoding.BINARY && chance(3)) {
			properties.put("length-field-mask", mask(length));
		}
		return length;
	}

	private String mask(int length) {
		StringBuilder mask = new StringBuilder("FF".repeat(length));
		int digits = this.random.nextInt(1, 2 * length);
		for (int i = 0; i < digits; i++) {
			mask.setCharAt(i, (i + 1 < digits) ? '0' : "137F".charAt(this.random.nextInt(4)));
		}
		return mask.toString();
	}

	/** Declares how much is stripped; returns how long a header may be. */
	private int strip(Map<String, String> properties, int offset, int length) {
		int end = offset + length;
		int kind = this.random.nextInt(4);
		if (kind == 1) {
			properties.put("initial-bytes-to-strip", "all");
		}
		else if (kind == 2) {
			properties.put("initial-bytes-to-strip", String.valueOf(this.random.nextInt(offset + 1)));
		}
		else if (kind == 3 && length > 0) {
			int strip = this.random.nextInt(end, end + 4);
			properties.put("initial-bytes-to-strip", String.valueOf(strip));
			return strip;
		}
		return end;
	}

	private void emptyFrames(Map<String, String> properties) {
		if (chance(2)) {
			properties.put("empty-frames", pick(EmptyFrames.values()).name().toLowerCase());
		}
	}

	private String pattern(int length) {
		List<String> elements = new ArrayList<>();
		for (int i = 0; i < length; i++) {
			elements.add(switch (this.random.nextInt(6)) {
				case 0, 1 -> "??";
				case 2 -> "[0-9]";
				case 3 -> "[^A-Z]";
				default -> hex(1);
			});
		}
		return String.join(" ", elements);
	}

	private String hex(int length) {
		StringBuilder hex = new StringBuilder();
		for (int i = 0; i < length; i++) {
			hex.append("%02X".formatted(octet()));
		}
		return hex.toString();
	}

	private String text(int length) {
		StringBuilder text = new StringBuilder();
		for (int i = 0; i < length; i++) {
			text.append("\\x%02X".formatted(octet()));
		}
		return text.toString();
	}

	private int octet() {
		return OCTETS[this.random.nextInt(OCTETS.length)];
	}

	private boolean chance(int oneIn) {
		return this.random.nextInt(oneIn) == 0;
	}

	private <T> T pick(T[] values) {
		return values[this.random.nextInt(values.length)];
	}

}
