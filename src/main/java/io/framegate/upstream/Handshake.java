package io.framegate.upstream;

import io.framegate.closure.Cause;
import io.framegate.closure.CloseReason;
import io.framegate.closure.Closure;
import io.framegate.connection.FrameConnection;
import io.framegate.connection.TlsOutcome;
import io.framegate.tls.ClientTls;
import io.framegate.tls.TlsSession;

/**
 * The TLS handshake with a target. Only when it is done does the connect count as
 * successful. Event loop only.
 */
final class Handshake implements TlsOutcome {

	private final FrameConnection connection;

	private final TargetState state;

	private final Runnable established;

	private boolean done;

	Handshake(FrameConnection connection, TargetState state, Runnable established) {
		this.connection = connection;
		this.state = state;
		this.established = established;
	}

	void begin(ClientTls tls) {
		this.connection.whenClosed().thenAccept(this::closed);
		this.connection.shakeHands(tls.engine(this.state.target()), this);
	}

	@Override
	public void done(TlsSession session) {
		this.done = true;
		this.connection.identify(this.connection.identity().with(session));
		this.established.run();
	}

	@Override
	public void failed(Cause cause, boolean answered) {
		this.connection.close(new Cause(cause.reason(), cause.endedBy(), this.state.target() + ": " + cause.detail()));
	}

	/** The target has failed, unless nobody wanted the connection any more. */
	private void closed(Closure closure) {
		if (!this.done
				&& (closure.reason() == CloseReason.TLS_FAILED || closure.reason() == CloseReason.TLS_HANDSHAKE_TIMEOUT
						|| closure.reason() == CloseReason.UPSTREAM_RESET)) {
			this.state.failed(Evidence.CONNECT);
		}
	}

}
