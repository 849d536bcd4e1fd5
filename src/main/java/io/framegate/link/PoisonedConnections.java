package io.framegate.link;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.framegate.closure.Cause;
import io.framegate.closure.CloseReason;
import io.framegate.connection.FrameConnection;
import io.framegate.transport.Loop;
import io.framegate.upstream.TargetState;

/**
 * The connections of poisoned links. They go on reading so that late replies are counted.
 * Too many of them would exceed the number of connections that the server expects. Event
 * loop only.
 */
final class PoisonedConnections {

	private static final int AT_LEAST = 16;

	/** A route is not without a link for longer than this. */
	private static final long LONG = TimeUnit.SECONDS.toNanos(1);

	private static final Cause MADE_ROOM = Cause.byGateway(CloseReason.LATE_REPLY, "made room");

	private final Loop loop;

	private final int most;

	private final Deque<Poisoned> connections = new ArrayDeque<>();

	PoisonedConnections(Loop loop, int quota) {
		this.loop = loop;
		this.most = Math.max(quota, AT_LEAST);
	}

	/**
	 * Makes room for a connection that replaces a poisoned one.
	 * @param target the target
	 * @return how many poisoned ones still count
	 */
	int makeRoom(TargetState target) {
		int there = 0;
		long now = this.loop.now();
		for (Poisoned one : List.copyOf(this.connections)) {
			FrameConnection connection = one.connection();
			if (connection.isOpen() && connection.attachment() == target) {
				// A server may go on sending for as long as it likes.
				if (now - connection.lastActivity() >= LONG || now - one.since() >= LONG) {
					connection.abort(MADE_ROOM);
				}
				else {
					there++;
				}
			}
		}
		return there;
	}

	void add(FrameConnection connection) {
		this.connections.removeIf((one) -> !one.connection().isOpen());
		this.connections.addLast(new Poisoned(connection, this.loop.now()));
		if (this.connections.size() > this.most) {
			this.connections.removeFirst().connection().abort(MADE_ROOM);
		}
	}

	/**
	 * One of them.
	 *
	 * @param connection the connection
	 * @param since when its link was poisoned, a {@link System#nanoTime()} stamp
	 */
	private record Poisoned(FrameConnection connection, long since) {
	}

}
