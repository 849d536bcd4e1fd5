package io.framegate.lifecycle;

import java.util.Comparator;
import java.util.List;

import io.framegate.inbound.ListeningSocket;
import io.framegate.route.Route;
import io.framegate.transport.EventLoops;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.support.DefaultListableBeanFactory;

/**
 * Makes running routes of beans, and takes them apart again.
 */
final class RouteFactory {

	private final DefaultListableBeanFactory beans;

	RouteFactory(DefaultListableBeanFactory beans) {
		this.beans = beans;
	}

	/**
	 * The routes whose beans were named at the start.
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
	 * Looks for what the route needs of a user's own beans.
	 * @param route the route
	 * @throws RuntimeException where it is not there
	 */
	void check(Route route) {
		new RouteBeans(route, this.beans).check();
	}

	/**
	 * Makes a route. Bean names still mean the one that it is to replace.
	 * @param route the route
	 * @param goesOn what that one hands on, {@code null} where there is none
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
	 * A route that was made.
	 *
	 * @param route the route
	 * @param publish has bean names mean its parts
	 */
	record Made(RunningRoute route, Runnable publish) {

	}

	ListeningSocket open(Route route) {
		return ListeningSocket.open(route.name(), route.listen(), route.listen().port(),
				this.beans.getBean(EventLoops.class));
	}

	void destroy(Route route) {
		new RouteBeans(route, this.beans).remove(this.beans);
	}

}
