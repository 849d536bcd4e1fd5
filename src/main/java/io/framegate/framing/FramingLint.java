package io.framegate.framing;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * Finds what is wrong with a declaration: values out of range, properties that have no
 * effect, and frames that could not be read or written.
 */
final class FramingLint {

	/** What says how frames are cut. Each framing has one of them. */
	private static final String SHAPES = "length-field-length, length-field-until, length-field-encoding: varint, delimiter, fixed-length and first-of";

	private static final int MAX_FRAME = 1 << 30;

	private static final String ONLY_LENGTH = "applies only to framings with a length field";

	private static final String ONLY_DELIMITER = "applies only to framings with a delimiter";

	private FramingLint() {
	}

	static List<FramingFault> faults(FramingDeclaration declared) {
		FaultList faults = new FaultList();
		faults.addIf(declared.startsWith() != null, "starts-with", "applies only within first-of");
		if (declared.firstOf().isEmpty()) {
			shape(declared, faults);
		}
		else {
			set(declared, false).keySet()
				.stream()
				.filter((property) -> !property.equals("empty-frames"))
				.forEach((property) -> faults.add(property, "must stand in the shapes of first-of, not beside them"));
			firstOf(declared.firstOf(), faults);
		}
		return faults.all();
	}

	private static void firstOf(List<FramingDeclaration> shapes, FaultList faults) {
		for (int i = 0; i < shapes.size(); i++) {
			FramingDeclaration shape = shapes.get(i);
			FaultList at = faults.shape(i);
			at.addIf(!shape.firstOf().isEmpty(), "first-of", "must not stand within first-of");
			at.addIf(shape.emptyFrames() != null, "empty-frames", "must stand beside first-of, for all of its shapes");
			at.addIf(shape.startsWith() == null, "starts-with", "is required: it tells the shapes apart");
			if (shape.firstOf().isEmpty()) {
				shape(shape, at);
			}
			StartsWithLint.check(shapes, i, at);
		}
	}

	/** A shape: exactly one of three. */
	private static void shape(FramingDeclaration declared, FaultList faults) {
		boolean length = LengthFieldLint.isLengthField(declared);
		boolean delimiter = !declared.delimiter().isEmpty();
		Integer fixedLength = declared.fixedLength();
		boolean fixed = fixedLength != null;
		if (!length && !delimiter && !fixed) {
			faults.add("", "must have exactly one of " + SHAPES);
			return;
		}
		String shape = length ? "a length field" : "delimiter";
		faults.addIf(length && delimiter, "delimiter", "cannot be combined with a length field");
		faults.addIf(fixed && (length || delimiter), "fixed-length", "cannot be combined with " + shape);
		set(declared, true).forEach((property, owner) -> {
			faults.addIf(!length && owner.equals(ONLY_LENGTH), property, ONLY_LENGTH);
			faults.addIf(!delimiter && owner.equals(ONLY_DELIMITER), property, ONLY_DELIMITER);
		});
		faults.range(fixedLength, "fixed-length", 1, MAX_FRAME);
		HexBytes trailer = declared.trailer();
		faults.addIf(fixedLength != null && trailer != null && trailer.length() >= fixedLength, "trailer",
				"must be shorter than fixed-length");
		if (length) {
			LengthFieldLint.check(declared, faults);
		}
		if (delimiter) {
			DelimiterLint.check(declared, faults);
		}
	}

	/**
	 * The properties that are set.
	 * @param declared a declaration
	 * @param only whether those alone that one shape has
	 * @return which shape each belongs to, as a message
	 */
	private static Map<String, String> set(FramingDeclaration declared, boolean only) {
		Map<String, String> set = new LinkedHashMap<>();
		put(set, declared.lengthFieldOffset(), "length-field-offset", ONLY_LENGTH);
		put(set, declared.lengthFieldAfter(), "length-field-after", ONLY_LENGTH);
		put(set, declared.lengthFieldLength(), "length-field-length", ONLY_LENGTH);
		put(set, declared.lengthFieldUntil(), "length-field-until", ONLY_LENGTH);
		put(set, declared.lengthFieldEncoding(), "length-field-encoding", ONLY_LENGTH);
		put(set, declared.lengthFieldByteOrder(), "length-field-byte-order", ONLY_LENGTH);
		put(set, declared.lengthFieldMask(), "length-field-mask", ONLY_LENGTH);
		put(set, declared.lengthAdjustment(), "length-adjustment", ONLY_LENGTH);
		put(set, declared.initialBytesToStrip(), "initial-bytes-to-strip", ONLY_LENGTH);
		put(set, declared.header(), "header", ONLY_LENGTH);
		put(set, declared.startDelimiter(), "start-delimiter", ONLY_DELIMITER);
		put(set, declared.stripDelimiter(), "strip-delimiter", ONLY_DELIMITER);
		put(set, declared.skipBeforeStart(), "skip-before-start", ONLY_DELIMITER);
		put(set, declared.escape(), "escape", ONLY_DELIMITER);
		if (!only) {
			put(set, declared.trailer(), "trailer", "");
			put(set, declared.delimiter().isEmpty() ? null : "", "delimiter", "");
			put(set, declared.fixedLength(), "fixed-length", "");
			put(set, declared.emptyFrames(), "empty-frames", "");
		}
		return set;
	}

	private static void put(Map<String, String> set, @Nullable Object value, String property, String owner) {
		if (value != null) {
			set.put(property, owner);
		}
	}

}
