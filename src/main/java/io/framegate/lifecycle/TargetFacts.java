package io.framegate.lifecycle;

import io.framegate.upstream.TargetState;

/**
 * What is known of an upstream target.
 *
 * @param address host and port
 * @param state {@code UP}, {@code EJECTED} for a while after several failures, {@code
 * DOWN} by its health check, or {@code UNKNOWN} if not tried yet; {@code DISABLED} or
 * {@code DRAINING} by an operator
 * @param connections connections to it, including connects in progress
 */
public record TargetFacts(String address, String state, int connections) {

	static TargetFacts of(TargetState state) {
		return new TargetFacts(state.target().toString(), state.status().name(), state.connections());
	}

}
