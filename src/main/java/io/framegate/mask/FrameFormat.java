package io.framegate.mask;

/**
 * A format of messages with fields to hide. Any thread may call.
 */
@FunctionalInterface
interface FrameFormat {

	/**
	 * Hides fields of a frame. What cannot be read is hidden too.
	 * @param frame the frame
	 * @param hidden takes what is hidden
	 * @return whether the frame has this format, as far as its beginning tells
	 */
	boolean hide(byte[] frame, Hidden hidden);

}
