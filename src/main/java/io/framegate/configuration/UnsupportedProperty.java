package io.framegate.configuration;

import java.util.List;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * A property that the configuration knows but this version does not support. Delete its
 * line when it is supported.
 *
 * @param key the property or group below a route
 * @param harmless the value that means it is not wanted, or {@code null} if any value is
 * refused
 */
record UnsupportedProperty(String key, @Nullable String harmless) {

	static final String MESSAGE = "is not available in this version";

	static final List<UnsupportedProperty> ALL = List.of();

	/** Keys that will have values and keys of their own, which nothing reads yet. */
	private static final Pattern LATER = Pattern
		.compile("framegate\\.routes\\.[^.]+\\.(?:listen\\.rules|upstream\\.rules|upstream\\.heartbeat\\.signon)");

	/** The same as environment variables. */
	private static final Pattern LATER_VARIABLE = Pattern.compile(
			"FRAMEGATE_ROUTES_.+_(?:LISTEN_RULES|UPSTREAM_RULES|UPSTREAM_HEARTBEAT_SIGN_?ON)(?:_.*)?",
			Pattern.CASE_INSENSITIVE);

	/**
	 * Whether an unknown property belongs to a later version.
	 * @param property the full name, its last word in uniform letters
	 */
	static boolean isLater(String property) {
		return LATER.matcher(property).matches();
	}

	/**
	 * Whether a variable sets such a property, or one below it.
	 * @param variable the variable's name
	 */
	static boolean isLaterVariable(String variable) {
		return LATER_VARIABLE.matcher(variable).matches();
	}

	/**
	 * Refuses unsupported settings.
	 * @param settings the settings, all of the right type
	 * @param problems takes what is refused
	 */
	void refuse(Settings settings, Problems problems) {
		settings.routes().forEach((route) -> refuse(Settings.route(route) + "." + this.key, settings, problems));
	}

	private void refuse(String property, Settings settings, Problems problems) {
		settings.firstAt(property).ifPresent((setting) -> {
			String message = MESSAGE;
			if (!setting.property().equals(property)) {
				problems.add(new Problem(property, null, setting.origin(), message));
			}
			else if (this.harmless == null) {
				problems.add(property, setting, message);
			}
			else if (!this.harmless.equals(setting.value().toString())) {
				problems.add(property, setting, message + ": only " + this.harmless + " is");
			}
		});
	}

}
