package io.framegate.route;

import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.PlaceholdersResolver;
import org.springframework.boot.context.properties.bind.PropertySourcesPlaceholdersResolver;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.util.PlaceholderResolutionException;
import org.springframework.util.PropertyPlaceholderHelper;
import org.springframework.util.SystemPropertyUtils;

/**
 * Replaces {@code ${NAME}} by what it stands for. One that resolves to nothing is an
 * error: taken as text it would be a password, or an address, that nobody meant.
 */
final class Placeholders {

	/** A placeholder without a default and without a backslash before it. */
	private static final Pattern NAME = Pattern.compile("(?<!\\\\)\\$\\{([^:{}]+)}");

	private final PlaceholdersResolver resolver;

	Placeholders(ConfigurableEnvironment environment) {
		this.resolver = new PropertySourcesPlaceholdersResolver(environment.getPropertySources(),
				new PropertyPlaceholderHelper(SystemPropertyUtils.PLACEHOLDER_PREFIX,
						SystemPropertyUtils.PLACEHOLDER_SUFFIX, SystemPropertyUtils.VALUE_SEPARATOR,
						SystemPropertyUtils.ESCAPE_CHARACTER, false));
	}

	/**
	 * What is wrong with the placeholders of a value. The message has no value in it.
	 * @param written the value as written
	 * @return a message for people, or {@code null} where nothing is wrong
	 */
	@Nullable String problem(Object written) {
		try {
			resolve(written);
			Matcher names = NAME.matcher(written.toString());
			while (written instanceof String && names.find()) {
				if (resolve(names.group()).toString().isEmpty()) {
					return "refers to %1$s, which is empty (${%1$s:} where that is meant)".formatted(names.group(1));
				}
			}
			return null;
		}
		catch (PlaceholderResolutionException ex) {
			String message = String.valueOf(ex.getMessage());
			return message.startsWith("Circular") ? "has a placeholder that cannot be resolved: " + message
					: "refers to %1$s, and there is no such variable or property (\\${%1$s} where the text itself is meant)"
						.formatted(ex.getPlaceholder());
		}
		catch (IllegalArgumentException ex) {
			return "has a placeholder that cannot be resolved: " + ex.getMessage();
		}
	}

	/**
	 * The value without its placeholders.
	 * @param written a value with which there is no {@link #problem}
	 * @return the value
	 */
	Object resolve(Object written) {
		return Objects.requireNonNull(this.resolver.resolvePlaceholders(written));
	}

}
