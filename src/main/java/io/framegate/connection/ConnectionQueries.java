package io.framegate.connection;

/**
 * What timers and endpoints ask whoever decides over a connection.
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
	 * When a byte last went either way, on the connection or on its counterpart.
	 * @param own when it last did on the connection, a {@link System#nanoTime()} stamp
	 * @return a {@link System#nanoTime()} stamp, 0 where being idle is no fault
	 */
	default long lastActivity(long own) {
		return own;
	}

	/**
	 * Exchanges under way on the connection.
	 * @return a number of exchanges
	 */
	default int inFlight() {
		return 0;
	}

}
