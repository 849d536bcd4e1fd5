package io.framegate.route;

import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

import org.jspecify.annotations.Nullable;

/**
 * What changed between two configurations of a route, as property names below the route.
 * Any thread may call.
 */
public final class RouteDiff {

	/** Properties that a running route can change. */
	private static final Set<String> LIVE = Set.of("timeouts", "listen.proxy-protocol", "listen.proxy-trusted",
			"listen.allow", "listen.deny", "listen.max-connections", "listen.max-connections-per-ip",
			"listen.max-accepts-per-second", "listen.max-frames-per-second", "listen.max-bytes-per-second",
			"listen.when-down", "upstream.targets");

	private final Set<String> names = new TreeSet<>();

	private RouteDiff() {
	}

	/**
	 * Compares.
	 * @param before one configuration
	 * @param after another of the same route
	 * @return the differences
	 */
	public static RouteDiff between(Route before, Route after) {
		RouteDiff differences = new RouteDiff();
		differences.compare("", before, after);
		if (before.upstream().targets().isEmpty() != after.upstream().targets().isEmpty()) {
			// Then it is a different kind of route.
			differences.names.add("upstream");
		}
		return differences;
	}

	private void compare(String name, @Nullable Object before, @Nullable Object after) {
		if (Objects.equals(before, after)) {
			return;
		}
		if (after != null && (before instanceof Route || before instanceof Listen || before instanceof Upstream)) {
			for (RecordComponent component : before.getClass().getRecordComponents()) {
				compare((name.isEmpty() ? "" : name + ".") + RecordProperties.name(component),
						RecordProperties.value(component, before), RecordProperties.value(component, after));
			}
		}
		else {
			this.names.add(name);
		}
	}

	/**
	 * The properties that differ.
	 * @return property names below the route, sorted
	 */
	public List<String> names() {
		return List.copyOf(this.names);
	}

	public boolean isEmpty() {
		return this.names.isEmpty();
	}

	/**
	 * Whether a running route can take the change without a restart.
	 */
	public boolean isLive() {
		return LIVE.containsAll(this.names);
	}

	@Override
	public String toString() {
		return String.join(", ", this.names);
	}

}
