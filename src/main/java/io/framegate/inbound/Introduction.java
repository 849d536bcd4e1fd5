package io.framegate.inbound;

import java.util.List;

import io.framegate.closure.Cause;
import io.framegate.closure.CloseReason;
import io.framegate.connection.ConnectionHandler;
import io.framegate.connection.FrameConnection;

/**
 * Follows a client until it has shown what its route wants to know: its PROXY header, its
 * TLS certificate. Then the route's own handler serves it. Until then nothing is lost
 * where it closes. Event loop only.
 */
final class Introduction implements ConnectionHandler {

	/** What a client must show. One for all connections of a listener. */
	interface Step {

		/**
		 * Begins.
		 * @param connection the client's connection, which this step closes if it is not
		 * satisfied
		 * @param done to be run on the connection's loop if it is
		 */
		void begin(FrameConnection connection, Runnable done);

		/**
		 * The client has sent FIN instead.
		 * @param connection the client's connection, to be closed
		 */
		void cutOff(FrameConnection connection);

		/**
		 * The time for all steps is over.
		 * @param connection the client's connection, to be closed unless this step is
		 * satisfied with that
		 * @param cause says so
		 */
		default void late(FrameConnection connection, Cause cause) {
			connection.close(cause);
		}

	}

	private final List<Step> steps;

	private final ConnectionHandler next;

	private int step;

	private boolean cutOff;

	/**
	 * Makes an introduction.
	 * @param steps what a client must show, one or more
	 * @param next serves the client
	 */
	Introduction(List<Step> steps, ConnectionHandler next) {
		this.steps = steps;
		this.next = next;
	}

	@Override
	public void accepted(FrameConnection connection) {
		this.steps.getFirst().begin(connection, () -> shown(connection));
	}

	private void shown(FrameConnection connection) {
		if (!connection.isOpen() || connection.handler() != this) {
			return;
		}
		this.step++;
		if (this.step < this.steps.size()) {
			this.steps.get(this.step).begin(connection, () -> shown(connection));
		}
		else {
			connection.introduced(this.next);
		}
	}

	@Override
	public void inputEnded(FrameConnection connection) {
		// Closing in order tells of the FIN once more.
		if (!this.cutOff) {
			this.cutOff = true;
			this.steps.get(this.step).cutOff(connection);
		}
	}

	@Override
	public void failed(FrameConnection connection, Cause cause) {
		if (cause.reason() == CloseReason.TLS_HANDSHAKE_TIMEOUT) {
			this.steps.get(this.step).late(connection, cause);
		}
		else {
			connection.close(cause);
		}
	}

	@Override
	public void drain(FrameConnection connection, Cause cause) {
		connection.close(cause);
	}

	@Override
	public void opened(FrameConnection connection) {
		throw new IllegalStateException(connection + " is not introduced yet");
	}

	@Override
	public void frame(FrameConnection connection, byte[] payload) {
		throw new IllegalStateException(connection + " is not introduced yet");
	}

	@Override
	public void writabilityChanged(FrameConnection connection) {
		// Nothing is written to a client before it is served.
	}

	@Override
	public void closed(FrameConnection connection, Cause cause, long lostFrames, long lostBytes) {
		if (cause.reason().isRefusal()) {
			connection.context().metrics().countRefused(cause.reason());
		}
	}

}
