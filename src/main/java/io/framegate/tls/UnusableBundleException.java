package io.framegate.tls;

import java.io.Serial;

/**
 * An SSL bundle that a route names cannot be used.
 */
final class UnusableBundleException extends IllegalStateException {

	@Serial
	private static final long serialVersionUID = 1L;

	private final String bundle;

	UnusableBundleException(String bundle, String problem, Throwable cause) {
		super("SSL bundle '%s' cannot be read: %s".formatted(bundle, problem), cause);
		this.bundle = bundle;
	}

	String bundle() {
		return this.bundle;
	}

}
