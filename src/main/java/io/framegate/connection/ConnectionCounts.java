package io.framegate.connection;

import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

import io.framegate.closure.Side;
import io.framegate.metrics.RouteMetrics;
import org.jspecify.annotations.Nullable;

/**
 * How many connections are in which state. Each step of a connection is counted, so that
 * asking costs the same with one connection and with many. Any thread may call.
 */
final class ConnectionCounts {

	private final Map<String, OfSide[]> routes = new ConcurrentHashMap<>();

	/**
	 * The counts of one side of a route.
	 * @param route its name
	 * @param side the side
	 */
	OfSide of(String route, Side side) {
		return this.routes.computeIfAbsent(route,
				(name) -> Arrays.stream(Side.values()).map((each) -> new OfSide()).toArray(OfSide[]::new))[side
					.ordinal()];
	}

	/**
	 * Shows how many connections of a route are in which state.
	 * @param metrics the route's metrics
	 * @param route its name
	 */
	void show(RouteMetrics metrics, String route) {
		for (Side side : Side.values()) {
			OfSide counts = of(route, side);
			for (ConnectionState state : ConnectionState.values()) {
				if (state.isOf(side)) {
					metrics.show("framegate.connections.state", "Connections that are in a state now",
							() -> counts.in(state), "side", side.label(), "state", state.label());
				}
			}
		}
	}

	/**
	 * Adds up.
	 * @param route a route's name, {@code null} for all
	 * @param side a side, {@code null} for both
	 * @param state a state, {@code null} for all
	 */
	long total(@Nullable String route, @Nullable Side side, @Nullable ConnectionState state) {
		long total = 0;
		for (Map.Entry<String, OfSide[]> each : this.routes.entrySet()) {
			if (route == null || route.equals(each.getKey())) {
				for (Side of : Side.values()) {
					if (side == null || side == of) {
						total += each.getValue()[of.ordinal()].total(state);
					}
				}
			}
		}
		return total;
	}

	/** The counts of one side of a route. */
	static final class OfSide {

		private final LongAdder[] states = new LongAdder[ConnectionState.values().length];

		private OfSide() {
			Arrays.setAll(this.states, (state) -> new LongAdder());
		}

		/** There is a connection more. */
		void entered(ConnectionState state) {
			this.states[state.ordinal()].increment();
		}

		/** A connection takes a step; one that is closed is not counted any more. */
		void moved(ConnectionState from, ConnectionState to) {
			this.states[from.ordinal()].decrement();
			if (to != ConnectionState.CLOSED) {
				entered(to);
			}
		}

		private long in(ConnectionState state) {
			return this.states[state.ordinal()].sum();
		}

		private long total(@Nullable ConnectionState state) {
			return (state != null) ? in(state) : Arrays.stream(this.states).mapToLong(LongAdder::sum).sum();
		}

	}

}
