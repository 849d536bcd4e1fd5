package io.framegate.actuate;

import java.util.LinkedHashMap;
import java.util.Map;

import io.framegate.lifecycle.Routes;
import io.framegate.lifecycle.RunningRoute;
import io.framegate.timeout.Timeouts;
import io.framegate.timeout.Timer;

import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;

/**
 * The routes' limits. Spring runs it on threads that may block.
 */
@Endpoint(id = "timeouts")
final class TimeoutsEndpoint {

	private final Routes routes;

	TimeoutsEndpoint(Routes routes) {
		this.routes = routes;
	}

	@ReadOperation
	Map<String, Map<String, View>> all() {
		Map<String, Map<String, View>> all = new LinkedHashMap<>();
		this.routes.all().forEach((route) -> all.put(route.name(), views(route)));
		return all;
	}

	@ReadOperation
	Map<String, View> ofRoute(@Selector String route) {
		return views(RoutesEndpoint.find(this.routes, route));
	}

	private static Map<String, View> views(RunningRoute route) {
		Map<String, View> views = new LinkedHashMap<>();
		for (Timer timer : Timer.values()) {
			views.put(timer.label(), View.of(route.timeouts(), timer));
		}
		return views;
	}

	/**
	 * A limit as the endpoint shows it.
	 *
	 * @param value the limit
	 * @param source where it came from
	 * @param fired how often it ran out
	 */
	record View(String value, String source, long fired) {

		static View of(Timeouts timeouts, Timer timer) {
			Timeouts.Limit limit = timeouts.limit(timer);
			return new View(limit.text(), limit.source().label(), timeouts.fired(timer));
		}

	}

}
