package io.framegate.lifecycle;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

import io.framegate.route.Route;
import org.jspecify.annotations.Nullable;

/**
 * What a reload would do.
 *
 * @param started new routes
 * @param removed routes that would be removed
 * @param changed routes that would take changes while running
 * @param restarted routes that would be replaced, and their connections drained
 * @param properties what differs, for each route that would change, as property names
 * below the route
 * @param wanted the routes that would change, as they would be
 * @param error what is wrong with the configuration, so that nothing would change
 */
public record ReloadPreview(List<String> started, List<String> removed, List<String> changed, List<String> restarted,
		Map<String, List<String>> properties, List<Route> wanted, @Nullable String error) {

	static ReloadPreview of(RoutePlan plan) {
		Map<String, List<String>> properties = new TreeMap<>();
		List<Route> wanted = new ArrayList<>();
		Stream.concat(plan.changed().stream(), plan.replaced().stream()).forEach((change) -> {
			properties.put(change.wanted().name(), change.properties());
			wanted.add(change.wanted());
		});
		return new ReloadPreview(plan.started().stream().map(Route::name).toList(),
				plan.removed().stream().map(RunningRoute::name).toList(), names(plan.changed()), names(plan.replaced()),
				properties, wanted, null);
	}

	/**
	 * A configuration that would change nothing, because it is invalid.
	 * @param error what is wrong with it
	 */
	static ReloadPreview invalid(String error) {
		return new ReloadPreview(List.of(), List.of(), List.of(), List.of(), Map.of(), List.of(), error);
	}

	private static List<String> names(List<RoutePlan.Change> changes) {
		return changes.stream().map((change) -> change.wanted().name()).toList();
	}

}
