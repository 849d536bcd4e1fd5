package io.framegate.configuration;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.origin.SystemEnvironmentOrigin;
import org.springframework.core.env.Environment;

/**
 * What a password may be in a configuration: a hash as Spring Security writes it, or the
 * bcrypt hash alone. Files must not hold it in plain text, because files are copied and
 * committed.
 */
final class PasswordRule {

	private static final Pattern PREFIXED = Pattern.compile("\\{([^{}]+)}(.*)", Pattern.DOTALL);

	private static final Pattern BCRYPT = Pattern.compile("\\$2[abxy]?\\$[0-9]{2}\\$[./0-9A-Za-z]{53}");

	private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{[^:{}]+}");

	private static final List<String> HASHES = List.of("bcrypt", "pbkdf2", "pbkdf2@SpringSecurity_v5_8", "sha256",
			"SHA-256");

	private static final String PLAIN = "noop";

	private PasswordRule() {
	}

	/**
	 * Whether every user needs a password. A user without one can log in by certificate
	 * only, so the web server must ask for certificates.
	 * @param environment holds the web server's properties
	 */
	static boolean isRequired(Environment environment) {
		Binder binder = Binder.get(environment);
		return Stream.of("server", "management.server")
			.map((server) -> binder.bind(server + ".ssl.client-auth", String.class).orElse("none"))
			.noneMatch((asks) -> asks.equalsIgnoreCase("want") || asks.equalsIgnoreCase("need"));
	}

	/**
	 * What is wrong with a password.
	 * @param setting the password
	 * @return what is allowed, or {@code null} if nothing is wrong
	 */
	static @Nullable String refusal(Setting setting) {
		String text = setting.value().toString();
		Matcher prefixed = PREFIXED.matcher(text);
		String kind = prefixed.matches() ? prefixed.group(1) : (text.startsWith("$2") ? "bcrypt" : PLAIN);
		String rest = prefixed.matches() ? prefixed.group(2) : text;
		if (kind.equals(PLAIN)) {
			return (isFromEnvironment(setting) && !rest.isBlank()) ? null
					: "must be a hash, such as {bcrypt}$2a$10$..., unless it comes from an environment variable";
		}
		if (!HASHES.contains(kind)) {
			return "has an unknown prefix: must be one of {" + String.join("}, {", HASHES) + "}";
		}
		if (kind.equals("bcrypt") && !BCRYPT.matcher(rest).matches()) {
			return "is not a bcrypt hash: $2a$, two digits, $ and 53 letters, digits, dots and slashes"
					+ " (in double quotes a shell replaces what follows a $)";
		}
		return null;
	}

	/**
	 * A password that was not refused, with its prefix.
	 * @param text the password
	 * @return what Spring Security can compare to
	 */
	static String prefixed(String text) {
		if (PREFIXED.matcher(text).matches()) {
			return text;
		}
		return (text.startsWith("$2") ? "{bcrypt}" : "{" + PLAIN + "}") + text;
	}

	private static boolean isFromEnvironment(Setting setting) {
		return setting.origin() instanceof SystemEnvironmentOrigin || PLACEHOLDER.matcher(setting.written()).matches();
	}

}
