package io.framegate.lifecycle;

import java.util.Comparator;
import java.util.List;

import io.framegate.route.Route;

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

	RunningRoute create(Route route) {
		RouteBeans parts = new RouteBeans(route, this.beans);
		parts.register(this.beans);
		try {
			return parts.make();
		}
		catch (RuntimeException ex) {
			parts.remove(this.beans);
			throw ex;
		}
	}

	void destroy(Route route) {
		new RouteBeans(route, this.beans).remove(this.beans);
	}

}
