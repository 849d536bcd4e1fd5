package io.framegate.actuate;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

/**
 * Reads the parameters of requests. An invalid value throws a {@link RejectedRequest}.
 */
final class RequestParameters {

	static final int MAX = 10_000;

	private static final int DEFAULT = 100;

	private RequestParameters() {
	}

	/**
	 * A text that is looked for.
	 * @param text the parameter, or {@code null}
	 * @return the text without blanks around it, empty if there is none
	 */
	static String text(@Nullable String text) {
		return (text != null) ? text.strip() : "";
	}

	/**
	 * The size of a page.
	 * @param text the parameter, or {@code null}
	 * @return 1 to {@link #MAX}, 100 by default
	 */
	static int limit(@Nullable String text) {
		return number("limit", text, DEFAULT, MAX);
	}

	/**
	 * A whole number.
	 * @param name the parameter
	 * @param text its value, or {@code null}
	 * @param byDefault the number if there is no value
	 * @param most the highest number that is allowed
	 * @return 1 to the highest
	 */
	static int number(String name, @Nullable String text, int byDefault, int most) {
		if (text == null || text.isBlank()) {
			return byDefault;
		}
		if (text.matches("[0-9]{1,6}")) {
			int number = Integer.parseInt(text);
			if (number >= 1 && number <= most) {
				return number;
			}
		}
		throw RejectedRequest.value(name, text, "a whole number from 1 to " + most);
	}

	/**
	 * One of several constants, in upper or lower case.
	 * @param <E> their type
	 * @param name the parameter
	 * @param text its value, or {@code null}
	 * @param all the constants
	 * @param label how each is written
	 * @return the constant, or {@code null} if nothing was asked for
	 */
	static <E extends Enum<E>> @Nullable E oneOf(String name, @Nullable String text, E[] all,
			Function<E, String> label) {
		if (text == null || text.isBlank()) {
			return null;
		}
		return Arrays.stream(all)
			.filter((each) -> label.apply(each).equalsIgnoreCase(text))
			.findFirst()
			.orElseThrow(() -> RejectedRequest.value(name, text,
					"one of " + Arrays.stream(all).map(label).collect(Collectors.joining(", "))));
	}

	/**
	 * What to do, from a request's body.
	 * @param <E> the actions' type
	 * @param text the action, or {@code null}
	 * @param all the actions, two or more
	 * @param label how each is written
	 * @return the action
	 */
	static <E extends Enum<E>> E action(@Nullable String text, E[] all, Function<E, String> label) {
		E action = oneOf("action", text, all, label);
		if (action == null) {
			List<String> labels = Arrays.stream(all).map(label).toList();
			throw RejectedRequest.because("The body must name an action: {\"action\":\"%s\"}, or %s"
				.formatted(labels.getFirst(), String.join(", or ", labels.subList(1, labels.size()))));
		}
		return action;
	}

	/**
	 * One of several names.
	 * @param name the parameter
	 * @param text its value, or {@code null}
	 * @param all the names
	 * @return the name, or {@code null} if nothing was asked for
	 */
	static @Nullable String oneOf(String name, @Nullable String text, Collection<String> all) {
		if (text == null || text.isBlank()) {
			return null;
		}
		if (!all.contains(text)) {
			throw RejectedRequest.value(name, text,
					all.isEmpty() ? "absent: there is nothing to choose from" : "one of " + String.join(", ", all));
		}
		return text;
	}

}
