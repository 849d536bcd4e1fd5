package io.framegate.actuate;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;

import io.framegate.lifecycle.Routes;
import io.framegate.lifecycle.RunningRoute;
import io.framegate.timeout.Timeout;
import io.framegate.timeout.Timeouts;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;

/**
 * The routes' limits. Spring runs it on threads that may block.
 */
@Endpoint(id = "timeouts", defaultAccess = Access.READ_ONLY)
final class TimeoutsEndpoint {

	private final Routes routes;

	private final AuditTrail audit;

	TimeoutsEndpoint(Routes routes, AuditTrail audit) {
		this.routes = routes;
		this.audit = audit;
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

	/**
	 * Changes a limit for open and later connections.
	 * @param route the route's name
	 * @param name the timer's label
	 * @param value the limit
	 * @param who asks
	 * @return the new limit
	 */
	@WriteOperation
	View change(@Selector String route, @Selector String name, @Nullable String value, SecurityContext who) {
		Timeout timer = timer(name);
		Duration limit = limit(timer, value);
		return note("TIMEOUT_CHANGED", route, timer, who, (timeouts) -> timeouts.set(timer, limit));
	}

	/**
	 * Restores the configured limit.
	 * @param route the route's name
	 * @param name the timer's label
	 * @param who asks
	 * @return the new limit
	 */
	@DeleteOperation
	View reset(@Selector String route, @Selector String name, SecurityContext who) {
		Timeout timer = timer(name);
		return note("TIMEOUT_RESET", route, timer, who, (timeouts) -> timeouts.reset(timer));
	}

	private View note(String what, String route, Timeout timer, SecurityContext who, Consumer<Timeouts> change) {
		Timeouts timeouts = RoutesEndpoint.find(this.routes, route).timeouts();
		View before = View.of(timeouts, timer);
		change.accept(timeouts);
		View now = View.of(timeouts, timer);
		this.audit.note(who, what, "route", route, "timer", timer.label(), "old", before.value(), "new", now.value(),
				"source", now.source());
		return now;
	}

	private static Timeout timer(String name) {
		return Timeout.of(name)
			.orElseThrow(() -> RejectedRequest.unknown("timer", name,
					Stream.of(Timeout.values()).map(Timeout::label).toList()));
	}

	private static Duration limit(Timeout timer, @Nullable String text) {
		if (text == null || text.isBlank()) {
			throw RejectedRequest.because("The body must name the limit: {\"value\":\"30s\"}");
		}
		return Timeouts.parse(text)
			.orElseThrow(() -> RejectedRequest.value(timer.label(), text,
					"0 (off) or a duration from 1ms to 366d with its unit, such as 500ms, 30s or 5m"));
	}

	private static Map<String, View> views(RunningRoute route) {
		Map<String, View> views = new LinkedHashMap<>();
		for (Timeout timer : Timeout.values()) {
			views.put(timer.label(), View.of(route.timeouts(), timer));
		}
		return views;
	}

	/**
	 * A limit as the endpoint shows it.
	 *
	 * @param value the limit
	 * @param source where it came from
	 * @param fired how often the timer expired
	 */
	record View(String value, String source, long fired) {

		static View of(Timeouts timeouts, Timeout timer) {
			Timeouts.Limit limit = timeouts.limit(timer);
			return new View(limit.text(), limit.source().label(), timeouts.fired(timer));
		}

	}

}
