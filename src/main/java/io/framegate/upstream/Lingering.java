package io.framegate.upstream;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;

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

	/** A route is not kept without a link for longer than this. */
	private static final long LONG = TimeUnit.SECONDS.toNanos(1);

	private final int most;

	private final Deque<FrameConnection> connections = new ArrayDeque<>();

	Lingering(int quota) {
		this.most = Math.max(quota, AT_LEAST);
	}

	/**
	 * Makes room for a connection that is to take the place of one that lingers.
	 * @param target where to
	 * @return how many linger on that still count
	 */
	int makeRoom(TargetState target) {
		int there = 0;
		for (FrameConnection one : List.copyOf(this.connections)) {
			if (one.isOpen() && one.attachment() == target) {
				if (System.nanoTime() - one.lastActivity() >= LONG) {
					one.abort(Cause.byGateway(CloseReason.LATE_REPLY, "made room"));
				}
				else {
					there++;
				}
			}
		}
		return there;
	}

	void add(FrameConnection connection) {
		this.connections.removeIf((one) -> !one.isOpen());
		this.connections.addLast(connection);
		if (this.connections.size() > this.most) {
			this.connections.removeFirst().abort(Cause.byGateway(CloseReason.LATE_REPLY, "made room"));
		}
	}

}
