package io.framegate.relay;

import io.framegate.closure.Cause;
import io.framegate.connection.ConnectionHandler;

/**
 * What a route's mode does with its connections.
 */
public abstract class Relay {

	/**
	 * Handles a newly accepted connection.
	 * @return a handler for one inbound connection; any event loop calls
	 */
	public abstract ConnectionHandler handler();

	/**
	 * Begins: permanent connections are opened.
	 */
	public void start() {
	}

	/**
	 * Closes connections that no client owns, once nothing is in flight on them.
	 * @param cause why
	 * @param since when the drain began, a {@link System#nanoTime()} stamp
	 */
	public void stop(Cause cause, long since) {
	}

	/**
	 * Whether frames go to an upstream server, rather than to a user's own flow alone.
	 */
	public boolean hasUpstream() {
		return true;
	}

}
