package io.framegate.framing;

import java.util.Locale;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * Finds what is wrong with a length field.
 */
final class LengthFieldLint {

	private static final int MAX_OFFSET = 65_535;

	private static final int MAX_ADJUSTMENT = 1_000_000_000;

	private static final String ALL = "all";

	private final FramingDeclaration declared;

	private final FaultList faults;

	private final LengthEncoding encoding;

	private final int offset;

	private LengthFieldLint(FramingDeclaration declared, FaultList faults) {
		this.declared = declared;
		this.faults = faults;
		this.encoding = Objects.requireNonNullElse(declared.lengthFieldEncoding(), LengthEncoding.BINARY);
		this.offset = Objects.requireNonNullElse(declared.lengthFieldOffset(), 0);
	}

	static boolean isLengthField(FramingDeclaration declared) {
		return declared.lengthFieldLength() != null || declared.lengthFieldUntil() != null
				|| declared.lengthFieldEncoding() == LengthEncoding.VARINT;
	}

	static void check(FramingDeclaration declared, FaultList faults) {
		LengthFieldLint lint = new LengthFieldLint(declared, faults);
		lint.checkField();
		lint.checkPlace();
		lint.checkBinary();
		if (!faults.isAny()) {
			lint.checkStrip();
		}
		if (!faults.isAny()) {
			lint.checkAdjustment();
		}
	}

	private String encodingName() {
		return this.encoding.name().toLowerCase(Locale.ROOT);
	}

	private void checkField() {
		Integer length = this.declared.lengthFieldLength();
		String until = this.declared.lengthFieldUntil();
		this.faults.range(length, "length-field-length", 1, Long.BYTES);
		this.faults.range(this.declared.lengthAdjustment(), "length-adjustment", -MAX_ADJUSTMENT, MAX_ADJUSTMENT);
		if (this.encoding == LengthEncoding.VARINT) {
			String message = "does not apply to the encoding varint: such a field ends by itself";
			this.faults.addIf(length != null, "length-field-length", message);
			this.faults.addIf(until != null, "length-field-until", message);
			return;
		}
		if (until == null) {
			return;
		}
		this.faults.addIf(length != null, "length-field-until", "cannot be combined with length-field-length");
		boolean hex = this.encoding == LengthEncoding.HEX;
		this.faults.addIf(!hex && this.encoding != LengthEncoding.DECIMAL, "length-field-until",
				"applies only to the encodings decimal and hex");
		byte[] end = characters(until, "length-field-until");
		if (end != null) {
			this.faults.addIf(end.length > 1, "length-field-until", "must be one character, such as : or \\x20");
			this.faults.addIf(Character.digit(end[0], hex ? 16 : 10) >= 0, "length-field-until",
					"must not be a digit of the encoding " + encodingName());
		}
	}

	private byte @Nullable [] characters(String text, String property) {
		try {
			return HexBytes.text(text).toBytes();
		}
		catch (IllegalArgumentException ex) {
			this.faults.add(property, String.valueOf(ex.getMessage()));
			return null;
		}
	}

	private void checkPlace() {
		String after = this.declared.lengthFieldAfter();
		this.faults.range(this.declared.lengthFieldOffset(), "length-field-offset", 0, MAX_OFFSET);
		if (after == null) {
			return;
		}
		this.faults.addIf(this.declared.lengthFieldOffset() != null, "length-field-offset",
				"cannot be combined with length-field-after");
		byte[] marker = characters(after, "length-field-after");
		this.faults.addIf(marker != null && marker.length > LengthFieldShape.MARKER_WITHIN, "length-field-after",
				"must have at most %d characters".formatted(LengthFieldShape.MARKER_WITHIN));
	}

	private void checkBinary() {
		HexBytes mask = this.declared.lengthFieldMask();
		if (this.encoding != LengthEncoding.BINARY) {
			String message = "applies only to the encoding binary, not to " + encodingName();
			this.faults.addIf(this.declared.lengthFieldByteOrder() != null, "length-field-byte-order", message);
			this.faults.addIf(mask != null, "length-field-mask", message);
			return;
		}
		Integer length = this.declared.lengthFieldLength();
		if (mask != null && length != null) {
			this.faults.addIf(mask.length() != length, "length-field-mask",
					"must have as many bytes as length-field-length, %d".formatted(length));
			boolean zero = true;
			for (byte octet : mask.toBytes()) {
				zero &= octet == 0;
			}
			this.faults.addIf(zero, "length-field-mask", "must have a bit set: no other length than 0 would be left");
		}
	}

	private void checkStrip() {
		Integer length = this.declared.lengthFieldLength();
		String text = this.declared.initialBytesToStrip();
		BytePattern header = this.declared.header();
		int headerLength = (header != null) ? header.allowed().length : 0;
		if (this.declared.lengthFieldAfter() != null) {
			this.faults.addIf(text != null && !text.strip().matches("0{1,6}"), "initial-bytes-to-strip",
					"must be 0 where length-field-after is set: what stands before the field could not be rebuilt");
			return;
		}
		int strip = strip(text);
		if (this.faults.isAny()) {
			return;
		}
		int known = (length != null) ? this.offset + length : this.offset;
		if (length == null) {
			this.faults.addIf(strip > this.offset, "initial-bytes-to-strip",
					((this.offset > 0)
							? "must be at most length-field-offset, %d, or all: the field's own length varies"
								.formatted(this.offset)
							: "must be 0 or all: the field's own length varies"));
		}
		else {
			this.faults.addIf(strip > this.offset && strip < known, "initial-bytes-to-strip",
					"must not end within the length field: must be at most %d, or at least %d".formatted(this.offset,
							known));
			this.faults.addIf(strip > known && headerLength < strip, "initial-bytes-to-strip",
					"goes beyond the length field: header must say what all %d bytes are when written"
						.formatted(strip));
		}
		this.faults.addIf(headerLength > Math.max(strip, known), "header",
				"must have at most %d bytes: it ends with the length field or with what is stripped"
					.formatted(Math.max(strip, known)));
	}

	/** How many bytes are stripped, -1 for all of a field that varies. */
	private int strip(@Nullable String text) {
		Integer length = this.declared.lengthFieldLength();
		int all = (length != null) ? this.offset + length : -1;
		if (text == null) {
			return (this.offset == 0) ? all : 0;
		}
		if (text.strip().equalsIgnoreCase(ALL)) {
			return all;
		}
		if (!text.strip().matches("[0-9]{1,6}")) {
			this.faults.add("initial-bytes-to-strip",
					"must be a number of bytes, or all for those up to the field's end");
			return 0;
		}
		return Integer.parseInt(text.strip());
	}

	/** Whether the longest frame that the field can tell is long enough. */
	private void checkAdjustment() {
		LengthFieldShape shape = LengthFieldShape.of("", this.declared);
		int fieldEnd = this.offset + Objects.requireNonNullElse(this.declared.lengthFieldLength(), 0);
		int behind = (shape.strip() == LengthFieldShape.ALL) ? 0 : Math.max(0, shape.strip() - fieldEnd);
		long longest = Math.min(shape.number().largest(), Long.MAX_VALUE / 2) + shape.adjustment();
		int least = behind + shape.trailer().length;
		if (longest < least) {
			this.faults.add((this.declared.lengthAdjustment() != null) ? "length-adjustment" : "trailer",
					"makes every frame too short: at most %d bytes would follow the length field, and at least %d must"
						.formatted(longest, least));
		}
	}

}
