package io.framegate.lifecycle;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.framegate.route.Route;
import io.framegate.route.RouteDiff;

/**
 * What a configuration would change.
 *
 * @param started new routes
 * @param removed routes to remove
 * @param changed routes that take their changes while running
 * @param replaced routes whose changes need a replacement
 */
record RoutePlan(List<Route> started, List<RunningRoute> removed, List<Change> changed, List<Change> replaced) {

	static RoutePlan of(List<RunningRoute> running, List<Route> configured) {
		Map<String, Route> wanted = new LinkedHashMap<>();
		configured.forEach((route) -> wanted.put(route.name(), route));
		RoutePlan plan = new RoutePlan(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
		for (RunningRoute before : running) {
			Route route = wanted.remove(before.name());
			if (route == null) {
				if (!before.isEnding()) {
					plan.removed.add(before);
				}
				continue;
			}
			RouteDiff differences = RouteDiff.between(before.route(), route);
			Change change = new Change(before, route, differences.names());
			if (before.isEnding() || !differences.isLive()) {
				plan.replaced.add(change);
			}
			else if (!before.route().equals(route)) {
				plan.changed.add(change);
			}
		}
		plan.started.addAll(wanted.values());
		return plan;
	}

	/**
	 * Whether connections would be drained, because routes are removed or replaced.
	 */
	boolean drains() {
		return !this.removed.isEmpty() || !this.replaced.isEmpty();
	}

	/**
	 * A route that changes.
	 *
	 * @param before the route as it runs
	 * @param wanted the new configuration
	 * @param properties what differs, as property names below the route
	 */
	record Change(RunningRoute before, Route wanted, List<String> properties) {

	}

}
