package io.framegate.route;

/**
 * What a route does with new clients while none of its targets is up.
 */
public enum WhenDown implements Labelled {

	/** It accepts them, and tries every target for them. */
	ACCEPT,

	/** Its port is closed. */
	REFUSE

}
