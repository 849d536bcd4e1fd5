package io.framegate.closure;

import java.util.Locale;

/**
 * The two sides of the gateway.
 */
public enum Side {

	/** Towards those who connect to a route. */
	INBOUND,

	/** Towards the servers a route connects to. */
	UPSTREAM;

	private final String label = name().toLowerCase(Locale.ROOT);

	public String label() {
		return this.label;
	}

	/**
	 * Who ended a connection when the peer on this side did.
	 * @return the party
	 */
	public EndedBy asEndedBy() {
		return (this == INBOUND) ? EndedBy.INBOUND : EndedBy.UPSTREAM;
	}

}
