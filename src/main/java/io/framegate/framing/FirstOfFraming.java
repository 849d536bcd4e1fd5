package io.framegate.framing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.integration.ip.tcp.serializer.AbstractByteArraySerializer;

/**
 * Frames of several shapes, told apart by their first bytes. A payload is written in the
 * first shape that can carry it and that it would be read in again. Any thread may call.
 */
public class FirstOfFraming extends AbstractByteArraySerializer implements Framing {

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
	public FrameCutter cutter(int maxFrameSize) {
		return new FirstOfCutter(this.choice, this.shapes, maxFrameSize);
	}

	@Override
	public @Nullable String refusal(byte[] payload) {
		String refusal = null;
		for (int shape = 0; shape < this.shapes.size(); shape++) {
			if (isReadAs(shape, payload)) {
				String reason = this.shapes.get(shape).refusal(payload);
				if (reason == null) {
					return null;
				}
				refusal = (refusal != null) ? refusal : reason;
			}
		}
		return (refusal != null) ? refusal
				: "payload would be read in another shape than it is written in (%s)".formatted(this.name);
	}

	private boolean isReadAs(int shape, byte[] payload) {
		return this.choice.chosenFor(this.shapes.get(shape), payload) == shape;
	}

	/** The shape of a payload that is not refused. */
	private Framing shape(byte[] payload) {
		Framing chosen = null;
		for (int shape = 0; shape < this.shapes.size(); shape++) {
			if (isReadAs(shape, payload)) {
				if (chosen != null && chosen.refusal(payload) == null) {
					return chosen;
				}
				chosen = this.shapes.get(shape);
			}
		}
		if (chosen == null) {
			throw new IllegalArgumentException("No shape of %s carries the payload".formatted(this.name));
		}
		return chosen;
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
		return shape(payload).body(payload);
	}

	@Override
	public int prefix(byte[] payload, byte[] target, int offset) {
		return shape(payload).prefix(payload, target, offset);
	}

	@Override
	public int suffix(byte[] payload, byte[] target, int offset) {
		return shape(payload).suffix(payload, target, offset);
	}

	@Override
	public void serialize(byte[] payload, OutputStream output) throws IOException {
		FrameStreams.write(this, payload, output);
	}

	@Override
	public byte[] deserialize(InputStream input) throws IOException {
		return FrameStreams.read(input, new FirstOfCutter(this.choice, this.shapes, getMaxMessageSize()),
				this::publishEvent);
	}

}
