package io.framegate.actuate;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.framegate.closure.Cause;
import io.framegate.closure.CloseReason;
import io.framegate.closure.EndedBy;
import io.framegate.lifecycle.ConfigurationAdvice;
import io.framegate.lifecycle.ConfigurationReloader;
import io.framegate.lifecycle.DrainReport;
import io.framegate.lifecycle.ReloadPreview;
import io.framegate.lifecycle.Routes;
import io.framegate.lifecycle.RunningRoute;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.http.HttpStatus;

/**
 * The routes. Spring runs it on threads that may block.
 */
@Endpoint(id = "routes", defaultAccess = Access.READ_ONLY)
final class RoutesEndpoint {

	private final Routes routes;

	private final ConfigurationAdvice advice;

	private final AuditTrail audit;

	private final ConfigurationReloader reload;

	RoutesEndpoint(Routes routes, ConfigurationAdvice advice, AuditTrail audit, ConfigurationReloader reload) {
		this.reload = reload;
		this.routes = routes;
		this.advice = advice;
		this.audit = audit;
	}

	@ReadOperation
	All all() {
		return new All(this.routes.all().stream().map(this::view).toList(), this.reload.error());
	}

	@ReadOperation
	One one(@Selector String name) {
		RunningRoute route = find(this.routes, name);
		return new One(view(route), RouteConfiguration.of(route));
	}

	/**
	 * Runs an operator's action on a route.
	 * @param name the route's name
	 * @param action the action's label
	 * @param who asks
	 * @return the result; for a drain, once it is done
	 */
	@WriteOperation
	Mono<WebEndpointResponse<Outcome>> act(@Selector String name, @Nullable String action, SecurityContext who) {
		// Code of a returned Mono would otherwise run on an event loop of the web server.
		return Mono
			.fromCallable(() -> this.routes.undisturbed(() -> begin(find(this.routes, name),
					RequestParameters.action(action, Action.values(), Action::label), who)))
			.subscribeOn(Schedulers.boundedElastic())
			.flatMap(Mono::fromFuture);
	}

	/**
	 * Reads the configuration again and applies it.
	 * @param action {@code reload}
	 * @param dryRun whether to only say what would be done
	 * @param yaml properties to try: what a dry run would do if they were added
	 * @param who asks
	 * @return what was done, or 409 and what is wrong
	 */
	@WriteOperation
	WebEndpointResponse<?> actOnAll(@Nullable String action, @Nullable Boolean dryRun, @Nullable String yaml,
			SecurityContext who) {
		if (!"reload".equals(action)) {
			throw RejectedRequest
				.because("The body must be {\"action\":\"reload\"}; pause, resume and drain go to one route");
		}
		if (Boolean.TRUE.equals(dryRun)) {
			ReloadPreview preview = (yaml != null) ? this.reload.previewWith(yaml) : this.reload.preview();
			return new WebEndpointResponse<>(PreviewView.of(preview, this.routes), status(preview.error()));
		}
		if (yaml != null) {
			throw RejectedRequest.because("yaml is for a dry run only: add \"dryRun\":true");
		}
		ConfigurationReloader.Outcome outcome = this.reload.reload();
		this.audit.note(who, "CONFIGURATION_RELOADED", "error", String.valueOf(outcome.error()));
		return new WebEndpointResponse<>(outcome, status(outcome.error()));
	}

	private static int status(@Nullable String error) {
		return ((error == null) ? HttpStatus.OK : HttpStatus.CONFLICT).value();
	}

	private CompletableFuture<WebEndpointResponse<Outcome>> begin(RunningRoute route, Action action,
			SecurityContext who) {
		RunningRoute.State before = route.state();
		CompletableFuture<WebEndpointResponse<Outcome>> outcome = switch (action) {
			case PAUSE -> {
				route.pause();
				yield done(route, action);
			}
			case RESUME -> {
				resume(route, before, who);
				yield done(route, action);
			}
			case DRAIN -> drain(route, who);
		};
		this.audit.note(who, action.event, "route", route.name(), "old", before.name(), "new",
				((action == Action.DRAIN) ? RunningRoute.State.DRAINING : route.state()).name());
		return outcome;
	}

	private void resume(RunningRoute route, RunningRoute.State before, SecurityContext who) {
		try {
			route.resume();
		}
		catch (RuntimeException ex) {
			this.audit.note(who, "ROUTE_RESUME_FAILED", "route", route.name(), "old", before.name(), "new",
					route.state().name(), "error", String.valueOf(ex.getMessage()));
			throw RejectedRequest.conflict("Route '%s' cannot listen: %s".formatted(route.name(), ex.getMessage()));
		}
	}

	private static CompletableFuture<WebEndpointResponse<Outcome>> done(RunningRoute route, Action action) {
		return CompletableFuture
			.completedFuture(new WebEndpointResponse<>(new Outcome(route.name(), action.label(), route.state(), null)));
	}

	private static CompletableFuture<WebEndpointResponse<Outcome>> drain(RunningRoute route, SecurityContext who) {
		return DrainAnswer.to(
				route.drain(new Cause(CloseReason.ROUTE_DRAIN, EndedBy.OPERATOR, "by " + AuditTrail.name(who))), route,
				(report) -> new Outcome(route.name(), Action.DRAIN.label(),
						(report != null) ? route.state() : RunningRoute.State.DRAINING, report));
	}

	private RouteView view(RunningRoute route) {
		return RouteView.of(route, this.advice);
	}

	static RunningRoute find(Routes routes, String name) {
		return routes.find(name).orElseThrow(() -> RejectedRequest.unknown("route", name, names(routes)));
	}

	static List<String> names(Routes routes) {
		return routes.all().stream().map(RunningRoute::name).toList();
	}

	/** Actions on a route. */
	private enum Action {

		/** Stop accepting. */
		PAUSE("ROUTE_PAUSED"),

		/** Accept again. */
		RESUME("ROUTE_RESUMED"),

		/** Stop accepting and close existing connections without loss. */
		DRAIN("ROUTE_DRAINED");

		private final String event;

		Action(String event) {
			this.event = event;
		}

		String label() {
			return name().toLowerCase(Locale.ROOT);
		}

	}

	/**
	 * The result of an action.
	 *
	 * @param name the route's name
	 * @param action what was done
	 * @param state the route's state now
	 * @param drained the result of a drain, once it is done
	 */
	@JsonInclude(JsonInclude.Include.NON_NULL)
	record Outcome(String name, String action, RunningRoute.State state, @Nullable DrainReport drained) {

	}

	/**
	 * One route.
	 *
	 * @param view the route as in the list
	 * @param configuration its configuration, defaults included
	 */
	record One(@JsonUnwrapped RouteView view, Map<String, Object> configuration) {

	}

	/**
	 * The answer.
	 *
	 * @param routes all routes
	 * @param configurationError what is wrong with the last configuration read, so that
	 * it was not applied
	 */
	@JsonInclude(JsonInclude.Include.NON_NULL)
	record All(List<RouteView> routes, @Nullable String configurationError) {

	}

}
