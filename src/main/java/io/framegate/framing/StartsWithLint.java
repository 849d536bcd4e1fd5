package io.framegate.framing;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Finds shapes that are never chosen by their first bytes, or are written with others.
 */
final class StartsWithLint {

	private static final String STARTS_WITH = "starts-with";

	private static final int OCTETS = 256;

	private StartsWithLint() {
	}

	/**
	 * Checks a shape.
	 * @param shapes all shapes
	 * @param index the index of the shape
	 * @param faults takes what is wrong
	 */
	static void check(List<FramingDeclaration> shapes, int index, FaultList faults) {
		FramingDeclaration shape = shapes.get(index);
		BytePattern pattern = shape.startsWith();
		if (pattern == null) {
			return;
		}
		for (int i = 0; i < index; i++) {
			BytePattern earlier = shapes.get(i).startsWith();
			if (earlier != null && covers(earlier.allowed(), pattern.allowed())) {
				faults.add(STARTS_WITH, "never matches: first-of[%d].starts-with, %s, comes first and matches the same"
					.formatted(i, earlier));
				return;
			}
		}
		if (faults.isAny()) {
			return;
		}
		Integer fixed = shape.fixedLength();
		faults.addIf(fixed != null && pattern.allowed().length > fixed, STARTS_WITH,
				"must not be longer than fixed-length, %d".formatted(fixed));
		checkStart(pattern, shape.startDelimiter(), faults);
		if (LengthFieldLint.isLengthField(shape)) {
			checkHeader(pattern.allowed(), shape, faults);
		}
	}

	private static boolean covers(boolean[][] earlier, boolean[][] later) {
		if (earlier.length > later.length) {
			return false;
		}
		for (int at = 0; at < earlier.length; at++) {
			for (int octet = 0; octet < OCTETS; octet++) {
				if (later[at][octet] && !earlier[at][octet]) {
					return false;
				}
			}
		}
		return true;
	}

	private static void checkStart(BytePattern pattern, @Nullable HexBytes start, FaultList faults) {
		byte[] bytes = (start != null) ? start.toBytes() : new byte[0];
		boolean[][] allowed = pattern.allowed();
		for (int at = 0; at < Math.min(bytes.length, allowed.length); at++) {
			faults.addIf(!allowed[at][bytes[at] & 0xFF], STARTS_WITH,
					"contradicts start-delimiter, %s".formatted(start));
		}
	}

	/** What is stripped is written as the header says, and only so. */
	private static void checkHeader(boolean[][] allowed, FramingDeclaration shape, FaultList faults) {
		LengthFieldShape ready = LengthFieldShape.of("", shape);
		Integer length = shape.lengthFieldLength();
		int stripped = (ready.strip() == LengthFieldShape.ALL) ? ready.offset() : ready.strip();
		for (int at = 0; at < allowed.length; at++) {
			boolean inField = at >= ready.offset() && (length == null || at < ready.offset() + length);
			if (inField || ready.marker().length > 0) {
				continue;
			}
			if (at < stripped) {
				byte written = ready.header().written(at, 1)[0];
				faults.addIf(!allowed[at][written & 0xFF], STARTS_WITH,
						"contradicts header: byte %d is written as %s".formatted(at, Octets.hex(written)));
			}
			else {
				faults.addIf(!meet(allowed[at], shape.header(), at), STARTS_WITH,
						"contradicts header in byte %d".formatted(at));
			}
		}
	}

	private static boolean meet(boolean[] allowed, @Nullable BytePattern header, int at) {
		if (header == null || at >= header.allowed().length) {
			return true;
		}
		boolean[] other = header.allowed()[at];
		for (int octet = 0; octet < OCTETS; octet++) {
			if (allowed[octet] && other[octet]) {
				return true;
			}
		}
		return false;
	}

}
