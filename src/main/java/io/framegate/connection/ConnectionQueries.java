package io.framegate.connection;

/**
 * What timers and endpoints ask the handler of a connection.
 */
public interface ConnectionQueries {

	/**
	 * Since when a reply is awaited from the peer.
	 * @return a {@link System#nanoTime()} stamp, 0 for none
	 */
	default long awaitingReplySince() {
		return 0;
	}

	/**
	 * When a byte was last sent or received, on the connection or on its counterpart.
	 * @param own when it last was on the connection, a {@link System#nanoTime()} stamp
	 * @return a {@link System#nanoTime()} stamp, 0 if being idle is no fault
	 */
	default long lastActivity(long own) {
		return own;
	}

	/**
	 * Exchanges in flight on the connection.
	 * @return a number of exchanges
	 */
	default int inFlight() {
		return 0;
	}

}
