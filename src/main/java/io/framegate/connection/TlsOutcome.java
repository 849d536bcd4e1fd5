package io.framegate.connection;

import io.framegate.closure.Cause;
import io.framegate.tls.TlsSession;

/**
 * Told how a TLS handshake ends. The connection's event loop calls, once.
 */
public interface TlsOutcome {

	/**
	 * It is done. The connection is not open yet.
	 * @param session what it has settled
	 */
	void done(TlsSession session);

	/**
	 * It has failed, and the connection is to be closed.
	 * @param cause why
	 * @param answered whether something was sent to the peer that it might lose, such as
	 * an alert
	 */
	void failed(Cause cause, boolean answered);

}
