package io.framegate.upstream;

import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.framegate.route.Target;

/**
 * The switches of a route's targets. A route that replaces another takes them over, so
 * that a reload undoes nothing that an operator did. Any thread may call.
 */
public final class TargetSwitches {

	private final Map<Target, TargetSwitch> switches = new ConcurrentHashMap<>();

	/**
	 * The switch of a target.
	 * @param target the target as it is configured, whatever addresses its name has
	 * @return its switch; enabled if it is new
	 */
	TargetSwitch of(Target target) {
		return this.switches.computeIfAbsent(target, (any) -> new TargetSwitch());
	}

	/**
	 * Forgets all other targets: one that comes back later is enabled.
	 * @param targets those that stay
	 */
	void keepOnly(Collection<Target> targets) {
		this.switches.keySet().retainAll(new HashSet<>(targets));
	}

}
