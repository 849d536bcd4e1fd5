package io.framegate.framing;

/**
 * A cutter that can be fed from a blocking stream without reading past the end of the
 * frame.
 */
interface StreamedCutter extends FrameCutter {

	/**
	 * How many bytes may be read at once, so that none of them belongs to the next frame.
	 * @return a number of bytes, at least 1
	 */
	int wanted();

	/**
	 * The payload bytes held of the frame that is not complete.
	 * @return a copy
	 */
	byte[] partial();

}
