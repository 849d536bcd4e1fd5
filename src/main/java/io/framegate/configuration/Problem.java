package io.framegate.configuration;

import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.origin.Origin;

/**
 * What is wrong with one property.
 *
 * @param property the property's full name
 * @param value its value as written, or {@code null} if it is missing or a group, or may
 * be secret
 * @param origin where it was written, or {@code null} if unknown
 * @param message what is allowed
 */
public record Problem(String property, @Nullable String value, @Nullable Origin origin, String message) {

	private static final Pattern SECRET = Pattern.compile("framegatemanagement.*(?<!roles[0-9]{0,4})");

	public Problem {
		if (SECRET.matcher(Schema.uniform(property)).matches()) {
			value = null;
		}
	}

	@Override
	public String toString() {
		return this.property + ((this.value != null) ? " = \"" + this.value + "\"" : "") + ": " + this.message
				+ ((this.origin != null) ? " (" + this.origin + ")" : "");
	}

}
