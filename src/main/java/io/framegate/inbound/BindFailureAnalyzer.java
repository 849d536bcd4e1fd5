package io.framegate.inbound;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Explains why a port could not be bound.
 */
class BindFailureAnalyzer extends AbstractFailureAnalyzer<BindFailedException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, BindFailedException cause) {
		return new FailureAnalysis(cause.getMessage() + ".", action(cause, String.valueOf(cause.getMessage())), cause);
	}

	private static String action(BindFailedException cause, String message) {
		String listen = "framegate.routes." + cause.route() + ".listen";
		if (message.contains("in use")) {
			return "Stop the process that listens on %s port %d, or give the route another port or address: %s.port (0 for any free one), %s.address."
				.formatted(cause.address(), cause.port(), listen, listen);
		}
		if (message.contains("denied")) {
			return "Ports below 1024 may need a privilege (on Linux CAP_NET_BIND_SERVICE): grant it, or give the route a higher port: %s.port."
				.formatted(listen);
		}
		return "Give the route an address of this machine: %s.address (0.0.0.0 for all of them).".formatted(listen);
	}

}
