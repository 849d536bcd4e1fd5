package io.framegate.configuration;

import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.framegate.route.Mode;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

/**
 * The settings under {@code framegate}, by full property name.
 */
final class Settings {

	static final String ROOT = "framegate";

	private static final String ROUTES = ROOT + ".routes";

	private static final String USERS = ROOT + ".management.users";

	private static final String FRAMINGS = ROOT + ".framings";

	private static final String DEFAULTS = ROOT + ".defaults";

	private static final Pattern KEY = Pattern.compile("[a-z][a-z0-9-]*");

	private final NavigableMap<String, Setting> settings = new TreeMap<>();

	private final Set<String> routes = new TreeSet<>();

	private final Set<String> users = new TreeSet<>();

	private final Set<String> framings = new TreeSet<>();

	private boolean passwordRequired = true;

	static String route(String name) {
		return child(ROUTES, name);
	}

	static String framing(String name) {
		return child(FRAMINGS, name);
	}

	/**
	 * The property below a group. A key that could not stand in a property's name goes in
	 * brackets.
	 * @param group the group's full name
	 * @param key the key
	 * @return the full name
	 */
	static String child(String group, String key) {
		return KEY.matcher(key).matches() ? group + "." + key : group + "[" + key + "]";
	}

	@Nullable Setting get(String property) {
		return this.settings.get(property);
	}

	List<Setting> all() {
		return List.copyOf(this.settings.values());
	}

	Set<String> routes() {
		return this.routes;
	}

	/**
	 * The framings that users declare.
	 * @return their names, right or wrong
	 */
	Set<String> framings() {
		return this.framings;
	}

	/**
	 * The settings of a property and below it.
	 * @param property the full name
	 * @return the settings, by name
	 */
	List<Setting> allAt(String property) {
		return this.settings.tailMap(property)
			.values()
			.stream()
			.takeWhile((setting) -> setting.property().startsWith(property))
			.filter((setting) -> isAt(setting.property(), property))
			.toList();
	}

	/**
	 * The first setting of a property or below it.
	 * @param property the full name
	 * @return the setting, if there is one
	 */
	Optional<Setting> firstAt(String property) {
		return Stream.of(property, property + ".", property + "[")
			.map(this.settings::ceilingEntry)
			.filter((entry) -> entry != null && isAt(entry.getKey(), property))
			.map(Map.Entry::getValue)
			.findFirst();
	}

	void declareRoute(String name) {
		this.routes.add(name);
	}

	void declareFraming(String name) {
		this.framings.add(name);
	}

	/**
	 * Notes that a user was named: one without a password must not be overlooked.
	 * @param name the user's name
	 */
	void declareUser(String name) {
		this.users.add(name);
	}

	boolean isPasswordRequired() {
		return this.passwordRequired;
	}

	void setPasswordRequired(boolean required) {
		this.passwordRequired = required;
	}

	void put(Setting setting) {
		this.settings.put(setting.property(), setting);
	}

	void putIfAbsent(Setting setting) {
		this.settings.putIfAbsent(setting.property(), setting);
	}

	/**
	 * Forgets a property and what is below it.
	 * @param property the full name
	 */
	void remove(String property) {
		this.settings.remove(property);
		for (char after : new char[] { '.', '[' }) {
			this.settings.subMap(property + after, property + (char) (after + 1)).clear();
		}
	}

	void removeBlank() {
		this.settings.values().removeIf(Setting::isBlank);
	}

	/**
	 * Gives each route what it inherits: from the defaults, and its upstream side from
	 * its inbound side.
	 */
	void inherit() {
		List<String> timeouts = List
			.copyOf(this.settings.subMap(DEFAULTS + ".timeouts.", DEFAULTS + ".timeouts/").keySet());
		for (String name : this.routes) {
			String listen = route(name) + ".listen.";
			String upstream = route(name) + ".upstream.";
			if (get(upstream + "framing") == null) {
				inherit(upstream + "framing", listen + "framing");
				inherit(upstream + "length-includes-header", listen + "length-includes-header");
			}
			inherit(listen + "max-frame-size", DEFAULTS + ".max-frame-size");
			inherit(upstream + "max-frame-size", DEFAULTS + ".max-frame-size");
			timeouts.forEach((timeout) -> inherit(route(name) + timeout.substring(DEFAULTS.length()), timeout));
		}
	}

	private void inherit(String heir, String from) {
		Setting setting = get(from);
		if (setting != null) {
			this.settings.putIfAbsent(heir, setting);
		}
	}

	/**
	 * A route's settings as a source for a binder. Each route has its own, because a
	 * binder looks through all names for each value.
	 * @param name the route's name
	 * @return a copy, even if no value of the route is right
	 */
	MapConfigurationPropertySource sourceOf(String name) {
		Map<String, Object> values = new TreeMap<>();
		String route = route(name);
		values.put(route + ".mode", Mode.SESSION.label());
		this.settings.subMap(route + ".", route + "/")
			.forEach((property, setting) -> values.put(property, setting.value()));
		return new MapConfigurationPropertySource(values);
	}

	MapConfigurationPropertySource sourceOfFraming(String name) {
		Map<String, Object> values = new TreeMap<>();
		allAt(framing(name)).forEach((setting) -> values.put(setting.property(), setting.value()));
		return new MapConfigurationPropertySource(values);
	}

	/**
	 * The settings besides the routes and framings as a source for a binder.
	 * @return a copy
	 */
	MapConfigurationPropertySource source() {
		Map<String, Object> values = new TreeMap<>();
		this.settings.values()
			.stream()
			.filter((setting) -> !isAt(setting.property(), ROUTES) && !isAt(setting.property(), FRAMINGS))
			.forEach((setting) -> values.put(setting.property(), setting.value()));
		// a user without settings is still a user
		this.users.forEach((name) -> values.putIfAbsent(child(USERS, name) + ".password", ""));
		return new MapConfigurationPropertySource(values);
	}

	private static boolean isAt(String name, String property) {
		return name.equals(property) || name.startsWith(property + ".") || name.startsWith(property + "[");
	}

}
