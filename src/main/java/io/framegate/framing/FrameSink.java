package io.framegate.framing;

/**
 * Takes the frames that a {@link FrameCutter} cuts.
 */
@FunctionalInterface
public interface FrameSink {

	/** Nothing is wanted of a frame that is too long: it is a fault. */
	int NONE = -1;

	/**
	 * Takes a frame.
	 * @param payload the frame without delimiter or header; the sink's own from now on
	 * @return whether to go on cutting
	 */
	boolean frame(byte[] payload);

	/**
	 * How many of its first bytes are wanted of a frame that is longer than the limit.
	 * @return a number of bytes, with which such a frame is passed over where its end can
	 * be found; {@link #NONE} where it is a fault
	 */
	default int wantedOfOversize() {
		return NONE;
	}

	/**
	 * A frame longer than the limit was passed over.
	 * @param start its first bytes; the sink's own from now on
	 * @param fault what is wrong with it, for people
	 * @return whether to go on cutting
	 */
	default boolean oversize(byte[] start, String fault) {
		return true;
	}

}
