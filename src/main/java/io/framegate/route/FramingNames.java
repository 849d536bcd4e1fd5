package io.framegate.route;

import java.util.List;

/**
 * The names that {@code framing} may be.
 */
final class FramingNames {

	static final String STREAM = "stream";

	static final String BEAN = "bean:";

	// to be replaced by io.framegate.framing.Framings.NAMES
	static final List<String> BUILT_IN = List.of("crlf", "lf", "nul", "stx-etx", "mllp", "length1", "length2",
			"length4", STREAM);

	private FramingNames() {
	}

	static boolean isLength(String name) {
		return name.startsWith("length") && BUILT_IN.contains(name);
	}

}
