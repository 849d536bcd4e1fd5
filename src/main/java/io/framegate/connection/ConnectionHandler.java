package io.framegate.connection;

import io.framegate.closure.Cause;
import io.framegate.framing.FrameSink;

/**
 * Follows connections and decides what becomes of them. All calls come on the
 * connection's event loop.
 */
public interface ConnectionHandler extends ConnectionQueries {

	/**
	 * The connection was accepted; the handler opens it.
	 * @param connection the connection
	 */
	default void accepted(FrameConnection connection) {
	}

	/**
	 * The connection is established.
	 * @param connection the connection
	 */
	void opened(FrameConnection connection);

	/**
	 * A frame that came on the connection has passed its route's channel.
	 * @param connection the connection
	 * @param payload the frame
	 */
	void frame(FrameConnection connection, byte[] payload);

	/**
	 * A frame that came on the connection while nobody watched its channel: it is just as
	 * it was cut.
	 * @param connection the connection
	 * @param payload the frame
	 */
	default void frameAsCut(FrameConnection connection, byte[] payload) {
		frame(connection, payload);
	}

	/**
	 * A user's own answer to the connection has passed the reply channel.
	 * @param connection the connection
	 * @param payload the frame
	 */
	default void answer(FrameConnection connection, byte[] payload) {
		throw new IllegalStateException(connection + " takes no answers");
	}

	/**
	 * The peer sent FIN and every frame before it was delivered, or it has not even shown
	 * who it is.
	 * @param connection the connection
	 */
	void inputEnded(FrameConnection connection);

	/**
	 * The peer falls behind with what is written, or has caught up.
	 * @param connection the connection
	 */
	void writabilityChanged(FrameConnection connection);

	/**
	 * The connection must close; the handler decides how. The connection is still there.
	 * @param connection the connection
	 * @param cause what happened
	 */
	void failed(FrameConnection connection, Cause cause);

	/**
	 * The socket takes nothing more: the peer has reset it or cannot be reached any more.
	 * What came before is still read and delivered; then the socket is closed.
	 * @param connection the connection
	 * @param cause why
	 */
	default void severed(FrameConnection connection, Cause cause) {
	}

	/**
	 * A frame could not be written to the connection, and none can after it. What was
	 * written before is still sent.
	 * @param connection the connection
	 * @param cause what happened
	 */
	default void outputFailed(FrameConnection connection, Cause cause) {
		failed(connection, cause);
	}

	/**
	 * The socket is closed.
	 * @param connection the connection
	 * @param cause why
	 * @param lostFrames frames written to it that its peer's kernel did not take
	 * @param lostBytes their bytes
	 */
	void closed(FrameConnection connection, Cause cause, long lostFrames, long lostBytes);

	/**
	 * The peer's kernel took more of what was written.
	 * @param connection the connection
	 */
	default void taken(FrameConnection connection) {
	}

	/**
	 * A frame came after the connection stopped taking frames.
	 * @param connection the connection
	 * @param payload the frame, which nobody gets
	 */
	default void discarded(FrameConnection connection, byte[] payload) {
		connection.lose(1, payload.length);
	}

	/**
	 * How many first bytes of a frame longer than {@code max-frame-size} are wanted, so
	 * that the frame is skipped and the connection goes on.
	 * @return a number of bytes; {@link FrameSink#NONE} if such a frame fails the
	 * connection
	 */
	default int wantedOfOversize() {
		return FrameSink.NONE;
	}

	/**
	 * A frame longer than {@code max-frame-size} was skipped.
	 * @param connection the connection
	 * @param start the frame's first bytes
	 * @param cause what is wrong with it
	 */
	default void oversize(FrameConnection connection, byte[] start, Cause cause) {
	}

	/**
	 * Somebody wants the connection closed without loss.
	 * @param connection the connection
	 * @param cause who and why
	 */
	void drain(FrameConnection connection, Cause cause);

}
