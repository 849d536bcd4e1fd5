package io.framegate.framing;

/**
 * Frames of one length.
 *
 * @param name the framing's name
 * @param length how many bytes each has
 * @param trailer the last of them
 * @param emptyFrames what becomes of frames that have no others
 */
record FixedLengthShape(String name, int length, byte[] trailer, EmptyFrames emptyFrames) {

	int payloadLength() {
		return this.length - this.trailer.length;
	}

}
