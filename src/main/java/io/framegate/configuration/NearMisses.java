package io.framegate.configuration;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.origin.Origin;
import org.springframework.boot.origin.SystemEnvironmentOrigin;

/**
 * Refuses keys and variables whose first word is almost {@code framegate}, and variables
 * whose next word is almost one of its groups. Spring would ignore them, and with them a
 * route or a user.
 */
final class NearMisses {

	private static final String ROOT = Settings.ROOT.toUpperCase(Locale.ROOT);

	private final List<String> groups;

	private final Problems problems;

	/** What was already refused: a key once, not each below it. */
	private final Set<String> refused = new HashSet<>();

	NearMisses(Collection<String> groups, Problems problems) {
		this.groups = groups.stream().map((group) -> group.replace("-", "").toUpperCase(Locale.ROOT)).toList();
		this.problems = problems;
	}

	void check(ConfigurationPropertyName name, @Nullable Origin origin) {
		String first = name.getElement(0, Form.ORIGINAL);
		if (isNear(first, ROOT) && this.refused.add(first)) {
			this.problems
				.add(new Problem(first, null, origin, "is not a known key. Did you mean '" + Settings.ROOT + "'?"));
		}
	}

	void check(String variable) {
		String[] words = variable.toUpperCase(Locale.ROOT).split("[._]+");
		int rest = 1;
		if (words.length > 2 && (words[0] + words[1]).equals(ROOT)) {
			rest = 2;
		}
		else if (words.length < 2 || !(words[0].equals(ROOT) || isNear(words[0], ROOT))) {
			return;
		}
		String second = words[rest];
		String group = this.groups.stream().filter((each) -> isNear(second, each)).findFirst().orElse(second);
		boolean known = this.groups.contains(second);
		if (!known && group.equals(second) && words[0].equals(ROOT)) {
			return;
		}
		String meant = ROOT + "_" + (known ? second : group) + ((rest + 1 < words.length)
				? "_" + String.join("_", List.of(words).subList(rest + 1, words.length)) : "");
		if (!words[0].equals(ROOT) || !known) {
			this.problems.add(new Problem(variable, null, new SystemEnvironmentOrigin(variable),
					"is not a known variable. Did you mean '" + meant + "'?"));
		}
	}

	private static boolean isNear(String typed, String word) {
		return !Schema.uniform(typed).equals(Schema.uniform(word))
				&& Suggestions.isNear(typed, word, (word.length() > 4) ? 2 : 1);
	}

}
