package io.framegate.configuration;

import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
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
 * Replaces {@code ${NAME}} by its value. A placeholder that resolves to nothing is an
 * error: as text it would be a password or an address that nobody meant.
 */
final class Placeholders {

	/** A placeholder without a default and without a backslash before it. */
	private static final Pattern NAME = Pattern.compile("(?<!\\\\)\\$\\{([^:{}]+)}");

	private final ConfigurableEnvironment environment;

	private final PlaceholdersResolver resolver;

	/** The names that were looked up, not those in a default that nobody needs. */
	private final Set<String> needed = new HashSet<>();

	Placeholders(ConfigurableEnvironment environment) {
		this.environment = environment;
		this.resolver = new PropertySourcesPlaceholdersResolver(environment.getPropertySources(),
				new PropertyPlaceholderHelper(SystemPropertyUtils.PLACEHOLDER_PREFIX,
						SystemPropertyUtils.PLACEHOLDER_SUFFIX, SystemPropertyUtils.VALUE_SEPARATOR,
						SystemPropertyUtils.ESCAPE_CHARACTER, false)) {

			@Override
			protected @Nullable String resolvePlaceholder(String name) {
				Placeholders.this.needed.add(name);
				return super.resolvePlaceholder(name);
			}
		};
	}

	/**
	 * What is wrong with the placeholders of a value. The message does not contain the
	 * value.
	 * @param written the value as written
	 * @return a message, or {@code null} if nothing is wrong
	 */
	@Nullable String problem(Object written) {
		try {
			this.needed.clear();
			resolve(written);
			Set<String> used = Set.copyOf(this.needed);
			Matcher names = NAME.matcher(written.toString());
			while (written instanceof String && names.find()) {
				if (used.contains(names.group(1)) && resolve(names.group()).toString().isEmpty()) {
					return "refers to %1$s, which is empty (${%1$s:} where that is meant)".formatted(names.group(1));
				}
			}
			return null;
		}
		catch (PlaceholderResolutionException ex) {
			// The exception's own message contains the values.
			return String.valueOf(ex.getMessage()).startsWith("Circular")
					? "has a placeholder that cannot be resolved: Circular placeholder reference '%s'"
						.formatted(ex.getPlaceholder())
					: "refers to %1$s, and there is no such variable or property (\\${%1$s} where the text itself is meant)"
						.formatted(ex.getPlaceholder());
		}
		catch (IllegalArgumentException ex) {
			return "has a placeholder that cannot be resolved";
		}
	}

	/**
	 * What a value refers to that is no text, though its characters would count.
	 * @param written a value without a {@link #problem}
	 * @return the name of the variable or property, or {@code null} if all are text
	 */
	@Nullable String notText(Object written) {
		this.needed.clear();
		resolve(written);
		return this.needed.stream().filter((name) -> {
			Object value = this.environment.getPropertySources()
				.stream()
				.map((source) -> source.getProperty(name))
				.filter(Objects::nonNull)
				.findFirst()
				.orElse("");
			return !(value instanceof CharSequence);
		}).findFirst().orElse(null);
	}

	/**
	 * The value with its placeholders resolved.
	 * @param written a value without a {@link #problem}
	 * @return the value
	 */
	Object resolve(Object written) {
		return Objects.requireNonNull(this.resolver.resolvePlaceholders(written));
	}

}
