package io.framegate.connection;

import org.springframework.integration.ip.tcp.connection.TcpListener;

/** Gets the frames of a route's connections as messages, if anybody is to see those. */
public interface FrameListener extends TcpListener {

	/**
	 * Whether a message would pass nobody on its way back to the connection's own
	 * handler: no interceptor, no flow, no tracking. The frame can then be handed over
	 * without one. Asked before each frame, because that may change at any time.
	 */
	boolean isUnwatched();

}
