package io.framegate.connection;

/**
 * Watches frames. Called by whatever thread carries them, as a rule an event loop: it
 * must not block, throw, or keep the array.
 */
@FunctionalInterface
public interface FrameTap {

	/**
	 * A frame came from the peer of a connection, or is being written to it.
	 * @param connection the connection's id
	 * @param in whether it came from the peer
	 * @param payload the frame; the gateway goes on using it
	 */
	void frame(String connection, boolean in, byte[] payload);

}
