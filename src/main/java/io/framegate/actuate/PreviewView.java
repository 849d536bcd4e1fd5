package io.framegate.actuate;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.framegate.lifecycle.ReloadPreview;
import io.framegate.lifecycle.Routes;
import io.framegate.route.Route;
import org.jspecify.annotations.Nullable;

/**
 * What a reload would do, as the endpoint shows it.
 *
 * @param started new routes
 * @param removed routes that would be removed
 * @param changed routes that would take changes while running
 * @param restarted routes that would be replaced, and their connections drained
 * @param properties what differs, for each route that would change
 * @param differences the same with values, defaults included; values that may be secret
 * are masked
 * @param error what is wrong with the configuration, so that nothing would change
 */
record PreviewView(List<String> started, List<String> removed, List<String> changed, List<String> restarted,
		Map<String, List<String>> properties, Map<String, List<Difference>> differences,
		@JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String error) {

	static PreviewView of(ReloadPreview preview, Routes routes) {
		Map<String, List<Difference>> differences = new TreeMap<>();
		for (Route wanted : preview.wanted()) {
			routes.find(wanted.name())
				.ifPresent((running) -> differences.put(wanted.name(),
						between(RouteConfiguration.of(running.route()), RouteConfiguration.of(wanted))));
		}
		return new PreviewView(preview.started(), preview.removed(), preview.changed(), preview.restarted(),
				preview.properties(), differences, preview.error());
	}

	private static List<Difference> between(Map<String, Object> before, Map<String, Object> after) {
		Map<String, Object> from = new TreeMap<>();
		Map<String, Object> to = new TreeMap<>();
		flatten("", before, from);
		flatten("", after, to);
		Map<String, Object> names = new TreeMap<>(from);
		names.putAll(to);
		List<Difference> differences = new ArrayList<>();
		for (String name : names.keySet()) {
			if (!Objects.equals(from.get(name), to.get(name))) {
				differences.add(new Difference(name, from.get(name), to.get(name)));
			}
		}
		return differences;
	}

	private static void flatten(String name, @Nullable Object value, Map<String, Object> into) {
		if (value instanceof Map<?, ?> group && !group.isEmpty()) {
			group.forEach((key, below) -> flatten((name.isEmpty() ? "" : name + ".") + key, below, into));
		}
		else if (value != null) {
			into.put(name, value);
		}
	}

	/**
	 * A value that would change.
	 *
	 * @param property the name below the route
	 * @param from the value now, {@code null} if there is none
	 * @param to the value then, {@code null} if there is none
	 */
	record Difference(String property, @JsonInclude @Nullable Object from, @JsonInclude @Nullable Object to) {

	}

}
