package io.framegate.connection;

import java.util.HashMap;
import java.util.Map;

/**
 * How many connections are in which state: counted in one pass for all that ask at about
 * the same time, for a scrape asks for every state of every route. Any thread may call.
 */
final class Census {

	private static final long FRESH_NANOS = 100_000_000;

	private final Connections connections;

	private Map<String, int[][]> counts = Map.of();

	private long takenAt;

	private boolean taken;

	Census(Connections connections) {
		this.connections = connections;
	}

	synchronized int count(String route, Side side, ConnectionState state) {
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
		for (FrameConnection connection : this.connections.all()) {
			fresh.computeIfAbsent(connection.route(),
					(route) -> new int[Side.values().length][ConnectionState.values().length])[connection.side()
						.ordinal()][connection.state().ordinal()]++;
		}
		return fresh;
	}

}
