package io.framegate.lifecycle;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Explains at a failed start why the named transport cannot be used.
 */
class UnavailableTransportFailureAnalyzer extends AbstractFailureAnalyzer<UnavailableTransportException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, UnavailableTransportException cause) {
		return new FailureAnalysis(cause.getMessage() + ".",
				"Set framegate.transport to auto, epoll or nio. A container needs a seccomp profile that allows io_uring: see src/docs/transport.md.",
				cause);
	}

}
