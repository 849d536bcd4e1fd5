package io.framegate.security;

import java.io.Serial;

import org.springframework.security.core.AuthenticationException;

/**
 * A login that was not checked: there are too many, from the peer or from all.
 */
final class TooManyLoginsException extends AuthenticationException {

	@Serial
	private static final long serialVersionUID = 1L;

	TooManyLoginsException(String message) {
		super(message);
	}

}
