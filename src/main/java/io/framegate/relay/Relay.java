package io.framegate.relay;

import io.framegate.closure.Cause;
import io.framegate.connection.ConnectionHandler;

/**
 * What a route's mode does with connections.
 */
public abstract class Relay {

	/**
	 * What follows a newly accepted connection.
	 * @return a handler for one inbound connection; any event loop calls
	 */
	public abstract ConnectionHandler handler();

	/**
	 * Begins: connections that are permanent are opened.
	 */
	public void start() {
	}

	/**
	 * Ends connections that no client owns, once what is under way on them is done.
	 * @param cause why
	 * @param since when the drain began, a {@link System#nanoTime()} stamp
	 */
	public void stop(Cause cause, long since) {
	}

	/**
	 * Whether frames go to an upstream server, rather than to a user's own flow alone.
	 * @return whether they do
	 */
	public boolean hasUpstream() {
		return true;
	}

}
