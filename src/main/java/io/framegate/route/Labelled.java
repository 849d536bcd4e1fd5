package io.framegate.route;

import java.util.Locale;

/**
 * An enum constant as users see it.
 */
public interface Labelled {

	String name();

	/**
	 * The name used in properties, endpoints, metrics and logs.
	 * @return the name in kebab-case
	 */
	default String label() {
		return name().toLowerCase(Locale.ROOT).replace('_', '-');
	}

}
