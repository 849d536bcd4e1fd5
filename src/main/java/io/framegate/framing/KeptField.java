package io.framegate.framing;

import org.jspecify.annotations.Nullable;

/**
 * Checks payloads that contain their length field. Any thread may call.
 */
final class KeptField {

	private KeptField() {
	}

	/**
	 * Why a payload, with what is stripped from it, is not exactly one frame.
	 * @param shape the framing
	 * @param payload the payload
	 * @return a reason as a message, or {@code null} if it is one
	 */
	static @Nullable String refusal(LengthFieldShape shape, byte[] payload) {
		int frame = -shape.strip();
		int field = shape.field(payload, frame, payload.length);
		if (field == LengthFieldShape.NONE) {
			return "payload has no %s in its first %d bytes".formatted(Octets.characters(shape.marker()),
					LengthFieldShape.MARKER_WITHIN);
		}
		int misfit = (frame == 0 && shape.header().isAt(payload, 0)) ? -1
				: shape.misfit(payload, frame, 0, payload.length);
		if (misfit >= 0) {
			return "payload's header: expected %s at offset %d, found %s"
				.formatted(shape.header().expected(misfit - frame), misfit, Octets.hex(payload[misfit]));
		}
		int end = shape.number().end(payload, field, payload.length);
		long value = (end != LengthNumber.NONE) ? shape.number().read(payload, field, end) : LengthNumber.NONE;
		if (value == LengthNumber.NONE) {
			String fault = shape.number().fault(payload, field, payload.length);
			return (fault != null) ? "payload's length field: " + fault
					: "payload of %d bytes ends before its length field does".formatted(payload.length);
		}
		long right = (long) payload.length - end + shape.trailer().length - shape.adjustment();
		return (value == right) ? null : "payload's length field is %d, but %d would be right".formatted(value, right);
	}

}
