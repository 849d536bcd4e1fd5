package io.framegate.configuration;

import java.io.Serial;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A configuration that cannot be used, with everything that is wrong with it.
 */
public final class InvalidConfigurationException extends RuntimeException {

	@Serial
	private static final long serialVersionUID = 1L;

	private final transient List<Problem> problems;

	InvalidConfigurationException(List<Problem> problems) {
		super(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
		this.problems = List.copyOf(problems);
	}

	/**
	 * Everything that is wrong.
	 * @return at least one problem, sorted by property
	 */
	public List<Problem> problems() {
		return this.problems;
	}

}
