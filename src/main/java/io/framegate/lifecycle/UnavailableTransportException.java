package io.framegate.lifecycle;

import java.io.Serial;

import io.framegate.transport.Transport;

/**
 * The transport that the configuration names cannot be used on this machine.
 */
final class UnavailableTransportException extends IllegalStateException {

	@Serial
	private static final long serialVersionUID = 1L;

	UnavailableTransportException(Transport transport, String reason, Throwable cause) {
		super("framegate.transport is %s, which cannot be used here: %s".formatted(transport.label(), reason), cause);
	}

}
