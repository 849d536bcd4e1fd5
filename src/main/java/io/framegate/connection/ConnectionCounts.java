package io.framegate.connection;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

import io.framegate.closure.Side;
import io.framegate.metrics.RouteMetrics;

/**
 * How many connections are in which state. One pass serves all that ask at about the same
 * time, because a scrape asks for every state of every route. Any thread may call.
 */
final class ConnectionCounts {

	private static final long FRESH_NANOS = 100_000_000;

	private final Collection<FrameConnection> connections;

	private Map<String, int[][]> counts = Map.of();

	private long takenAt;

	private boolean taken;

	ConnectionCounts(Collection<FrameConnection> connections) {
		this.connections = connections;
	}

	/**
	 * Shows how many connections of a route are in which state, as of a moment ago.
	 * @param metrics the route's metrics
	 * @param route its name
	 */
	void show(RouteMetrics metrics, String route) {
		for (Side side : Side.values()) {
			for (ConnectionState state : ConnectionState.values()) {
				if (state.isOf(side)) {
					metrics.show("framegate.connections.state", "Connections that are in a state now",
							() -> count(route, side, state), "side", side.label(), "state", state.label());
				}
			}
		}
	}

	private synchronized int count(String route, Side side, ConnectionState state) {
		long now = System.nanoTime();
		if (!this.taken || now - this.takenAt > FRESH_NANOS) {
			this.counts = take();
			this.takenAt = now;
			this.taken = true;
		}
		int[][] found = this.counts.get(route);
		return (found != null) ? found[side.ordinal()][state.ordinal()] : 0;
	}

	private Map<String, int[][]> take() {
		Map<String, int[][]> fresh = new HashMap<>();
		for (FrameConnection connection : this.connections) {
			fresh.computeIfAbsent(connection.route(),
					(route) -> new int[Side.values().length][ConnectionState.values().length])[connection.side()
						.ordinal()][connection.state().ordinal()]++;
		}
		return fresh;
	}

}
