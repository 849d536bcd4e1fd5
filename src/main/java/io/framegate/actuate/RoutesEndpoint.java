package io.framegate.actuate;

import java.util.List;

import io.framegate.lifecycle.Routes;
import io.framegate.lifecycle.RunningRoute;

import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;

/**
 * The routes. Spring runs it on threads that may block.
 */
@Endpoint(id = "routes")
final class RoutesEndpoint {

	private final Routes routes;

	private final Targets targets;

	RoutesEndpoint(Routes routes, Targets targets) {
		this.routes = routes;
		this.targets = targets;
	}

	@ReadOperation
	All all() {
		return new All(this.routes.all().stream().map(this::view).toList());
	}

	@ReadOperation
	RouteView one(@Selector String name) {
		return view(find(this.routes, name));
	}

	private RouteView view(RunningRoute route) {
		return RouteView.of(route, this.targets);
	}

	static RunningRoute find(Routes routes, String name) {
		return routes.find(name).orElseThrow(() -> Refusal.unknown("route", name, names(routes)));
	}

	static List<String> names(Routes routes) {
		return routes.all().stream().map(RunningRoute::name).toList();
	}

	/**
	 * The answer.
	 *
	 * @param routes all routes
	 */
	record All(List<RouteView> routes) {

	}

}
