package io.framegate.framing;

import org.jspecify.annotations.Nullable;

/**
 * Frames with a length field, as declared. Where the field is stripped, it is written
 * before each payload; where it is kept, each payload must have the right one. Any thread
 * may call.
 */
public class LengthFieldFraming extends DeclaredFraming {

	private final LengthFieldShape shape;

	/**
	 * How many bytes of a head stand before its length, or take part in it and behind.
	 */
	private final int template;

	/** What the length is more than the payload's. */
	private final long more;

	LengthFieldFraming(LengthFieldShape shape) {
		this.shape = shape;
		boolean varies = this.shape.strip() == LengthFieldShape.ALL;
		this.template = (varies) ? this.shape.offset() : this.shape.strip();
		int behindField = (varies || !this.shape.writesField()) ? 0
				: this.template - this.shape.offset() - this.shape.number().length();
		this.more = (long) behindField + this.shape.trailer().length - this.shape.adjustment();
	}

	/**
	 * A framing as declared.
	 * @param name its name, for messages
	 * @param declaration a declaration with a length field, without
	 * {@link Framings#faults}
	 * @return a built-in framing with that name if the declaration means it
	 */
	static Framing of(String name, FramingDeclaration declaration) {
		LengthFieldShape shape = LengthFieldShape.of(name, declaration);
		return shape.isLengthOnly() ? new LengthFraming(name, shape.number().length()) : new LengthFieldFraming(shape);
	}

	@Override
	public StreamedCutter cutter(int maxFrameSize) {
		return new LengthFieldCutter(this.shape, maxFrameSize);
	}

	@Override
	public @Nullable String refusal(byte[] payload) {
		String refusal = this.shape.writesField() ? refusal(payload.length) : KeptField.refusal(this.shape, payload);
		return (refusal != null) ? refusal + " (" + this.shape.name() + ")" : null;
	}

	private @Nullable String refusal(int length) {
		LengthNumber number = this.shape.number();
		long value = length + this.more;
		if (isPoll(length) || number.carries(value)) {
			return null;
		}
		if (value < 0) {
			return "payload of %d bytes is shorter than %d".formatted(length, -this.more);
		}
		if (value > number.largest()) {
			return "payload of %d bytes exceeds %d".formatted(length, number.largest() - this.more);
		}
		return "payload of %d bytes has a length that the mask has no bits for".formatted(length);
	}

	/**
	 * Whether an empty frame ends with its field, of value 0: where the length counts
	 * bytes of the header, protocols poll so.
	 */
	private boolean isPoll(int length) {
		return length == 0 && this.shape.adjustment() < 0 && this.shape.writesField();
	}

	@Override
	public boolean answersEmptyFrames() {
		return this.shape.emptyFrames() == EmptyFrames.ANSWER;
	}

	@Override
	public int overhead() {
		int field = this.shape.writesField() ? this.shape.offset() + this.shape.number().longest() : 0;
		return Math.max(field, this.template) + this.shape.trailer().length;
	}

	@Override
	public boolean hasFixedOverhead() {
		boolean pollVaries = this.shape.adjustment() < 0 && this.shape.writesField()
				&& overhead() > this.shape.offset() + this.shape.number().longest();
		return this.shape.strip() != LengthFieldShape.ALL && this.shape.emptyFrames() != EmptyFrames.ANSWER
				&& !pollVaries;
	}

	@Override
	public int reach() {
		return this.shape.writesField() ? 0 : WHOLE;
	}

	@Override
	public int prefix(byte[] payload, byte[] target, int offset) {
		if (!this.shape.writesField()) {
			this.shape.header().write(target, offset, this.template);
			return this.template;
		}
		if (this.template != this.shape.number().length()) {
			this.shape.header().write(target, offset, this.template);
		}
		boolean poll = isPoll(payload.length);
		int length = this.shape.offset() + this.shape.number()
			.write(poll ? 0 : payload.length + this.more, target, offset + this.shape.offset());
		return poll ? length : Math.max(this.template, length);
	}

	@Override
	public int suffix(byte[] payload, byte[] target, int offset) {
		byte[] trailer = this.shape.trailer();
		if (trailer.length == 0 || isPoll(payload.length)) {
			return 0;
		}
		for (int at = 0; at < trailer.length; at++) {
			target[offset + at] = trailer[at];
		}
		return trailer.length;
	}

}
