package io.framegate.security;

import java.io.Serial;

import org.springframework.security.core.AuthenticationException;

/**
 * A log-in that was not even looked at: the peer, or everybody together, tries too many.
 */
final class TooManyLoginsException extends AuthenticationException {

	@Serial
	private static final long serialVersionUID = 1L;

	TooManyLoginsException(String message) {
		super(message);
	}

}
