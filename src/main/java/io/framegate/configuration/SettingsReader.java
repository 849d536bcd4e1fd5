package io.framegate.configuration;

import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.boot.origin.Origin;
import org.springframework.boot.origin.OriginLookup;
import org.springframework.boot.origin.SystemEnvironmentOrigin;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/**
 * Collects what an environment sets under {@code framegate}, and refuses unknown keys.
 * The first source that sets a property wins. A list is taken whole from one source.
 */
final class SettingsReader {

	private static final ConfigurationPropertyName ROOT = ConfigurationPropertyName.of(Settings.ROOT);

	private static final String ROUTES = "routes";

	/** Their placeholders must resolve, too. */
	private static final Set<String> ELSEWHERE = Set.of("management", "server", "spring");

	private static final String USERS = "users";

	private static final String FRAMINGS = "framings";

	/** The groups whose keys are names that users choose. */
	private static final List<ConfigurationPropertyName> NAMED = List.of(ROOT.append(ROUTES), ROOT.append(FRAMINGS),
			ROOT.append("management." + USERS));

	private static final String QUOTE = "must be in quotes: without them it is read as a number";

	private static final String LIST = "is a list: each of its elements begins with a dash";

	private static final Pattern COMMA = Pattern.compile(",");

	/** A comma that is not one of the characters after {@code text:}. */
	private static final Pattern COMMA_BEFORE_BYTES = Pattern
		.compile(",(?=\\s*(?:text:|(?:0[xX])?[0-9A-Fa-f\\s]+(?:,|$)))");

	private static final Pattern WILDCARD = Pattern.compile("framegate\\..*\\.sni\\.[^\\[]*\\*.*");

	/** Spring would leave out what a name cannot have, and it would be another. */
	private static final Pattern FRAMING = Pattern
		.compile("framegate\\.framings\\.([^.\\[]*[^.\\[\\w-][^.\\[]*)(?:[.\\[].*)?");

	private final Schema.Group schema = Schema.of(FramegateProperties.class);

	private final Settings settings = new Settings();

	private final List<ConfigurationPropertySource> sources;

	private final Placeholders placeholders;

	private final WrittenScalars scalars = new WrittenScalars();

	private final NearMisses nearMisses;

	private final Problems problems;

	/** The lists that earlier sources have set. */
	private final Set<String> listsTaken = new HashSet<>();

	/** The lists that the source being read sets. */
	private final Set<String> lists = new HashSet<>();

	SettingsReader(ConfigurableEnvironment environment, Problems problems) {
		this.sources = StreamSupport
			.stream(ConfigurationPropertySources.from(environment.getPropertySources()).spliterator(), false)
			.toList();
		this.placeholders = new Placeholders(environment);
		this.problems = problems;
		this.nearMisses = new NearMisses(this.schema.keys().keySet(), problems);
	}

	Settings read() {
		Set<EnvironmentVariables.Declared> declared = declared();
		for (ConfigurationPropertySource source : this.sources) {
			if (source.getUnderlyingSource() instanceof SystemEnvironmentPropertySource variables) {
				readVariables(variables, declared);
			}
			else if (source instanceof IterableConfigurationPropertySource iterable) {
				iterable.stream().forEach((name) -> checkElsewhere(name, iterable));
			}
			refuseOddNames(source.getUnderlyingSource());
			names(source).forEach((name) -> read(source.getConfigurationProperty(name)));
			this.listsTaken.addAll(this.lists);
			this.lists.clear();
		}
		this.settings.removeBlank();
		return this.settings;
	}

	/**
	 * A key outside the gateway's own. It must not look like one of them. Its
	 * placeholders must resolve if it configures the web server, management or security.
	 */
	private void checkElsewhere(ConfigurationPropertyName name, ConfigurationPropertySource source) {
		if (name.isEmpty() || ROOT.isAncestorOf(name)) {
			return;
		}
		ConfigurationProperty property = source.getConfigurationProperty(name);
		if (property == null) {
			return;
		}
		this.nearMisses.check(name, property.getOrigin());
		if (ELSEWHERE.contains(name.getElement(0, Form.UNIFORM)) && property.getValue() instanceof CharSequence text) {
			String problem = this.placeholders.problem(text.toString());
			if (problem != null) {
				this.problems.add(new Problem(name.toString(), null, property.getOrigin(), problem));
			}
		}
	}

	private Set<EnvironmentVariables.Declared> declared() {
		return this.sources.stream()
			.flatMap(SettingsReader::names)
			.flatMap((name) -> NAMED.stream()
				.filter((group) -> group.isAncestorOf(name))
				.map((group) -> new EnvironmentVariables.Declared(group.toString(),
						name.getElement(group.getNumberOfElements(), Form.ORIGINAL))))
			.collect(Collectors.toSet());
	}

	/**
	 * The names under the root that are written with dots.
	 * @param source any source
	 * @return the names, none if the source cannot be enumerated
	 */
	private static Stream<ConfigurationPropertyName> names(ConfigurationPropertySource source) {
		if (source.getUnderlyingSource() instanceof SystemEnvironmentPropertySource variables) {
			return Arrays.stream(variables.getPropertyNames())
				.filter((name) -> name.startsWith(Settings.ROOT + "."))
				.map((name) -> ConfigurationPropertyName.adapt(name, '.'));
		}
		return (source instanceof IterableConfigurationPropertySource iterable)
				? iterable.stream().filter(ROOT::isAncestorOf) : Stream.empty();
	}

	private void readVariables(SystemEnvironmentPropertySource variables,
			Collection<EnvironmentVariables.Declared> declared) {
		List<String> all = List.of(variables.getPropertyNames());
		EnvironmentVariables names = new EnvironmentVariables(this.schema, declared, all);
		for (String variable : all) {
			String value = Objects.toString(variables.getProperty(variable), "");
			if (names.isOurs(variable, value)) {
				Origin origin = new SystemEnvironmentOrigin(variable);
				Optional<PropertyLocation> place = names.property(variable);
				if (place.isPresent()) {
					declare(ConfigurationPropertyName.of(place.get().property()));
					take(place.get(), value, origin);
				}
				else {
					this.problems.add(new Problem(variable, value, origin, UnsupportedProperty.isLaterVariable(variable)
							? UnsupportedProperty.MESSAGE : "is not a known variable" + names.suggestion(variable)));
				}
			}
			else if (!names.isServiceLink(variable, value)) {
				this.nearMisses.check(variable);
			}
		}
	}

	/**
	 * Outside of brackets Spring leaves characters out that a key cannot have.
	 */
	private void refuseOddNames(@Nullable Object source) {
		if (source instanceof EnumerablePropertySource<?> properties) {
			for (String name : properties.getPropertyNames()) {
				Origin origin = OriginLookup.getOrigin(source, name);
				if (WILDCARD.matcher(name).matches()) {
					this.problems.add(new Problem(name, null, origin,
							"must stand in brackets, for the sake of the *: \"[*.example.com]\""));
				}
				Matcher framing = FRAMING.matcher(name);
				if (framing.matches()) {
					this.problems.add(new Problem("framegate.framings[" + framing.group(1) + "]", null, origin,
							DeclaredFramings.NAME_RULE));
				}
			}
		}
	}

	private void declare(ConfigurationPropertyName name) {
		if (name.getNumberOfElements() > 3 && name.getElement(2, Form.UNIFORM).equals(USERS)) {
			this.settings.declareUser(name.getElement(3, Form.ORIGINAL));
		}
		if (name.getNumberOfElements() > 2 && name.getElement(1, Form.UNIFORM).equals(ROUTES)) {
			this.settings.declareRoute(name.getElement(2, Form.ORIGINAL));
		}
		if (name.getNumberOfElements() > 2 && name.getElement(1, Form.UNIFORM).equals(FRAMINGS)) {
			this.settings.declareFraming(name.getElement(2, Form.ORIGINAL));
		}
	}

	private void read(@Nullable ConfigurationProperty property) {
		if (property == null) {
			return;
		}
		ConfigurationPropertyName name = property.getName();
		declare(name);
		Schema at = this.schema;
		String path = Settings.ROOT;
		String rows = null;
		for (int i = 1; i < name.getNumberOfElements(); i++) {
			String element = name.getElement(i, Form.ORIGINAL);
			if (at instanceof Schema.Named named && named.each() instanceof Schema.Leaf leaf) {
				// A name may contain dots itself.
				while (i < name.getNumberOfElements() - 1) {
					i++;
					element += "." + name.getElement(i, Form.ORIGINAL);
				}
				if (leaf.verbatim()) {
					element = this.scalars.key(element, property.getOrigin());
				}
			}
			boolean last = i == name.getNumberOfElements() - 1;
			if (at instanceof Schema.Leaf leaf && leaf.list() && last && name.isNumericIndex(i)) {
				take(new PropertyLocation(path, leaf, element, rows), property.getValue(), property.getOrigin());
				return;
			}
			if (at instanceof Schema.Rows && rows == null) {
				rows = path;
			}
			Schema next = switch (at) {
				case Schema.Group group -> group.key(element).map(group::child).orElse(null);
				case Schema.Named named -> named.each();
				case Schema.Rows list -> name.isNumericIndex(i) ? list.each() : null;
				case Schema.Leaf leaf -> null;
			};
			if (next == null) {
				refuseUnknown(at, path, element, last ? property.getValue().toString() : null, property.getOrigin());
				return;
			}
			path = Settings.child(path,
					(at instanceof Schema.Group group) ? group.key(element).orElse(element) : element);
			at = next;
		}
		take(at, path, rows, property);
	}

	private void refuseUnknown(Schema at, String path, String element, @Nullable String value,
			@Nullable Origin origin) {
		if (UnsupportedProperty.isLater(path + "." + Schema.uniform(element))) {
			this.problems.add(new Problem(path + "." + element, value, origin, UnsupportedProperty.MESSAGE));
		}
		else if (at instanceof Schema.Group group) {
			String suggestion = Suggestions.suggestion(element, group.keys().keySet());
			this.problems
				.add(new Problem(path + "." + element, value, origin, "is not a known key" + (suggestion.isEmpty()
						? "; known here: " + String.join(", ", group.keys().keySet()) : suggestion)));
		}
		else if (at instanceof Schema.Rows) {
			this.problems.add(new Problem(path, null, origin, LIST));
		}
		else if (at instanceof Schema.Leaf leaf && leaf.verbatim() && value != null) {
			this.problems
				.add(new Problem(path, value, origin, "takes one value, not a list: in YAML, put brackets in quotes"));
		}
		else {
			this.problems.add(new Problem(path, null, origin, "takes a value, not keys of its own"));
		}
	}

	private void take(Schema at, String path, @Nullable String rows, ConfigurationProperty property) {
		if (at instanceof Schema.Leaf leaf) {
			take(new PropertyLocation(path, leaf, null, rows), property.getValue(), property.getOrigin());
		}
		else if (!property.getValue().toString().isBlank()) {
			this.problems.add(new Problem(path, property.getValue().toString(), property.getOrigin(),
					(at instanceof Schema.Rows) ? LIST
							: "takes keys of its own, not a value" + ((at instanceof Schema.Group group)
									? ": " + String.join(", ", group.keys().keySet()) : "")));
		}
	}

	private void take(PropertyLocation place, Object read, @Nullable Origin origin) {
		if (place.rows() != null) {
			if (this.listsTaken.contains(place.rows())) {
				return;
			}
			this.lists.add(place.rows());
		}
		String property = place.property();
		boolean replaced = this.settings.get(property) != null || this.listsTaken.contains(property);
		Object written = place.leaf().verbatim() ? this.scalars.value(read, origin) : read;
		if (written == null) {
			if (!replaced) {
				this.problems.add(new Problem(property, read.toString(), origin, QUOTE));
			}
			return;
		}
		Setting setting = new Setting(property, written.toString(), written, origin, place.leaf());
		String problem = this.placeholders.problem(written);
		if (problem != null) {
			this.problems.add(property, setting, problem);
			return;
		}
		String notText = (place.leaf().verbatim() && !replaced) ? this.placeholders.notText(written) : null;
		if (notText != null) {
			this.problems.add(property, setting,
					"must be in quotes where %s is set: without them it is read as a number".formatted(notText));
			return;
		}
		Object value = this.placeholders.resolve(written);
		// a number may be part of a longer text, and YAML's off is false
		setting = setting.withValue((value instanceof Boolean) ? value : value.toString());
		if (!place.leaf().list()) {
			this.settings.putIfAbsent(setting);
		}
		else if (!this.listsTaken.contains(property)) {
			this.lists.add(property);
			if (place.index() != null) {
				this.settings.putIfAbsent(setting.element(place.index(), value));
				return;
			}
			List<String> elements = (value instanceof Collection<?> collection)
					? collection.stream().map(Objects::toString).toList()
					: List.of((place.leaf().verbatim() ? COMMA_BEFORE_BYTES : COMMA).split(value.toString()));
			for (int i = 0; i < elements.size(); i++) {
				this.settings.putIfAbsent(setting.element(Integer.toString(i), elements.get(i).strip()));
			}
		}
	}

}
