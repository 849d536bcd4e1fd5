package io.framegate.connection;

import io.framegate.closure.ClosureLog;
import io.framegate.closure.Side;
import io.framegate.framing.Framing;
import io.framegate.metrics.RouteMetrics;
import io.framegate.timeout.Timeouts;

/**
 * What all connections on one side of a route have in common.
 *
 * @param route the route's name
 * @param side the side
 * @param framing how the stream is cut into frames
 * @param maxFrameSize the largest payload received, in bytes
 * @param timeouts the route's limits
 * @param blocking whether the handler of frames may block, so that it runs on virtual
 * threads
 * @param shared whether clients share upstream connections, so that writes are gathered
 * over all that a loop reads in one turn
 * @param metrics the route's counts
 * @param closures takes the records
 * @param firstFailures notices that the framing does not fit any peer
 * @param taps where the route's frames can be watched
 */
public record ConnectionContext(String route, Side side, Framing framing, int maxFrameSize, Timeouts timeouts,
		boolean blocking, boolean shared, RouteMetrics metrics, ClosureLog closures, FirstFailures firstFailures,
		TapPoint taps) {

	/**
	 * A context with a framing that has no other name than its class.
	 */
	public ConnectionContext(String route, Side side, Framing framing, int maxFrameSize, Timeouts timeouts,
			boolean blocking, boolean shared, RouteMetrics metrics, ClosureLog closures) {
		this(route, side, framing, maxFrameSize, timeouts, blocking, shared, metrics, closures,
				new FirstFailures(route, side, framing.getClass().getSimpleName()), new TapPoint());
	}

	/**
	 * Whether exchanges count their own frames, because clients share the connections.
	 */
	boolean countedByExchanges() {
		return this.shared && this.side == Side.UPSTREAM;
	}

}
