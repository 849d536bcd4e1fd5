package io.framegate.inbound;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Explains a port that cannot be listened on.
 */
class BindFailureAnalyzer extends AbstractFailureAnalyzer<BindFailedException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, BindFailedException cause) {
		String property = "framegate.routes." + cause.route() + ".listen";
		return new FailureAnalysis(cause.getMessage() + ".",
				"End what listens on %s port %d, or give the route another port or address: %s.port (0 for any free one), %s.address. Ports below 1024 may need a privilege."
					.formatted(cause.address(), cause.port(), property, property),
				cause);
	}

}
