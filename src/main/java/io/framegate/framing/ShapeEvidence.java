package io.framegate.framing;

import java.util.List;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * How much it proves that a frame has one shape. Immutable; any thread may call.
 *
 * @param declaration how it is declared
 * @param beginning what its frames begin with
 * @param ends its delimiters
 * @param constant how many bits of each frame are the same
 */
record ShapeEvidence(FramingDeclaration declaration, boolean[][] beginning, List<byte[]> ends, double constant) {

	/** Text ends with its delimiter more often than other bytes do. */
	private static final int TEXT_BITS = 8;

	/** Frames without a payload are what zero bytes look like. */
	private static final int EMPTY_BITS = -4;

	/** Frames of so few bytes are found in anything. */
	private static final int TINY = 4;

	/** Bytes are more often 0 than anything else. */
	private static final int ZERO_BITS = 3;

	static ShapeEvidence of(FramingDeclaration declaration) {
		BytePattern pattern = declaration.startsWith();
		boolean[][] beginning = (pattern != null) ? pattern.allowed() : new boolean[0][];
		return new ShapeEvidence(declaration, beginning,
				declaration.delimiter().stream().map(HexBytes::toBytes).toList(), patternBits(beginning, declaration)
						+ length(declaration.trailer()) + length(declaration.startDelimiter()));
	}

	boolean begins(byte[] bytes, int at) {
		for (int i = 0; i < this.beginning.length && at + i < bytes.length; i++) {
			if (!this.beginning[i][bytes[at + i] & 0xFF]) {
				return false;
			}
		}
		return true;
	}

	double bits(byte[] bytes, CutFrame piece) {
		int rest = bytes.length - piece.offset();
		boolean last = piece.length() == rest;
		if (!this.declaration.delimiter().isEmpty()) {
			int end = 0;
			for (byte[] one : this.ends) {
				end = endsWith(bytes, piece, one) ? Math.max(end, Byte.SIZE * one.length) : end;
			}
			return this.constant + (last ? end : 0) + ((last && isText(bytes, piece, end / Byte.SIZE)) ? TEXT_BITS : 0);
		}
		if (piece.payload().length == 0) {
			return this.constant + EMPTY_BITS;
		}
		if (this.declaration.fixedLength() != null) {
			return (this.declaration.fixedLength() <= TINY || isZero(bytes, piece.offset(), piece.length())) ? 0
					: this.constant + (last ? log2(this.declaration.fixedLength()) : 0);
		}
		double field = (isZero(bytes, piece.offset()) ? 0 : fieldBits(bytes, piece)) + headerBits();
		return this.constant + (last ? field : Math.max(0, field - log2(rest)));
	}

	/** A length of 0 is what zero bytes look like. */
	private boolean isZero(byte[] bytes, int at) {
		if (this.declaration.lengthFieldAfter() != null || this.declaration.lengthFieldUntil() != null) {
			return false;
		}
		return isZero(bytes, at + Objects.requireNonNullElse(this.declaration.lengthFieldOffset(), 0),
				Objects.requireNonNullElse(this.declaration.lengthFieldLength(), 1));
	}

	private static boolean isZero(byte[] bytes, int begin, int size) {
		for (int i = begin; i < Math.min(bytes.length, begin + size); i++) {
			if (bytes[i] != 0) {
				return false;
			}
		}
		return true;
	}

	private double fieldBits(byte[] bytes, CutFrame piece) {
		HexBytes mask = this.declaration.lengthFieldMask();
		if (mask != null) {
			int bits = 0;
			for (byte one : mask.toBytes()) {
				bits += Integer.bitCount(one & 0xFF);
			}
			return bits;
		}
		String after = this.declaration.lengthFieldAfter();
		double bits = (after != null) ? Byte.SIZE * (HexBytes.text(after).length() - 1.0) : 0;
		if (this.declaration.lengthFieldUntil() != null) {
			// Its digits, and what ends them.
			return bits + Byte.SIZE * (1.0 + Integer.toString(piece.length()).length());
		}
		int begin = piece.offset() + Objects.requireNonNullElse(this.declaration.lengthFieldOffset(), 0);
		int size = Objects.requireNonNullElse(this.declaration.lengthFieldLength(), 1);
		for (int at = begin; at < Math.min(bytes.length, begin + size); at++) {
			bits += (bytes[at] == 0) ? ZERO_BITS : Byte.SIZE;
		}
		return bits;
	}

	/** Stripped bytes must be as declared, or zeros. */
	private double headerBits() {
		String strip = this.declaration.initialBytesToStrip();
		int stripped = (strip != null && strip.matches("[0-9]{1,6}")) ? Integer.parseInt(strip) : 0;
		int field = Objects.requireNonNullElse(this.declaration.lengthFieldLength(), 0);
		BytePattern header = this.declaration.header();
		return (header != null) ? patternBits(header.allowed(), this.declaration)
				: ZERO_BITS * (double) Math.max(0, stripped - field);
	}

	private static boolean endsWith(byte[] bytes, CutFrame piece, byte[] end) {
		int from = piece.offset() + piece.length() - end.length;
		for (int i = 0; i < end.length; i++) {
			if (from < piece.offset() || bytes[from + i] != end[i]) {
				return false;
			}
		}
		return true;
	}

	private static boolean isText(byte[] bytes, CutFrame piece, int delimiter) {
		int end = piece.offset() + piece.length() - delimiter;
		for (int i = piece.offset(); i < end; i++) {
			if ((bytes[i] < ' ' && bytes[i] != '\t' && bytes[i] >= 0) || bytes[i] == 0x7F) {
				return false;
			}
		}
		return end > piece.offset();
	}

	/** What a pattern proves, but for bytes of the length field, which count as such. */
	private static double patternBits(boolean[][] pattern, FramingDeclaration declaration) {
		int offset = Objects.requireNonNullElse(declaration.lengthFieldOffset(), 0);
		boolean hasLength = declaration.delimiter().isEmpty() && declaration.fixedLength() == null;
		int size = Objects.requireNonNullElse(declaration.lengthFieldLength(), pattern.length);
		double bits = 0;
		for (int at = 0; at < pattern.length; at++) {
			boolean inField = hasLength && at >= offset && at < offset + size;
			int allowed = 0;
			for (boolean one : pattern[at]) {
				allowed += one ? 1 : 0;
			}
			if (!inField) {
				bits += (allowed == 1 && pattern[at][0]) ? ZERO_BITS : Byte.SIZE - log2(Math.max(1, allowed));
			}
		}
		return bits;
	}

	private static int length(@Nullable HexBytes constant) {
		return (constant != null) ? Byte.SIZE * constant.length() : 0;
	}

	private static double log2(double number) {
		return Math.log(number) / Math.log(2);
	}

}
