package io.framegate.framing;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Frames of several shapes, told apart by their first bytes. A payload is written in the
 * first shape that can carry it and that it would be read in again. Any thread may call.
 */
public class FirstOfFraming extends DeclaredFraming {

	private static final String OTHER_SHAPE = "payload would be read in another shape than it is written in";

	private final String name;

	private final List<Framing> shapes;

	private final ShapeChoice choice;

	private final int overhead;

	/**
	 * A framing as declared.
	 * @param name its name, for messages
	 * @param declaration a declaration without {@link Framings#faults}
	 * @param shapes the framing of each element of its first-of, in order
	 */
	FirstOfFraming(String name, FramingDeclaration declaration, List<Framing> shapes) {
		this.name = name;
		this.shapes = List.copyOf(shapes);
		this.choice = new ShapeChoice(name, declaration.firstOf());
		this.overhead = shapes.stream().mapToInt(Framing::overhead).max().orElse(0);
	}

	@Override
	public StreamedCutter cutter(int maxFrameSize) {
		return new FirstOfCutter(this.choice, this.shapes, maxFrameSize);
	}

	@Override
	public @Nullable String refusal(byte[] payload) {
		String first = null;
		for (int shape = 0; shape < this.shapes.size(); shape++) {
			String refusal = refusal(shape, payload);
			if (refusal == null) {
				return null;
			}
			first = (first == null || first.equals(OTHER_SHAPE)) ? refusal : first;
		}
		return OTHER_SHAPE.equals(first) ? first + " (" + this.name + ")" : first;
	}

	/**
	 * Why a payload is not written in a shape. What costs least is looked at first; a
	 * length field can only be written for a payload that it can have.
	 */
	private @Nullable String refusal(int shape, byte[] payload) {
		Framing framing = this.shapes.get(shape);
		boolean lengthDecides = framing.reach() == 0;
		String refusal = lengthDecides ? framing.refusal(payload) : null;
		if (refusal == null && this.choice.chosenFor(framing, payload) != shape) {
			return OTHER_SHAPE;
		}
		return lengthDecides ? refusal : framing.refusal(payload);
	}

	@Override
	public Framing writing(byte[] payload) {
		int last = this.shapes.size() - 1;
		int shape = 0;
		while (shape < last && refusal(shape, payload) != null) {
			shape++;
		}
		return this.shapes.get(shape);
	}

	@Override
	public boolean answersEmptyFrames() {
		return this.shapes.stream().anyMatch(Framing::answersEmptyFrames);
	}

	@Override
	public int overhead() {
		return this.overhead;
	}

	@Override
	public boolean hasFixedOverhead() {
		return this.shapes.stream().allMatch((shape) -> shape.hasFixedOverhead() && shape.overhead() == this.overhead);
	}

	@Override
	public int reach() {
		return WHOLE;
	}

	@Override
	public byte[] body(byte[] payload) {
		return writing(payload).body(payload);
	}

	@Override
	public int prefix(byte[] payload, byte[] target, int offset) {
		return writing(payload).prefix(payload, target, offset);
	}

	@Override
	public int suffix(byte[] payload, byte[] target, int offset) {
		return writing(payload).suffix(payload, target, offset);
	}

}
