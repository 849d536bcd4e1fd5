package io.framegate.tap;

/**
 * What somebody who watches is told.
 */
public sealed interface TapEvent {

	/**
	 * A frame passed.
	 *
	 * @param frame the frame
	 */
	record Frame(TappedFrame frame) implements TapEvent {

	}

	/**
	 * Frames passed that could not be kept, because the reader is slow or there were too
	 * many.
	 *
	 * @param frames how many since the last such event
	 */
	record Lost(long frames) implements TapEvent {

	}

	/** Nothing passed for a while. */
	record Quiet() implements TapEvent {

	}

	/**
	 * Nothing more comes.
	 *
	 * @param reason why
	 * @param frames how many frames were shown
	 * @param lost how many were not
	 */
	record End(TapEnd reason, long frames, long lost) implements TapEvent {

	}

}
