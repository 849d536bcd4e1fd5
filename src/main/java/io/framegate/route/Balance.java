package io.framegate.route;

/**
 * How one of several targets is chosen.
 */
public enum Balance implements Labelled {

	/** Each in turn. */
	ROUND_ROBIN,

	/** The one with the fewest connections. */
	LEAST_CONNECTIONS,

	/** The same one for the same client address. */
	SOURCE_HASH,

	/** The first that is up. */
	FAILOVER

}
