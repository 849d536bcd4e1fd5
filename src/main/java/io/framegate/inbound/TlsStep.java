package io.framegate.inbound;

import io.framegate.closure.Cause;
import io.framegate.closure.CloseReason;
import io.framegate.connection.ConnectionState;
import io.framegate.connection.FrameConnection;
import io.framegate.connection.TlsOutcome;
import io.framegate.tls.ServerTls;
import io.framegate.tls.TlsSession;

/**
 * Clients must speak TLS, and be of those that are allowed. Event loop only.
 */
final class TlsStep implements Introduction.Step {

	private final ServerTls tls;

	TlsStep(ServerTls tls) {
		this.tls = tls;
	}

	@Override
	public void begin(FrameConnection connection, Runnable done) {
		connection.shakeHands(this.tls.engine(), new TlsOutcome() {

			@Override
			public void done(TlsSession session) {
				connection.identify(connection.identity().with(session));
				String refusal = TlsStep.this.tls.allowed().refusal(session);
				if (refusal != null) {
					connection.closeGracefully(Cause.byGateway(CloseReason.DENIED, refusal));
				}
				else {
					done.run();
				}
			}

			@Override
			public void failed(Cause cause, boolean answered) {
				if (answered) {
					// The alert must reach the client, which may still send.
					connection.closeGracefully(cause);
				}
				else {
					connection.close(cause);
				}
			}

		});
	}

	@Override
	public void cutOff(FrameConnection connection) {
		// Before it is closed for a reason of its own, TLS tells of a FIN.
		if (connection.state() != ConnectionState.DRAINING) {
			connection.close(Cause.byGateway(CloseReason.INBOUND_EOF, ""));
		}
	}

}
