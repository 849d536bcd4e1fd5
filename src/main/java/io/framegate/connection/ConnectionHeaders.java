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
		super(Map.of(IpHeaders.CONNECTION_ID, connection.getConnectionId(), IpHeaders.IP_ADDRESS,
				connection.getHostAddress(), IpHeaders.HOSTNAME, connection.getHostName(), IpHeaders.REMOTE_PORT,
				connection.getPort(), FrameConnection.ROUTE_HEADER, connection.route()), ID_VALUE_NONE, -1L);
		this.connection = connection;
	}

	FrameConnection connection() {
		return this.connection;
	}

}
