package io.framegate.configuration;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Collects everything that is wrong.
 */
final class Problems {

	private final List<Problem> problems = new ArrayList<>();

	void add(Problem problem) {
		if (this.problems.stream().noneMatch((other) -> other.property().equals(problem.property()))) {
			this.problems.add(problem);
		}
	}

	void add(String property, @Nullable Setting setting, String message) {
		add(new Problem(property, (setting != null) ? setting.written() : null,
				(setting != null) ? setting.origin() : null, message));
	}

	/**
	 * Whether there is a problem with the property or one below it.
	 * @param property the full name
	 */
	boolean anyAt(String property) {
		return this.problems.stream()
			.map(Problem::property)
			.anyMatch((other) -> other.equals(property) || other.startsWith(property + ".")
					|| other.startsWith(property + "["));
	}

	void throwIfAny() {
		if (!this.problems.isEmpty()) {
			this.problems.sort(Comparator.comparing(Problem::property));
			throw new InvalidConfigurationException(this.problems);
		}
	}

}
