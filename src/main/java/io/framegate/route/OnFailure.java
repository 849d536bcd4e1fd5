package io.framegate.route;

/**
 * What the client of a failed exchange gets.
 */
public enum OnFailure implements Labelled {

	/** Its connection is closed. */
	CLOSE,

	/** A configured reply. */
	REPLY

}
