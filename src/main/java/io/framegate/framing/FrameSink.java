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
	 * Takes an empty frame that is not passed on.
	 * @param wire the frame's bytes as they came; the sink's own from now on
	 * @param answer whether they are to be sent back
	 * @return whether to go on cutting
	 */
	default boolean empty(byte[] wire, boolean answer) {
		return true;
	}

	/**
	 * How many first bytes of a frame longer than the limit are wanted.
	 * @return a number of bytes, and such a frame is skipped if its end can be found;
	 * {@link #NONE} if it is a fault
	 */
	default int wantedOfOversize() {
		return NONE;
	}

	/**
	 * A frame longer than the limit was skipped.
	 * @param start its first bytes; the sink's own from now on
	 * @param fault what is wrong with it, as a message
	 * @return whether to go on cutting
	 */
	default boolean oversize(byte[] start, String fault) {
		return true;
	}

}
