package io.framegate.relay;

import io.framegate.connection.FrameConnection;
import io.framegate.connection.Watcher;
import io.framegate.upstream.Connector;

/**
 * Session mode: an upstream connection for each inbound one, and frames both ways.
 */
public final class SessionRelay extends Relay {

	private final Connector connector;

	public SessionRelay(Connector connector) {
		super(connector.terms().connections(), connector.terms().meters());
		this.connector = connector;
	}

	@Override
	public Watcher watcher() {
		return new Session(this.connector);
	}

	@Override
	void request(FrameConnection from, byte[] payload) {
		((Session) from.watcher()).forward(from, payload);
	}

	@Override
	void reply(FrameConnection from, byte[] payload) {
		((Session) from.watcher()).forward(from, payload);
	}

	@Override
	void answer(FrameConnection to, byte[] payload) {
		((Session) to.watcher()).answer(payload);
	}

}
