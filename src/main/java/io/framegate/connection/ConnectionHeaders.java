package io.framegate.connection;

import java.io.Serial;
import java.util.HashMap;
import java.util.Map;

import io.framegate.proxy.ProxyHeader;
import io.framegate.proxy.TlvNames;
import io.framegate.transport.Addresses;
import io.framegate.tls.TlsSession;

import org.springframework.integration.ip.IpHeaders;
import org.springframework.messaging.MessageHeaders;

/**
 * The message headers that all frames of a connection share: no id, no timestamp, no map
 * per frame.
 */
final class ConnectionHeaders extends MessageHeaders {

	@Serial
	private static final long serialVersionUID = 1L;

	private static final String PROXY = "framegate_proxy_";

	private final transient FrameConnection connection;

	ConnectionHeaders(FrameConnection connection) {
		super(of(connection), ID_VALUE_NONE, -1L);
		this.connection = connection;
	}

	private static Map<String, Object> of(FrameConnection connection) {
		String address = connection.getHostAddress();
		String host = connection.getHostName();
		// Most hosts have no other name than their address: one string is kept for both.
		Map<String, Object> headers = new HashMap<>(Map.of(IpHeaders.CONNECTION_ID, connection.getConnectionId(),
				IpHeaders.IP_ADDRESS, address, IpHeaders.HOSTNAME, host.equals(address) ? address : host,
				IpHeaders.REMOTE_PORT, connection.getPort(), FrameConnection.ROUTE_HEADER, connection.route()));
		ProxyHeader proxy = connection.identity().proxy();
		if (proxy != null) {
			headers.put(PROXY + "via", Addresses.text(proxy.via()));
			TlvNames.named(proxy).forEach((name, text) -> headers.put(PROXY + name, text));
		}
		TlsSession tls = connection.identity().tls();
		if (tls != null) {
			headers.put("framegate_tls_protocol", tls.protocol());
			headers.put("framegate_tls_cipher", tls.cipher());
			if (tls.subject() != null) {
				headers.put("framegate_tls_subject", tls.subject());
				headers.put("framegate_tls_sans", tls.subjectAlternativeNames());
			}
		}
		return headers;
	}

	FrameConnection connection() {
		return this.connection;
	}

}
