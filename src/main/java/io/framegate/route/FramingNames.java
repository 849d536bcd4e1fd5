package io.framegate.route;

import io.framegate.framing.Framings;

/**
 * What {@code framing} may be.
 */
final class FramingNames {

	static final String STREAM = "stream";

	static final String BEAN = "bean:";

	private FramingNames() {
	}

	static boolean isLength(String name) {
		return name.startsWith("length") && Framings.NAMES.contains(name);
	}

}
