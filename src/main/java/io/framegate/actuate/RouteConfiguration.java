package io.framegate.actuate;

import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

import io.framegate.lifecycle.RunningRoute;
import io.framegate.route.Labelled;
import io.framegate.route.RecordProperties;
import io.framegate.route.Route;
import io.framegate.timeout.Timeout;
import io.framegate.timeout.Timeouts;

import org.springframework.util.unit.DataSize;

/**
 * A route's effective configuration: with everything that it inherits, under the names of
 * the properties. Values that may be secret are masked.
 */
final class RouteConfiguration {

	private static final String MASK = "******";

	/** Frames that the gateway itself sends: they may contain a login. */
	private static final Set<String> SECRETS = Set.of("send", "expect", "sign-on", "password");

	private RouteConfiguration() {
	}

	static Map<String, Object> of(RunningRoute running) {
		return of(running.route(), (timer) -> running.timeouts().limit(timer).value());
	}

	/**
	 * The configuration of a route that does not run.
	 * @param route the route
	 */
	static Map<String, Object> of(Route route) {
		return of(route, (timer) -> route.timeouts()
			.getOrDefault(timer, route.timeoutDefaults().getOrDefault(timer, timer.byDefault())));
	}

	private static Map<String, Object> of(Route route, Function<Timeout, Duration> limits) {
		Map<String, Object> properties = group(route);
		properties.remove("name");
		Map<String, Object> framings = new TreeMap<>();
		route.framings().forEach((name, one) -> framings.put(name, DeclarationView.of(one)));
		properties.put("framings", framings);
		Map<String, Object> timeouts = new LinkedHashMap<>();
		for (Timeout timer : Timeout.values()) {
			timeouts.put(timer.label(), Timeouts.text(limits.apply(timer)));
		}
		properties.put("timeouts", timeouts);
		return properties;
	}

	private static Map<String, Object> group(Object of) {
		Map<String, Object> properties = new LinkedHashMap<>();
		for (RecordComponent component : of.getClass().getRecordComponents()) {
			String name = RecordProperties.name(component);
			Object value = RecordProperties.value(component, of);
			if (value != null) {
				properties.put(name, SECRETS.contains(name) ? MASK : shown(value));
			}
		}
		return properties;
	}

	private static Object shown(Object value) {
		return switch (value) {
			case Number number -> number;
			case Boolean flag -> flag;
			case Duration duration -> Timeouts.text(duration);
			case DataSize size -> size.toBytes();
			case Labelled constant -> constant.label();
			case List<?> list -> list.stream().map(RouteConfiguration::shown).toList();
			case Map<?, ?> map -> map.toString();
			case Record group when !hasText(group) -> group(group);
			default -> value.toString();
		};
	}

	/**
	 * Whether it is written as one value, like a target or a range of ports.
	 */
	private static boolean hasText(Record value) {
		try {
			value.getClass().getMethod("of", String.class);
			return true;
		}
		catch (NoSuchMethodException ex) {
			return false;
		}
	}

}
