package io.framegate.actuate;

import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.Stream;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.framegate.closure.Cause;
import io.framegate.closure.CloseReason;
import io.framegate.closure.EndedBy;
import io.framegate.lifecycle.DrainReport;
import io.framegate.lifecycle.Routes;
import io.framegate.lifecycle.RunningRoute;
import io.framegate.lifecycle.TargetFacts;
import io.framegate.lifecycle.TargetLevers;
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

/**
 * The routes' targets. Spring runs it on threads that may block.
 */
@Endpoint(id = "targets", defaultAccess = Access.READ_ONLY)
final class TargetsEndpoint {

	private final Routes routes;

	private final AuditTrail audit;

	TargetsEndpoint(Routes routes, AuditTrail audit) {
		this.routes = routes;
		this.audit = audit;
	}

	@ReadOperation
	All all() {
		return new All(this.routes.all().stream().flatMap(TargetsEndpoint::views).toList());
	}

	@ReadOperation
	All ofRoute(@Selector String route) {
		return new All(views(RoutesEndpoint.find(this.routes, route)).toList());
	}

	@ReadOperation
	View one(@Selector String route, @Selector String target) {
		RunningRoute running = RoutesEndpoint.find(this.routes, route);
		return View.of(running, find(running, target));
	}

	/**
	 * Runs an operator's action on a target.
	 * @param route the route's name
	 * @param target the target's host and port, as they are configured
	 * @param action the action's label
	 * @param who asks
	 * @return the result; for a drain, once it is done
	 */
	@WriteOperation
	Mono<WebEndpointResponse<Outcome>> act(@Selector String route, @Selector String target, @Nullable String action,
			SecurityContext who) {
		Supplier<CompletableFuture<WebEndpointResponse<Outcome>>> begun = () -> begin(
				RoutesEndpoint.find(this.routes, route), target,
				RequestParameters.action(action, Action.values(), Action::label), who);
		return Mono.fromCallable(() -> this.routes.undisturbed(begun))
			.subscribeOn(Schedulers.boundedElastic())
			.flatMap(Mono::fromFuture);
	}

	private CompletableFuture<WebEndpointResponse<Outcome>> begin(RunningRoute route, String address, Action action,
			SecurityContext who) {
		TargetLevers.One target = find(route, address);
		TargetFacts before = target.facts();
		CompletableFuture<WebEndpointResponse<Outcome>> outcome = switch (action) {
			case DISABLE -> {
				target.disable(cause(before, "disabled", who));
				yield done(route, target, action);
			}
			case ENABLE -> {
				target.enable();
				yield done(route, target, action);
			}
			case DRAIN -> DrainAnswer.to(target.drain(cause(before, "drained", who)), route,
					(report) -> Outcome.of(route, target, action, report));
		};
		this.audit.note(who, action.event, "route", route.name(), "target", before.address(), "old", before.state(),
				"new", (action == Action.DRAIN) ? "DRAINING" : target.facts().state());
		return outcome;
	}

	private static Cause cause(TargetFacts target, String what, SecurityContext who) {
		return new Cause(CloseReason.OPERATOR_CLOSE, EndedBy.OPERATOR,
				"target %s was %s by %s".formatted(target.address(), what, AuditTrail.name(who)));
	}

	private static CompletableFuture<WebEndpointResponse<Outcome>> done(RunningRoute route, TargetLevers.One target,
			Action action) {
		return CompletableFuture.completedFuture(new WebEndpointResponse<>(Outcome.of(route, target, action, null)));
	}

	private static TargetLevers.One find(RunningRoute route, String address) {
		return route.levers()
			.find(address)
			.orElseThrow(() -> RejectedRequest.unknown("target", address,
					route.targets().stream().map(TargetFacts::address).toList()));
	}

	private static Stream<View> views(RunningRoute route) {
		return route.levers().each().map((target) -> View.of(route, target));
	}

	/** Actions on a target. */
	private enum Action {

		/** Begin nothing new with it. */
		DISABLE("TARGET_DISABLED"),

		/** Use it again. */
		ENABLE("TARGET_ENABLED"),

		/** Begin nothing new and end without loss what is there. */
		DRAIN("TARGET_DRAINED");

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
	 * @param route the route's name
	 * @param target host and port
	 * @param action what was done
	 * @param state the target's state now
	 * @param drained the result of a drain, once it is done
	 */
	@JsonInclude(JsonInclude.Include.NON_NULL)
	record Outcome(String route, String target, String action, String state, @Nullable DrainReport drained) {

		static Outcome of(RunningRoute route, TargetLevers.One target, Action action, @Nullable DrainReport drained) {
			TargetFacts now = target.facts();
			return new Outcome(route.name(), now.address(), action.label(), now.state(), drained);
		}

	}

	/**
	 * A target as the endpoint shows it.
	 *
	 * @param route the route's name
	 * @param address host and port
	 * @param state as in the routes
	 * @param health what is known of it, whatever an operator wants
	 * @param connections connections to it
	 */
	record View(String route, String address, String state, String health, int connections) {

		static View of(RunningRoute route, TargetLevers.One target) {
			TargetFacts now = target.facts();
			return new View(route.name(), now.address(), now.state(), target.health(), now.connections());
		}

	}

	/**
	 * The answer.
	 *
	 * @param targets all targets
	 */
	record All(List<View> targets) {

	}

}
