package io.framegate.connection;

import java.io.Serial;

import io.framegate.closure.Closure;

import org.springframework.integration.ip.tcp.connection.TcpConnectionCloseEvent;

/**
 * A connection closed. Published on its event loop: listeners must not block.
 */
public final class ConnectionClosedEvent extends TcpConnectionCloseEvent {

	@Serial
	private static final long serialVersionUID = 1L;

	private final transient Closure closure;

	ConnectionClosedEvent(SpringConnection connection, Closure closure) {
		super(connection, connection.getConnectionFactoryName());
		this.closure = closure;
	}

	/**
	 * The connection's record.
	 * @return the closure
	 */
	public Closure closure() {
		return this.closure;
	}

}
