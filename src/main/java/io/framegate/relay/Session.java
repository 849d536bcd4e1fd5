package io.framegate.relay;

import io.framegate.closure.Cause;
import io.framegate.closure.CloseReason;
import io.framegate.closure.Side;
import io.framegate.connection.ConnectionHandler;
import io.framegate.connection.FrameConnection;
import io.framegate.framing.StreamFraming;
import io.framegate.upstream.ConnectAttempts;
import io.framegate.upstream.Connector;
import io.framegate.upstream.TargetState;
import org.jspecify.annotations.Nullable;

/**
 * An inbound connection and its own upstream connection. Passes frames, back pressure and
 * half-closes between them and decides how both close. Both connections and all calls are
 * on one event loop.
 */
final class Session implements ConnectionHandler {

	private final Connector connector;

	private @Nullable FrameConnection inbound;

	private @Nullable FrameConnection upstream;

	private @Nullable ConnectAttempts attempts;

	/** When the last frame went upstream that is not answered; 0 if none. */
	private long awaitingSince;

	/** Whether the server has sent anything yet. */
	private boolean answered;

	/** Whether one side is closed and had refused what the other may still send. */
	private boolean refused;

	/** Whether each side's framing carries whatever the other's has cut. */
	private boolean alike;

	/** Where that frame ends among the bytes written upstream. */
	private long awaitedEnd;

	Session(Connector connector) {
		this.connector = connector;
	}

	@Override
	public void accepted(FrameConnection connection) {
		this.inbound = connection;
		this.attempts = this.connector.attempts(connection, this, connection::closeGracefully);
	}

	@Override
	public void opened(FrameConnection connection) {
		FrameConnection client = this.inbound;
		if (connection == client || client == null) {
			return;
		}
		if (!client.isOpen()) {
			Cause cause = client.cause();
			connection.closeGracefully((cause != null) ? cause : Cause.byGateway(CloseReason.INTERNAL_ERROR, ""));
			return;
		}
		this.upstream = connection;
		// Not needed any more, and as large as a part of a connection.
		this.attempts = null;
		this.alike = client.framing().carriesAllOf(connection.framing())
				&& connection.framing().carriesAllOf(client.framing());
		client.peer(connection);
		connection.peer(client);
		client.open();
	}

	@Override
	public void frame(FrameConnection from, byte[] payload) {
		frame(from, payload, false);
	}

	@Override
	public void frameAsCut(FrameConnection from, byte[] payload) {
		frame(from, payload, this.alike);
	}

	private void frame(FrameConnection from, byte[] payload, boolean carried) {
		FrameConnection to = other(from);
		if (to == null || !to.isOpen() || to.isOutputEnding()) {
			from.lose(1, payload.length);
			return;
		}
		// Searching each frame for its delimiter once more would cost a hundredth.
		String refusal = carried ? null : to.framing().refusal(payload);
		if (refusal != null) {
			from.lose(1, payload.length);
			failed(from, new Cause(CloseReason.FRAME_NOT_ENCODABLE, from.side().asEndedBy(), refusal));
			return;
		}
		to.write(payload);
		if (from.side() == Side.UPSTREAM) {
			this.awaitingSince = 0;
			if (!this.answered) {
				this.answered = true;
				answeredBy(from);
			}
		}
		else {
			this.awaitingSince = from.lastReadNanos();
			this.awaitedEnd = to.writePosition();
		}
	}

	private static void answeredBy(FrameConnection server) {
		if (server.attachment() instanceof TargetState target) {
			target.worked();
		}
	}

	@Override
	public void answer(FrameConnection client, byte[] payload) {
		String refusal = client.framing().refusal(payload);
		if (refusal != null) {
			client.lose(1, payload.length);
			failed(client, Cause.byGateway(CloseReason.FRAME_NOT_ENCODABLE, refusal));
		}
		else {
			client.write(payload);
		}
	}

	private @Nullable FrameConnection other(FrameConnection connection) {
		return (connection == this.inbound) ? this.upstream : this.inbound;
	}

	@Override
	public void writabilityChanged(FrameConnection connection) {
		FrameConnection source = other(connection);
		if (source != null) {
			if (connection.isWritable()) {
				source.resume();
			}
			else {
				source.pause();
			}
		}
	}

	@Override
	public void inputEnded(FrameConnection connection) {
		connection.because(Cause.eof(connection.side(), ""));
		FrameConnection other = other(connection);
		if (other != null) {
			Cause cause = connection.cause();
			if (cause != null) {
				other.because(cause);
			}
			other.halfClose();
		}
	}

	@Override
	public void failed(FrameConnection connection, Cause cause) {
		this.awaitingSince = 0;
		switch (cause.reason()) {
			case MAX_AGE -> drain(connection, cause);
			case BAD_FRAME, FRAME_TOO_LONG, FRAME_TIMEOUT, FRAME_NOT_ENCODABLE, INTERNAL_ERROR -> {
				if (connection.side() == Side.INBOUND) {
					// What came before the fault was sent upstream and may still be
					// answered.
					drain(connection, cause);
				}
				else {
					closeGracefully(cause);
				}
			}
			default -> closeGracefully(cause);
		}
	}

	@Override
	public void outputFailed(FrameConnection connection, Cause cause) {
		if (connection.side() == Side.UPSTREAM && this.inbound != null) {
			// Earlier requests may still be answered.
			drain(this.inbound, cause);
		}
		else {
			closeGracefully(cause);
		}
	}

	@Override
	public void drain(FrameConnection connection, Cause cause) {
		FrameConnection client = this.inbound;
		FrameConnection server = this.upstream;
		if (client == null) {
			return;
		}
		client.because(cause);
		if (server == null || !server.isOpen()) {
			closeGracefully(cause);
			return;
		}
		server.because(cause);
		client.discardInput();
		client.drain();
		server.drain();
		client.afterFrames(server::halfClose);
	}

	/** Closes both sides. What was read is still written; what comes now is not taken. */
	private void closeGracefully(Cause cause) {
		ConnectAttempts attempts = this.attempts;
		if (this.upstream != null) {
			this.upstream.closeGracefully(cause);
		}
		else if (attempts != null) {
			attempts.cancel(cause);
		}
		if (this.inbound != null) {
			this.inbound.closeGracefully(cause);
		}
	}

	/**
	 * Nothing more can be written to one side, so nothing more is taken from the other.
	 * The other still gets what was read.
	 */
	@Override
	public void severed(FrameConnection connection, Cause cause) {
		this.awaitingSince = 0;
		FrameConnection other = other(connection);
		if (other != null && other.isOutputEnding()) {
			connection.close(cause);
		}
		else if (other != null) {
			other.pause();
		}
	}

	@Override
	public void closed(FrameConnection connection, Cause cause, long lostFrames, long lostBytes) {
		ConnectAttempts attempts = this.attempts;
		if (connection.side() == Side.UPSTREAM && connection != this.upstream) {
			if (attempts != null) {
				attempts.failed(connection, cause);
			}
			return;
		}
		FrameConnection other = other(connection);
		if (other == null) {
			if (attempts != null) {
				attempts.cancel(cause);
			}
			return;
		}
		other.share(lostFrames, lostBytes);
		if (!connection.isDone()) {
			this.awaitingSince = 0;
			if (connection.isAbrupt() && !other.isOutputEnding()) {
				other.resetAfterWrites(cause);
			}
			else {
				other.closeGracefully(cause);
			}
		}
		else if (!other.isInputDone()) {
			// With TLS, a peer may refuse what the other still sends. Who is not read may
			// not read either, so what it sends is read and dropped.
			this.refused = true;
			other.resume();
			drainIfAllTaken(other);
		}
	}

	@Override
	public void taken(FrameConnection connection) {
		if (this.refused) {
			drainIfAllTaken(connection);
		}
	}

	private static void drainIfAllTaken(FrameConnection last) {
		if (last.takenPosition() >= last.writePosition()) {
			last.drain();
		}
	}

	@Override
	public long awaitingReplySince() {
		FrameConnection server = this.upstream;
		long asked = this.awaitingSince;
		if (asked == 0 || server == null || server.takenPosition() < this.awaitedEnd || isStream()) {
			// Nothing was sent upstream, or not all of it yet: the write timer covers
			// that.
			return 0;
		}
		long since = Math.max(asked, server.lastWriteNanos());
		return (server.lastReadNanos() - since > 0) ? 0 : since;
	}

	private boolean isStream() {
		FrameConnection client = this.inbound;
		return client != null && client.framing() instanceof StreamFraming;
	}

	@Override
	public long lastActivity(long own) {
		FrameConnection client = this.inbound;
		FrameConnection server = this.upstream;
		long last = (client != null) ? Math.max(own, client.lastActivity()) : own;
		return (server != null) ? Math.max(last, server.lastActivity()) : last;
	}

	@Override
	public int inFlight() {
		return (this.awaitingSince != 0) ? 1 : 0;
	}

}
