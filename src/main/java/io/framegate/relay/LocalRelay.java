package io.framegate.relay;

import io.framegate.connection.Connections;
import io.framegate.connection.FrameConnection;
import io.framegate.connection.RouteMeters;
import io.framegate.connection.Watcher;

/**
 * A route without targets: a user's own flow takes the requests from the request channel
 * and sends its answers to the reply channel.
 */
public final class LocalRelay extends Relay {

	private final boolean oneWay;

	public LocalRelay(boolean oneWay, Connections connections, RouteMeters meters) {
		super(connections, meters);
		this.oneWay = oneWay;
	}

	@Override
	public Watcher watcher() {
		return new LocalClient(this.oneWay);
	}

	@Override
	public boolean hasUpstream() {
		return false;
	}

	@Override
	void request(FrameConnection from, byte[] payload) {
		throw new IllegalStateException("Route '" + from.route() + "' has no targets to forward to");
	}

	@Override
	void reply(FrameConnection from, byte[] payload) {
		throw new IllegalStateException("Route '" + from.route() + "' has no upstream connections");
	}

	@Override
	void answer(FrameConnection to, byte[] payload) {
		((LocalClient) to.watcher()).answer(payload);
	}

}
