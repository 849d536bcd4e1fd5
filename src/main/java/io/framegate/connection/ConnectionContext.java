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
 * @param framing how frames lie in the stream
 * @param maxFrameSize the largest payload received, in bytes
 * @param timeouts the route's limits
 * @param blocking whether what takes the frames may block, so that frames are handed over
 * on virtual threads
 * @param shared whether clients share upstream connections, so that what is written is
 * gathered over all that a loop reads in one turn
 * @param metrics the route's counts
 * @param closures where its record goes
 */
public record ConnectionContext(String route, Side side, Framing framing, int maxFrameSize, Timeouts timeouts,
		boolean blocking, boolean shared, RouteMetrics metrics, ClosureLog closures) {

	/**
	 * Whether it is for each exchange to say what became of its frames.
	 * @return whether the connections are shared by clients
	 */
	boolean countedByExchanges() {
		return this.shared && this.side == Side.UPSTREAM;
	}

}
