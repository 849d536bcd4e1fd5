package io.framegate.lifecycle;

import java.util.Comparator;
import java.util.List;

import io.framegate.inbound.ListeningSocket;
import io.framegate.route.Route;
import io.framegate.transport.EventLoops;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.support.DefaultListableBeanFactory;

/**
 * Makes running routes from beans, and removes them again.
 */
final class RouteFactory {

	private final DefaultListableBeanFactory beans;

	RouteFactory(DefaultListableBeanFactory beans) {
		this.beans = beans;
	}

	/**
	 * The routes whose beans were registered at the start.
	 * @return the routes, by name
	 */
	List<RunningRoute> declared() {
		return this.beans.getBeansOfType(RunningRoute.class)
			.values()
			.stream()
			.sorted(Comparator.comparing(RunningRoute::name))
			.toList();
	}

	/**
	 * Finds the user's own beans that the route needs.
	 * @param route the route
	 * @throws RuntimeException if one is missing
	 */
	void check(Route route) {
		new RouteBeans(route, this.beans).check();
	}

	/**
	 * Makes a route. Bean names still belong to the route that it replaces.
	 * @param route the route
	 * @param goesOn what that route hands on, {@code null} if there is none
	 * @return the route, to be published once it runs
	 */
	Made create(Route route, @Nullable RouteContinuity goesOn) {
		RouteBeans parts = new RouteBeans(route, this.beans);
		try {
			return new Made(parts.make(this.beans, goesOn), () -> parts.publish(this.beans));
		}
		catch (RuntimeException ex) {
			if (goesOn == null) {
				parts.remove(this.beans);
			}
			throw ex;
		}
	}

	/**
	 * A new route.
	 *
	 * @param route the route
	 * @param publish registers its parts under the bean names
	 */
	record Made(RunningRoute route, Runnable publish) {

	}

	ListeningSocket open(Route route, int port) {
		return ListeningSocket.open(route.name(), route.listen(), port, this.beans.getBean(EventLoops.class));
	}

	void destroy(Route route) {
		new RouteBeans(route, this.beans).remove(this.beans);
	}

}
