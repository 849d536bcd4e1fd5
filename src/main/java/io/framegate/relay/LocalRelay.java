package io.framegate.relay;

import io.framegate.connection.ConnectionHandler;

/**
 * A route without targets. A user's own flow takes requests from the request channel and
 * sends answers to the reply channel.
 */
public final class LocalRelay extends Relay {

	private final boolean oneWay;

	public LocalRelay(boolean oneWay) {
		this.oneWay = oneWay;
	}

	@Override
	public ConnectionHandler handler() {
		return new LocalExchanges(this.oneWay);
	}

	@Override
	public boolean hasUpstream() {
		return false;
	}

}
