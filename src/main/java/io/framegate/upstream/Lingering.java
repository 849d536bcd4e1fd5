package io.framegate.upstream;

import java.util.ArrayDeque;
import java.util.Deque;

import io.framegate.connection.Cause;
import io.framegate.connection.CloseReason;
import io.framegate.connection.FrameConnection;

/**
 * The connections of poisoned links, which go on reading so that late replies are
 * counted. Too many of them would be more connections than the server was promised. Event
 * loop only.
 */
final class Lingering {

	private static final int AT_LEAST = 16;

	private final int most;

	private final Deque<FrameConnection> connections = new ArrayDeque<>();

	Lingering(int quota) {
		this.most = Math.max(quota, AT_LEAST);
	}

	void add(FrameConnection connection) {
		this.connections.removeIf((one) -> !one.isOpen());
		this.connections.addLast(connection);
		if (this.connections.size() > this.most) {
			this.connections.removeFirst().close(Cause.byGateway(CloseReason.LATE_REPLY, "made room"));
		}
	}

}
