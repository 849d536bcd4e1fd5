package io.framegate.framing;

import org.jspecify.annotations.Nullable;

/**
 * The bytes around the frames of a framing.
 *
 * @param framing the framing's name
 * @param start the byte before each payload, or {@link #NONE}
 * @param end the byte after each payload
 * @param second the byte that has to follow {@code end}, another one, or {@link #NONE}
 * @param emptyFrames what becomes of frames without payload
 */
record Delimiters(String framing, int start, int end, int second, EmptyFrames emptyFrames) {

	static final int NONE = -1;

	Delimiters(String framing, int start, int end, int second) {
		this(framing, start, end, second, EmptyFrames.PASS);
	}

	boolean hasStart() {
		return this.start != NONE;
	}

	boolean hasSecond() {
		return this.second != NONE;
	}

	int endLength() {
		return hasSecond() ? 2 : 1;
	}

	/**
	 * The index of the first terminator, or -1.
	 */
	int indexOfEnd(byte[] bytes, int from, int to) {
		return hasSecond() ? Octets.indexOf(bytes, from, to, (byte) this.end, (byte) this.second)
				: Octets.indexOf(bytes, from, to, (byte) this.end);
	}

	/**
	 * An empty frame.
	 */
	byte[] emptyFrame() {
		byte[] frame = new byte[(hasStart() ? 1 : 0) + endLength()];
		writeEnd(frame, writeStart(frame, 0));
		return frame;
	}

	@Nullable String refusal(byte[] payload) {
		if (indexOfEnd(payload, 0, payload.length) < 0) {
			return null;
		}
		String terminator = Octets.name(this.end) + (hasSecond() ? " " + Octets.name(this.second) : "");
		return "payload contains %s, which ends a frame (%s)".formatted(terminator, this.framing);
	}

	int writeStart(byte[] target, int offset) {
		if (!hasStart()) {
			return 0;
		}
		target[offset] = (byte) this.start;
		return 1;
	}

	int writeEnd(byte[] target, int offset) {
		target[offset] = (byte) this.end;
		if (hasSecond()) {
			target[offset + 1] = (byte) this.second;
		}
		return endLength();
	}

}
