package io.framegate.route;

/**
 * How clients share the upstream connections of a request-reply route.
 */
public enum Sharing implements Labelled {

	/** A pooled connection carries one exchange at a time. */
	EXCLUSIVE,

	/** Few links; replies are matched first in, first out. */
	ORDERED,

	/** Few links; replies are matched by a key within the frame. */
	CORRELATED

}
