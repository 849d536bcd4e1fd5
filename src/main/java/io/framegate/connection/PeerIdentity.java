package io.framegate.connection;

import io.framegate.closure.Closure;
import io.framegate.proxy.ProxyHeader;
import io.framegate.tls.TlsSession;
import org.jspecify.annotations.Nullable;

/**
 * What a peer has shown of itself besides its address.
 *
 * @param proxy the PROXY header that it began with, or {@code null}
 * @param tls the TLS session, or {@code null} on a plain connection
 */
public record PeerIdentity(@Nullable ProxyHeader proxy, @Nullable TlsSession tls) {

	/** Nothing was shown. */
	public static final PeerIdentity UNKNOWN = new PeerIdentity(null, null);

	/**
	 * Adds a PROXY header.
	 * @param header the header
	 */
	public PeerIdentity with(ProxyHeader header) {
		return new PeerIdentity(header, this.tls);
	}

	/** What the record of a connection says of TLS. */
	Closure.@Nullable Tls closureTls() {
		TlsSession session = this.tls;
		return (session != null) ? new Closure.Tls(session.protocol(), session.cipher(), session.subject()) : null;
	}

	/**
	 * Adds a TLS session.
	 * @param session the session
	 */
	public PeerIdentity with(TlsSession session) {
		return new PeerIdentity(this.proxy, session);
	}

}
