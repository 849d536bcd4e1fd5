package io.framegate.route;

import java.time.Duration;
import java.util.Map;

import io.framegate.framing.FramingDeclaration;
import io.framegate.timeout.Timeout;

/**
 * A route as the runtime takes it: checked, and with everything that it inherits filled
 * in. Immutable; two routes are equal if their configurations are.
 *
 * @param name the route's name, [a-z][a-z0-9-]{0,39}
 * @param mode how frames flow between the two sides
 * @param listen the inbound side
 * @param upstream the upstream side
 * @param timeouts the configured limits only; a timer not named has its default
 * @param handler what a user's own flows on the route's channels may do
 * @param framings the declarations of those framings of its two sides that users declare,
 * by name
 */
public record Route(String name, Mode mode, Listen listen, Upstream upstream, Map<Timeout, Duration> timeouts,
		Handler handler, Map<String, FramingDeclaration> framings) {

	public Route {
		timeouts = Map.copyOf(timeouts);
		framings = Map.copyOf(framings);
	}

	/**
	 * Limits of timers that are not configured, if the mode has defaults of its own. In a
	 * session nobody can tell whether a frame needs an answer.
	 * @return limits by timer
	 */
	public Map<Timeout, Duration> timeoutDefaults() {
		return (this.mode == Mode.SESSION) ? Map.of(Timeout.REPLY, Duration.ZERO) : Map.of();
	}

}
