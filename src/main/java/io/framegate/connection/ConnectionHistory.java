package io.framegate.connection;

import java.util.List;

/**
 * Tells what has become of a connection so far.
 */
public final class ConnectionHistory {

	private ConnectionHistory() {
	}

	/**
	 * Its states, and when each began. The connection's loop only.
	 * @param connection the connection
	 * @return the first one first
	 */
	public static List<StateChange> of(FrameConnection connection) {
		return connection.parts().lifecycle.states();
	}

}
