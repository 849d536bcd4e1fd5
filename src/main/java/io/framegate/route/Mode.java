package io.framegate.route;

/**
 * How frames flow between the two sides.
 */
public enum Mode implements Labelled {

	/** One upstream connection for each inbound one; frames flow both ways, in order. */
	SESSION,

	/** Every inbound frame is an exchange over shared upstream connections. */
	REQUEST_REPLY,

	/** Frames go upstream, nothing returns. */
	ONE_WAY

}
