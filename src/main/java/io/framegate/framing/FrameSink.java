package io.framegate.framing;

/**
 * Takes the frames that a {@link FrameCutter} cuts.
 */
@FunctionalInterface
public interface FrameSink {

	/**
	 * Takes a frame.
	 * @param payload the frame without delimiter or header; the sink's own from now on
	 * @return whether to go on cutting
	 */
	boolean frame(byte[] payload);

}
