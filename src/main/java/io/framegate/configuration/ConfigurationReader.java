package io.framegate.configuration;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.framegate.framing.FramingDeclaration;
import io.framegate.timeout.Timeouts;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.core.env.ConfigurableEnvironment;

/**
 * Reads a configuration in steps: known keys, single values, unsupported properties, the
 * whole. Each step goes on after a problem, so that all problems are reported at once.
 */
public final class ConfigurationReader {

	private static final String ROUTE_NAME = "[a-z][a-z0-9-]{0,39}";

	private static final String VALUE = "value";

	private static final Pattern ELEMENT = Pattern.compile("(.*)\\[([0-9]+)]$");

	private final Problems problems = new Problems();

	private final Settings settings;

	private final KnownBundles bundles;

	private final List<UnsupportedProperty> unbuilt;

	ConfigurationReader(ConfigurableEnvironment environment, List<UnsupportedProperty> unbuilt) {
		this.unbuilt = unbuilt;
		this.settings = new SettingsReader(environment, this.problems).read();
		this.settings.setPasswordRequired(PasswordRule.isRequired(environment));
		this.bundles = new KnownBundles(environment);
		refuseBootsUser(environment);
	}

	/**
	 * Reads and checks the configuration. May be called again whenever the environment
	 * has changed. Property sources that cannot be enumerated are not seen.
	 * @param environment holds the properties
	 * @return the configuration
	 * @throws InvalidConfigurationException with every problem
	 */
	public static FramegateProperties read(ConfigurableEnvironment environment) {
		return new ConfigurationReader(environment, UnsupportedProperty.ALL).read();
	}

	FramegateProperties read() {
		checkRouteNames();
		this.settings.all().forEach(this::checkGap);
		this.settings.all().forEach(this::convert);
		this.unbuilt.forEach((capability) -> capability.refuse(this.settings, this.problems));
		this.settings.inherit();
		Map<String, FramingDeclaration> framings = new DeclaredFramings(this.settings, this.problems).read();
		FramegateProperties properties = new Binder(this.settings.source())
			.bindOrCreate(Settings.ROOT, Bindable.of(FramegateProperties.class))
			.with(routes(), framings);
		Report report = new Report(this.problems, this.settings, this.bundles, Settings.ROOT);
		properties.check(report);
		PortConflicts.check(properties, report);
		this.problems.throwIfAny();
		return properties;
	}

	private Map<String, RouteProperties> routes() {
		Map<String, RouteProperties> routes = new LinkedHashMap<>();
		for (String name : this.settings.routes()) {
			routes.put(name, new Binder(this.settings.sourceOf(name)).bindOrCreate(Settings.route(name),
					Bindable.of(RouteProperties.class)));
		}
		return routes;
	}

	/**
	 * Spring Boot's own user has no role here. It is refused, so that nobody believes
	 * that it protects anything.
	 */
	private void refuseBootsUser(ConfigurableEnvironment environment) {
		for (String property : List.of("spring.security.user.name", "spring.security.user.password")) {
			if (environment.containsProperty(property)) {
				this.problems.add(new Problem(property, null, null,
						"has no effect here: declare users under framegate.management.users"));
			}
		}
	}

	private void checkRouteNames() {
		for (String name : this.settings.routes()) {
			if (!name.matches(ROUTE_NAME)) {
				String route = Settings.route(name);
				this.problems
					.add(new Problem(route, null, this.settings.firstAt(route).map(Setting::origin).orElse(null),
							"a route's name must be " + ROUTE_NAME
									+ ": a lowercase letter, then up to 39 lowercase letters, digits and dashes"));
			}
		}
	}

	private void convert(Setting setting) {
		Schema.Leaf leaf = setting.leaf();
		try {
			Object value = (leaf.type() == Duration.class) ? Timeouts.parse(setting.value().toString()).orElse(null)
					: bind(setting);
			if (value == null || !leaf.allows(value)) {
				refuse(setting, leaf.allowed());
			}
			else if (value instanceof Enum<?> constant) {
				this.settings.put(setting.withValue(Schema.Leaf.label(constant)));
			}
		}
		catch (BindException ex) {
			String message = NestedExceptionUtils.getMostSpecificCause(ex).getMessage();
			refuse(setting, (leaf.readFromText() && message != null) ? message
					: leaf.allowed() + Suggestions.suggestion(setting.value().toString(), leaf.labels()));
		}
	}

	/**
	 * Binds from a source of its own: a binder looks through all of its source's names
	 * for each value.
	 */
	private static @Nullable Object bind(Setting setting) {
		return new Binder(new MapConfigurationPropertySource(Map.of(VALUE, setting.value())))
			.bind(VALUE, Bindable.of(setting.leaf().type()))
			.orElse(null);
	}

	private void checkGap(Setting setting) {
		Matcher element = ELEMENT.matcher(setting.property());
		if (setting.leaf().list() && element.matches() && !element.group(2).equals("0")) {
			String before = element.group(1) + "[" + (Integer.parseInt(element.group(2)) - 1) + "]";
			if (this.settings.get(setting.property()) != null && this.settings.get(before) == null) {
				refuse(setting, "is not the first of its list, and there is no " + before);
			}
		}
	}

	private void refuse(Setting setting, String message) {
		this.problems.add(setting.property(), setting, message);
		// without one of its elements a list would have a gap
		this.settings.remove(ELEMENT.matcher(setting.property()).replaceFirst("$1"));
	}

}
