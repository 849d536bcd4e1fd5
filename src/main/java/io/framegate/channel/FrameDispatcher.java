package io.framegate.channel;

import io.framegate.closure.Side;
import io.framegate.connection.ConnectionRegistry;
import io.framegate.connection.FrameConnection;
import io.framegate.metrics.RouteMetrics;

import org.springframework.messaging.Message;

/**
 * Takes frames from a route's channels, on any thread. The handler of the connection that
 * a frame came from handles it, on that connection's loop. So a route that is replaced
 * and its successor can share their channels.
 */
public final class FrameDispatcher {

	private final ConnectionRegistry connections;

	private final RouteMetrics metrics;

	public FrameDispatcher(ConnectionRegistry connections, RouteMetrics metrics) {
		this.connections = connections;
		this.metrics = metrics;
	}

	/**
	 * Takes a frame that passed the request channel.
	 * @param message the frame
	 */
	public void request(Message<?> message) {
		byte[] payload = FramePayload.of(message);
		FrameConnection from = this.connections.source(message);
		if (from == null) {
			this.metrics.countUndelivered(1);
		}
		else if (from.loop().inLoop()) {
			forward(from, payload);
		}
		else {
			from.later(() -> forward(from, payload));
		}
	}

	/**
	 * Takes a frame that passed the reply channel: from an upstream server, or a user's
	 * own answer to an inbound connection.
	 * @param message the frame
	 */
	public void reply(Message<?> message) {
		byte[] payload = FramePayload.of(message);
		FrameConnection source = this.connections.source(message);
		if (source == null) {
			this.metrics.countUndelivered(1);
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

	private static void forward(FrameConnection from, byte[] payload) {
		if (from.side() == Side.UPSTREAM && from.context().shared()) {
			// A user's own answer to a frame that a server sent without a request.
			from.handler().answer(from, payload);
		}
		else {
			from.handler().frame(from, payload);
		}
	}

	private static void take(FrameConnection source, byte[] payload) {
		if (source.side() == Side.INBOUND) {
			source.handler().answer(source, payload);
		}
		else {
			source.handler().frame(source, payload);
		}
	}

}
