package io.framegate.relay;

import io.framegate.connection.ConnectionHandler;
import io.framegate.upstream.Connector;

/**
 * Session mode: one upstream connection for each inbound one, and frames in both
 * directions.
 */
public final class SessionRelay extends Relay {

	private final Connector connector;

	public SessionRelay(Connector connector) {
		this.connector = connector;
	}

	@Override
	public ConnectionHandler handler() {
		return new Session(this.connector);
	}

}
