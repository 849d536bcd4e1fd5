package io.framegate.link;

import io.framegate.connection.FrameConnection;

/**
 * Takes frames that servers send without a request. The connection's event loop calls.
 */
@FunctionalInterface
public interface UnsolicitedFrames {

	/** Without requests, nothing is unsolicited. */
	UnsolicitedFrames IGNORED = (from, frame) -> {
	};

	/**
	 * Takes a frame that is no reply, or counts it as discarded.
	 * @param from its connection, which stays
	 * @param frame the frame
	 */
	void take(FrameConnection from, byte[] frame);

}
