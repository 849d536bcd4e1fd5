package io.framegate.relay;

import io.framegate.connection.Cause;
import io.framegate.connection.FrameConnection;
import io.framegate.connection.Connections;
import io.framegate.connection.RouteMeters;
import io.framegate.connection.Side;
import io.framegate.connection.Watcher;

import org.springframework.messaging.Message;

/**
 * What a route's mode does with connections and frames. Frames come from the route's
 * channels, on any thread; what is done with them is done on their connection's loop.
 */
public abstract class Relay {

	private final Connections connections;

	private final RouteMeters meters;

	Relay(Connections connections, RouteMeters meters) {
		this.connections = connections;
		this.meters = meters;
	}

	/**
	 * What follows a newly accepted connection.
	 * @return a watcher for one inbound connection; any event loop calls
	 */
	public abstract Watcher watcher();

	/**
	 * Begins: connections that are permanent are opened.
	 */
	public void start() {
	}

	/**
	 * Ends connections that no client owns, once what is under way on them is done.
	 * @param cause why
	 * @param since when the drain began, a {@link System#nanoTime()} stamp
	 */
	public void stop(Cause cause, long since) {
	}

	/**
	 * Whether frames go to an upstream server, rather than to a user's own flow alone.
	 * @return whether they do
	 */
	public boolean hasUpstream() {
		return true;
	}

	/**
	 * Takes a frame that passed the request channel.
	 * @param message the frame
	 */
	public final void request(Message<?> message) {
		byte[] payload = Payload.of(message);
		FrameConnection from = this.connections.source(message);
		if (from == null) {
			this.meters.countUndelivered(1);
		}
		else if (from.loop().inLoop()) {
			request(from, payload);
		}
		else {
			from.later(() -> request(from, payload));
		}
	}

	/**
	 * Takes a frame that passed the reply channel: from an upstream server, or a user's
	 * own answer to an inbound connection.
	 * @param message the frame
	 */
	public final void reply(Message<?> message) {
		byte[] payload = Payload.of(message);
		FrameConnection source = this.connections.source(message);
		if (source == null) {
			this.meters.countUndelivered(1);
			return;
		}
		if (source.side() == Side.INBOUND) {
			source.answered();
		}
		if (source.loop().inLoop()) {
			take(source, payload);
		}
		else {
			source.later(() -> take(source, payload));
		}
	}

	private void take(FrameConnection source, byte[] payload) {
		if (source.side() == Side.INBOUND) {
			answer(source, payload);
		}
		else {
			reply(source, payload);
		}
	}

	/**
	 * A frame from an inbound connection. Its event loop calls.
	 * @param from the connection
	 * @param payload the frame
	 */
	abstract void request(FrameConnection from, byte[] payload);

	/**
	 * A frame from an upstream connection. Its event loop calls.
	 * @param from the connection
	 * @param payload the frame
	 */
	abstract void reply(FrameConnection from, byte[] payload);

	/**
	 * A user's own answer to an inbound connection. Its event loop calls.
	 * @param to the connection
	 * @param payload the frame
	 */
	abstract void answer(FrameConnection to, byte[] payload);

}
