package io.framegate.tls;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Explains at a failed start which SSL bundle cannot be used, and why.
 */
class UnusableBundleFailureAnalyzer extends AbstractFailureAnalyzer<UnusableBundleException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, UnusableBundleException cause) {
		return new FailureAnalysis(cause.getMessage() + ".",
				"Correct the files of spring.ssl.bundle.pem.%1$s or spring.ssl.bundle.jks.%1$s and start again."
					.formatted(cause.bundle()),
				cause);
	}

}
