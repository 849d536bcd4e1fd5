package io.framegate.framing;

import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * Frames of one length. Any thread may call.
 */
public class FixedLengthFraming extends DeclaredFraming {

	private final FixedLengthShape shape;

	/**
	 * A framing as declared.
	 * @param name its name, for messages
	 * @param declaration a declaration without {@link Framings#faults}
	 */
	FixedLengthFraming(String name, FramingDeclaration declaration) {
		HexBytes trailer = declaration.trailer();
		this.shape = new FixedLengthShape(name, Objects.requireNonNull(declaration.fixedLength()),
				(trailer != null) ? trailer.toBytes() : new byte[0],
				Objects.requireNonNullElse(declaration.emptyFrames(), EmptyFrames.PASS));
	}

	@Override
	public StreamedCutter cutter(int maxFrameSize) {
		return new FixedLengthCutter(this.shape, maxFrameSize);
	}

	@Override
	public @Nullable String refusal(byte[] payload) {
		return (payload.length == this.shape.payloadLength()) ? null : "payload of %d bytes is not of %d bytes (%s)"
			.formatted(payload.length, this.shape.payloadLength(), this.shape.name());
	}

	@Override
	public boolean answersEmptyFrames() {
		return this.shape.emptyFrames() == EmptyFrames.ANSWER;
	}

	@Override
	public int overhead() {
		return this.shape.trailer().length;
	}

	@Override
	public boolean hasFixedOverhead() {
		return this.shape.emptyFrames() != EmptyFrames.ANSWER;
	}

	@Override
	public int reach() {
		return WHOLE;
	}

	@Override
	public int prefix(byte[] payload, byte[] target, int offset) {
		return 0;
	}

	@Override
	public int suffix(byte[] payload, byte[] target, int offset) {
		byte[] trailer = this.shape.trailer();
		System.arraycopy(trailer, 0, target, offset, trailer.length);
		return trailer.length;
	}

}
