package io.framegate.framing;

import java.util.Arrays;

import org.jspecify.annotations.Nullable;

/**
 * The first bytes of a frame that comes in pieces, up to the end of its length field and
 * of what is stripped. Each byte is checked as it comes, so that a peer that speaks
 * something else is found at once. One thread at a time.
 */
final class FrameHead {

	private static final int UNKNOWN = -1;

	private static final int SMALLEST_ARRAY = 32;

	private static final byte[] NOTHING = {};

	private final LengthFieldShape shape;

	private byte[] bytes = NOTHING;

	private int length;

	private int field = UNKNOWN;

	private int fieldEnd = UNKNOWN;

	private long frameLength = UNKNOWN;

	private boolean endsWithField;

	FrameHead(LengthFieldShape shape) {
		this.shape = shape;
	}

	/**
	 * Adds a byte.
	 * @param octet the byte
	 * @return what is wrong with it, as a message, or {@code null}
	 */
	@Nullable String add(byte octet) {
		if (this.length == this.bytes.length) {
			this.bytes = Arrays.copyOf(this.bytes, Math.max(SMALLEST_ARRAY, 2 * this.length));
		}
		this.bytes[this.length++] = octet;
		if (this.field == UNKNOWN) {
			this.field = this.shape.field(this.bytes, 0, this.length);
		}
		boolean inField = this.field != UNKNOWN && this.length > this.field && this.fieldEnd == UNKNOWN;
		if (!inField) {
			String fault = headerFault(this.length - 1);
			return (fault == null && isMarkerMissing()) ? "expected %s within %d bytes"
				.formatted(Octets.characters(this.shape.marker()), LengthFieldShape.MARKER_WITHIN) : fault;
		}
		String fault = this.shape.number().fault(this.bytes, this.field, this.length);
		if (fault != null) {
			return fault;
		}
		this.fieldEnd = this.shape.number().end(this.bytes, this.field, this.length);
		return (this.fieldEnd != UNKNOWN) ? fieldFault() : null;
	}

	private boolean isMarkerMissing() {
		return this.field == UNKNOWN && this.length == LengthFieldShape.MARKER_WITHIN;
	}

	private @Nullable String headerFault(int from) {
		int misfit = this.shape.misfit(this.bytes, 0, from, this.length);
		return (misfit < 0) ? null : "expected %s at offset %d, found %s"
			.formatted(this.shape.header().expected(misfit), misfit, Octets.hex(this.bytes[misfit]));
	}

	/** The field has come: how long the frame is. */
	private @Nullable String fieldFault() {
		String fault = headerFault(this.field);
		if (fault != null) {
			return fault;
		}
		long value = this.shape.number().read(this.bytes, this.field, this.fieldEnd);
		long behind = value + this.shape.adjustment();
		if (value > 0 && this.shape.adjustment() > 0 && behind < 0 || behind > Long.MAX_VALUE - this.fieldEnd) {
			return "announced length %d is too large".formatted(value);
		}
		this.frameLength = behind + this.fieldEnd;
		int shortest = this.shape.head(this.fieldEnd) + this.shape.trailer().length;
		if (this.frameLength >= shortest) {
			return null;
		}
		if (value == 0 && this.shape.mayEndWithField(this.fieldEnd)) {
			this.endsWithField = true;
			this.frameLength = this.fieldEnd;
			return null;
		}
		return "announced length %d is less than %d, the least that a frame has".formatted(value,
				shortest - this.fieldEnd - (long) this.shape.adjustment());
	}

	/**
	 * Whether the byte added last is the length field's last.
	 */
	boolean announces() {
		return this.fieldEnd == this.length;
	}

	boolean isComplete() {
		return this.frameLength != UNKNOWN && (this.endsWithField || this.length >= this.shape.head(this.fieldEnd));
	}

	/**
	 * The length of the whole frame.
	 * @return a number of bytes, -1 if unknown
	 */
	long frameLength() {
		return this.frameLength;
	}

	/**
	 * The length of the frame without what is stripped.
	 */
	long payloadLength() {
		return (this.endsWithField) ? 0
				: this.frameLength - this.shape.stripped(this.fieldEnd) - this.shape.trailer().length;
	}

	/**
	 * Whether the frame is an empty one that ends with its field, without trailer.
	 */
	boolean endsWithField() {
		return this.endsWithField;
	}

	/**
	 * How many of these bytes are not the payload's.
	 */
	int stripped() {
		return (this.endsWithField) ? this.length : this.shape.stripped(this.fieldEnd);
	}

	/**
	 * How many of these bytes are the payload's.
	 */
	int kept() {
		return (isComplete()) ? this.length - stripped() : 0;
	}

	/**
	 * How many bytes may be read at once.
	 */
	int wanted() {
		if (this.fieldEnd != UNKNOWN) {
			return this.shape.head(this.fieldEnd) - this.length;
		}
		if (this.shape.marker().length > 0) {
			return 1;
		}
		int least = this.shape.offset() + Math.max(1, this.shape.number().length());
		return Math.max(1, least - this.length);
	}

	byte[] bytes() {
		return this.bytes;
	}

	int length() {
		return this.length;
	}

	int heldBytes() {
		return this.bytes.length;
	}

	/**
	 * The frame has ended: nothing is kept.
	 */
	void clear() {
		this.bytes = NOTHING;
		this.length = 0;
		this.field = UNKNOWN;
		this.fieldEnd = UNKNOWN;
		this.frameLength = UNKNOWN;
		this.endsWithField = false;
	}

}
