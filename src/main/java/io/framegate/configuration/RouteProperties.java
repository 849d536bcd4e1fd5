package io.framegate.configuration;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.framegate.framing.FramingDeclaration;
import io.framegate.framing.Framings;
import io.framegate.route.Handler;
import io.framegate.route.Listen;
import io.framegate.route.Mode;
import io.framegate.route.Route;
import io.framegate.route.Upstream;
import io.framegate.route.WhenDown;
import io.framegate.timeout.Timeout;

import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * A route as configured.
 *
 * @param mode how frames flow between the two sides
 * @param listen the inbound side
 * @param upstream the upstream side
 * @param timeouts the route's limits; others come from framegate.defaults.timeouts
 * @param handler what a user's own flows on the route's channels may do
 */
public record RouteProperties(@DefaultValue("session") Mode mode, @DefaultValue Listen listen,
		@DefaultValue Upstream upstream, @DefaultValue Map<Timeout, Duration> timeouts,
		@DefaultValue("fast") Handler handler) {

	public RouteProperties {
		timeouts = Map.copyOf(timeouts);
	}

	/**
	 * The route as the runtime takes it.
	 * @param name the route's name
	 * @param declared the framings that users declare
	 * @return the route
	 */
	Route toRoute(String name, Map<String, FramingDeclaration> declared) {
		Map<String, FramingDeclaration> used = new HashMap<>(declared);
		used.keySet().retainAll(List.of(this.listen.framing(), this.upstream.framing()));
		return new Route(name, this.mode, this.listen, this.upstream, this.timeouts, this.handler, used);
	}

	void check(Report at) {
		this.listen.check(at.at("listen"));
		this.upstream.check(at.at("upstream"), this.mode);
		if (this.mode == Mode.REQUEST_REPLY) {
			streamless(at.at("listen"), this.listen.framing());
			streamless(at.at("upstream"), this.upstream.framing());
		}
		checkOneWay(at);
		if (this.upstream.proxyTlvs() == Upstream.ProxyTlvs.FORWARD && this.listen.proxyProtocol() == Listen.Proxy.OFF
				&& !at.at("listen").refused("proxy-protocol")) {
			at.at("upstream").refuse("proxy-tlvs", "forward has nothing to pass on: listen.proxy-protocol is off");
		}
		if (this.listen.whenDown() == WhenDown.REFUSE && this.upstream.targets().isEmpty()) {
			at.at("listen").refuse("when-down", "refuse requires upstream.targets: a route without them is never down");
		}
	}

	private void checkOneWay(Report at) {
		if (this.mode == Mode.ONE_WAY && this.upstream.framing().equals(Framings.STREAM)) {
			at.at("upstream").refuse("framing", "must not be stream in mode one-way: clients share its connections");
		}
	}

	private static void streamless(Report at, String framing) {
		if (framing.equals(Framings.STREAM)) {
			at.refuse("framing", "must not be stream in mode request-reply: a stream has no frames to match");
		}
	}

}
