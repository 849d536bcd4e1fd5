package io.framegate.inbound;

import java.io.Serial;

import io.framegate.transport.SocketErrors;

/**
 * The gateway could not listen on a route's port.
 */
public final class BindFailedException extends RuntimeException {

	@Serial
	private static final long serialVersionUID = 1L;

	private final String route;

	private final String address;

	private final int port;

	BindFailedException(String route, String address, int port, Throwable cause) {
		super("Route '%s' cannot listen on %s port %d: %s".formatted(route, address, port, SocketErrors.text(cause)),
				cause);
		this.route = route;
		this.address = address;
		this.port = port;
	}

	String route() {
		return this.route;
	}

	String address() {
		return this.address;
	}

	int port() {
		return this.port;
	}

}
