package io.framegate.proxy;

import java.io.Serial;

/**
 * A PROXY header is not as the specification wants it. The message says what is wrong,
 * without the bytes that a stranger has sent.
 */
public final class InvalidHeaderException extends Exception {

	@Serial
	private static final long serialVersionUID = 1L;

	InvalidHeaderException(String message) {
		super(message, null, false, false);
	}

}
