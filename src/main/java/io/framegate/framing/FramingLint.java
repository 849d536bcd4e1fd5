package io.framegate.framing;

import java.util.ArrayList;
import java.util.List;

/**
 * Finds what is wrong with a declaration: values out of range, properties that have no
 * effect, and frames that could not be read or written.
 */
final class FramingLint {

	private final List<FramingFault> faults = new ArrayList<>();

	private FramingLint() {
	}

	static List<FramingFault> faults(FramingDeclaration declaration) {
		FramingLint lint = new FramingLint();
		lint.shape(declaration);
		return List.copyOf(lint.faults);
	}

	private void shape(FramingDeclaration declaration) {
		boolean length = declaration.lengthFieldLength() != null || declaration.lengthFieldUntil() != null
				|| declaration.lengthFieldEncoding() == LengthEncoding.VARINT;
		int shapes = (length ? 1 : 0) + (declaration.delimiter().isEmpty() ? 0 : 1)
				+ ((declaration.fixedLength() != null) ? 1 : 0) + (declaration.firstOf().isEmpty() ? 0 : 1);
		if (shapes != 1) {
			this.faults.add(new FramingFault("",
					"must have exactly one of length-field-length, length-field-until, delimiter, fixed-length and first-of"));
		}
	}

}
