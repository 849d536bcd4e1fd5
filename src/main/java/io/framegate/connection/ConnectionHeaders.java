package io.framegate.connection;

import java.io.Serial;
import java.util.Map;

import org.springframework.integration.ip.IpHeaders;
import org.springframework.messaging.MessageHeaders;

/**
 * The message headers that all frames of a connection share: no id, no timestamp, no map
 * per frame.
 */
final class ConnectionHeaders extends MessageHeaders {

	@Serial
	private static final long serialVersionUID = 1L;

	private final transient FrameConnection connection;

	ConnectionHeaders(FrameConnection connection) {
		this(connection, connection.getHostAddress(), connection.getHostName());
	}

	private ConnectionHeaders(FrameConnection connection, String address, String host) {
		// Most hosts have no other name than their address: one string is kept for both.
		super(Map.of(IpHeaders.CONNECTION_ID, connection.getConnectionId(), IpHeaders.IP_ADDRESS, address,
				IpHeaders.HOSTNAME, host.equals(address) ? address : host, IpHeaders.REMOTE_PORT, connection.getPort(),
				FrameConnection.ROUTE_HEADER, connection.route()), ID_VALUE_NONE, -1L);
		this.connection = connection;
	}

	FrameConnection connection() {
		return this.connection;
	}

}
