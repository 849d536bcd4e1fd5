package io.framegate.configuration;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BinaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * Which property an environment variable means: {@code FRAMEGATE_ROUTES_}, the route's
 * name, {@code _LISTEN_PORT}. A dash is an underscore or nothing: {@code
 * FRAMEGATE_ROUTES_CARD_AUTH_LISTEN_MAXFRAMESIZE} and {@code
 * FRAMEGATE_ROUTES_CARDAUTH_LISTEN_MAX_FRAME_SIZE} both mean {@code
 * framegate.routes.card-auth.listen.max-frame-size} if a route of that name is declared.
 * If not, underscores in the name are dashes.
 */
final class EnvironmentVariables {

	private static final String PREFIX = "FRAMEGATE_";

	/** Kubernetes sets these in each pod for a service with a similar name. */
	private static final Pattern SERVICE_LINK = Pattern
		.compile(".*_(SERVICE_HOST|SERVICE_PORT(_.+)?|PORT_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)");

	private static final Pattern SERVICE_LINK_VALUE = Pattern.compile("(tcp|udp|sctp)://.*");

	private final Schema.Group schema;

	/** The names that users chose, by group and uniform form. */
	private final Map<String, String> names = new HashMap<>();

	/**
	 * Takes the names.
	 * @param schema the known keys
	 * @param declared the routes, framings and users declared elsewhere
	 * @param variables the environment's variables
	 */
	EnvironmentVariables(Schema.Group schema, Collection<Declared> declared, Collection<String> variables) {
		this.schema = schema;
		for (String variable : variables) {
			property(variable, (group, name) -> {
				this.names.merge(key(group, name), name, (one, other) -> (one.length() < other.length()) ? other : one);
				return name;
			});
		}
		declared.forEach((each) -> this.names.put(key(each.group(), each.name()), each.name()));
	}

	private static String key(String group, String name) {
		return group + " " + Schema.uniform(name);
	}

	/**
	 * Whether the variable is meant for the gateway, and so must be known. Others may
	 * start with its name too.
	 * @param variable the variable's name
	 * @param value its value
	 */
	boolean isOurs(String variable, String value) {
		String upper = variable.toUpperCase(Locale.ROOT);
		return !isServiceLink(variable, value) && (property(variable).isPresent()
				|| this.schema.keys().keySet().stream().anyMatch((key) -> upper.startsWith(prefix(key))));
	}

	/**
	 * Whether Kubernetes has set the variable for a service, so that it is ignored.
	 * @param variable the variable's name
	 * @param value its value
	 */
	boolean isServiceLink(String variable, String value) {
		return SERVICE_LINK_VALUE.matcher(value).matches()
				|| (SERVICE_LINK.matcher(variable.toUpperCase(Locale.ROOT)).matches() && property(variable).isEmpty());
	}

	/**
	 * The property that the variable means.
	 * @param variable the variable's name
	 * @return the property's full name, if there is such a property
	 */
	Optional<PropertyLocation> property(String variable) {
		return property(variable, (group, name) -> this.names.getOrDefault(key(group, name), name));
	}

	/**
	 * A suggestion to append to a message.
	 * @param variable an unknown variable
	 * @return the suggestion, or an empty text if nothing is similar
	 */
	String suggestion(String variable) {
		String upper = variable.toUpperCase(Locale.ROOT);
		List<String> known = new ArrayList<>();
		this.schema.keys().forEach((key, child) -> {
			if (upper.startsWith(prefix(key))) {
				String rest = upper.substring(prefix(key).length());
				if (child instanceof Schema.Named named) {
					// the name may end at any underscore
					for (int end = rest.indexOf('_'); end > 0; end = rest.indexOf('_', end + 1)) {
						String name = prefix(key) + rest.substring(0, end) + "_";
						variables(named.each()).map((tail) -> name + tail).forEach(known::add);
					}
				}
				else {
					variables(child).map((tail) -> prefix(key) + tail).forEach(known::add);
				}
			}
		});
		return Suggestions.suggestion(variable, known, 2);
	}

	private Optional<PropertyLocation> property(String variable, BinaryOperator<String> naming) {
		String upper = variable.toUpperCase(Locale.ROOT);
		if (!upper.startsWith(PREFIX)) {
			return Optional.empty();
		}
		return find(this.schema, Settings.ROOT, null, List.of(upper.substring(PREFIX.length()).split("_")), naming);
	}

	private static Optional<PropertyLocation> find(Schema at, String property, @Nullable String rows,
			List<String> words, BinaryOperator<String> naming) {
		boolean isIndex = !words.isEmpty() && words.getFirst().matches("[0-9]{1,4}");
		if (at instanceof Schema.Leaf leaf) {
			if (words.isEmpty()) {
				return Optional.of(new PropertyLocation(property, leaf, null, rows));
			}
			boolean element = leaf.list() && words.size() == 1 && isIndex;
			return element ? Optional.of(new PropertyLocation(property, leaf, words.getFirst(), rows))
					: Optional.empty();
		}
		if (at instanceof Schema.Rows list) {
			return isIndex ? find(list.each(), Settings.child(property, words.getFirst()),
					(rows != null) ? rows : property, words.subList(1, words.size()), naming) : Optional.empty();
		}
		for (int end = 1; end <= words.size(); end++) {
			List<String> head = words.subList(0, end);
			List<String> rest = words.subList(end, words.size());
			Optional<PropertyLocation> found = switch (at) {
				case Schema.Group group -> group.key(String.join("", head))
					.flatMap((key) -> find(group.child(key), Settings.child(property, key), rows, rest, naming));
				case Schema.Named named -> find(named.each(), property, rows, rest, naming).flatMap((there) -> {
					String name = naming.apply(property, String.join("-", head).toLowerCase(Locale.ROOT));
					return find(named.each(), Settings.child(property, name), rows, rest, naming);
				});
				case Schema.Leaf _, Schema.Rows _ -> Optional.empty();
			};
			if (found.isPresent()) {
				return found;
			}
		}
		return Optional.empty();
	}

	/**
	 * The variables that can set a part of the configuration.
	 * @param at the part
	 * @return the ends of their names
	 */
	private static Stream<String> variables(Schema at) {
		if (at instanceof Schema.Group group) {
			return group.keys().entrySet().stream().flatMap((entry) -> {
				String head = entry.getKey().replace('-', '_').toUpperCase(Locale.ROOT);
				return variables(entry.getValue()).map((tail) -> tail.isEmpty() ? head : head + "_" + tail);
			});
		}
		return Stream.of("");
	}

	private static String prefix(String key) {
		return PREFIX + key.toUpperCase(Locale.ROOT) + "_";
	}

	/**
	 * A name that is declared.
	 *
	 * @param group the property above it
	 * @param name the name
	 */
	record Declared(String group, String name) {

	}

}
