package io.framegate.closure;

import java.util.Locale;

/**
 * Who ended a connection.
 */
public enum EndedBy {

	/** The inbound peer. */
	INBOUND,

	/** The upstream peer. */
	UPSTREAM,

	/** The gateway: a timer, a limit, a shutdown. */
	GATEWAY,

	/** A person, through the management endpoints. */
	OPERATOR;

	private final String label = name().toLowerCase(Locale.ROOT);

	public String label() {
		return this.label;
	}

}
