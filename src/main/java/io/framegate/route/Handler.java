package io.framegate.route;

/**
 * What the flows on a route's channels may do.
 */
public enum Handler implements Labelled {

	/** They never block, so frames are handled on the event loop. */
	FAST,

	/**
	 * They may block, so frames are handled on virtual threads, in order for each
	 * connection.
	 */
	BLOCKING

}
