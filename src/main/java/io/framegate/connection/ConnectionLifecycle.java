package io.framegate.connection;

import io.framegate.closure.Side;

/**
 * The state of a connection, and which of its directions have ended. It refuses steps
 * that {@link ConnectionState} does not have. Event loop only, but for {@link #state()}
 * and {@link #isOpen()}.
 */
final class ConnectionLifecycle {

	private volatile ConnectionState state;

	/** Every frame before the peer's FIN was delivered. */
	private boolean inputDone;

	/** Our FIN was sent. */
	private boolean outputEnded;

	/**
	 * A new connection.
	 * @param side the connection's side
	 */
	ConnectionLifecycle(Side side) {
		this.state = (side == Side.INBOUND) ? ConnectionState.ACCEPTED : ConnectionState.CONNECTING;
	}

	private void become(ConnectionState next) {
		ConnectionState before = this.state;
		if (!before.mayBecome(next)) {
			throw new IllegalStateException("A connection that is " + before + " cannot become " + next);
		}
		this.state = next;
	}

	/** The connection is established: reading begins. */
	void established() {
		become(ConnectionState.OPEN);
		if (this.outputEnded) {
			become(ConnectionState.WRITE_CLOSED);
		}
	}

	/** Every frame before the peer's FIN was delivered. */
	void inputDone() {
		this.inputDone = true;
		if (this.state == ConnectionState.OPEN) {
			become(ConnectionState.READ_CLOSED);
		}
	}

	/** Our FIN was sent. */
	void outputEnded() {
		this.outputEnded = true;
		if (this.state == ConnectionState.OPEN) {
			become(ConnectionState.WRITE_CLOSED);
		}
	}

	/** It is being closed without loss. */
	void drain() {
		become(ConnectionState.DRAINING);
	}

	/** The socket is closed. */
	void closed() {
		become(ConnectionState.CLOSED);
	}

	ConnectionState state() {
		return this.state;
	}

	boolean isOpen() {
		return this.state != ConnectionState.CLOSED;
	}

	/**
	 * Whether something besides its socket is missing, so that nothing is delivered yet.
	 */
	boolean isWaitingToOpen() {
		ConnectionState now = this.state;
		return now == ConnectionState.ACCEPTED || now == ConnectionState.CONNECTING;
	}

	boolean isInputDone() {
		return this.inputDone;
	}

	boolean isOutputEnded() {
		return this.outputEnded;
	}

	/**
	 * Whether both directions have ended in order.
	 */
	boolean isDone() {
		return this.inputDone && this.outputEnded;
	}

}
