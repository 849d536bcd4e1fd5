package io.framegate.configuration;

import java.util.List;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Reports at a failed start what is wrong with the configuration and where.
 */
class InvalidConfigurationFailureAnalyzer extends AbstractFailureAnalyzer<InvalidConfigurationException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, InvalidConfigurationException cause) {
		List<Problem> problems = cause.problems();
		StringBuilder description = new StringBuilder("The configuration of Framegate has ")
			.append((problems.size() == 1) ? "a problem" : problems.size() + " problems")
			.append(':');
		for (Problem problem : problems) {
			description.append("%n%n    Property: %s".formatted(problem.property()));
			if (problem.value() != null) {
				description.append("%n    Value: \"%s\"".formatted(problem.value()));
			}
			if (problem.origin() != null) {
				description.append("%n    Origin: %s".formatted(problem.origin()));
			}
			description.append("%n    Reason: %s".formatted(problem.message()));
		}
		String action = (problems.size() == 1) ? "Correct the property above and start again."
				: "Correct the %d properties above and start again.".formatted(problems.size());
		return new FailureAnalysis(description.toString(), action, cause);
	}

}
