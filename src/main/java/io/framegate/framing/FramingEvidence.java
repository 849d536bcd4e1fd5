package io.framegate.framing;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * How much it proves that a framing has cut bytes: how many bits had to be as they are,
 * if the bytes were of something else. Immutable; any thread may call.
 */
final class FramingEvidence {

	private final List<ShapeEvidence> shapes;

	/** What the choice among several shapes takes from each frame. */
	private final double choice;

	/**
	 * Evidence for a framing.
	 * @param declaration how it is declared, {@code null} if any bytes are frames of it
	 */
	FramingEvidence(@Nullable FramingDeclaration declaration) {
		if (declaration == null) {
			this.shapes = List.of();
		}
		else if (declaration.firstOf().isEmpty()) {
			this.shapes = List.of(ShapeEvidence.of(declaration));
		}
		else {
			this.shapes = declaration.firstOf().stream().map(ShapeEvidence::of).toList();
		}
		this.choice = Math.log(Math.max(1, this.shapes.size())) / Math.log(2);
	}

	/**
	 * What a frame proves.
	 * @param bytes holds the frame
	 * @param piece where it is
	 * @return a number of bits
	 */
	double bits(byte[] bytes, CutFrame piece) {
		for (ShapeEvidence shape : this.shapes) {
			if (shape.begins(bytes, piece.offset())) {
				return shape.bits(bytes, piece) - this.choice;
			}
		}
		return 0;
	}

}
