package io.framegate.testkit;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A route of a {@link GatewayBuilder}: lines on a free loopback port, in session mode
 * unless told otherwise.
 */
public final class RouteSpec {

	private final String name;

	private final Map<String, String> settings = new LinkedHashMap<>();

	private RouteSpec(String name) {
		this.name = name;
		with("listen.port=0", "listen.address=127.0.0.1").framing("crlf", "crlf");
	}

	public static RouteSpec route(String name) {
		return new RouteSpec(name);
	}

	public RouteSpec to(TestUpstream... servers) {
		return to(Stream.of(servers).map(TestUpstream::address).toArray(String[]::new));
	}

	public RouteSpec to(String... targets) {
		return with("upstream.targets=" + String.join(",", targets));
	}

	public RouteSpec framing(String inbound, String upstream) {
		return with("listen.framing=" + inbound, "upstream.framing=" + upstream);
	}

	public RouteSpec balance(String policy) {
		return with("upstream.balance=" + policy);
	}

	/**
	 * Clients share exclusive connections.
	 */
	public RouteSpec pooled() {
		return with("mode=request-reply");
	}

	/**
	 * Clients share links that match replies by their order.
	 */
	public RouteSpec ordered() {
		return pooled().with("upstream.sharing=ordered");
	}

	/**
	 * Clients share links that match replies by a key.
	 * @param correlation its settings, each without {@code upstream.correlation.}
	 */
	public RouteSpec correlated(String... correlation) {
		return pooled().with("upstream.sharing=correlated").correlation(correlation);
	}

	/**
	 * Sets where keys are, which other connections than correlated ones check.
	 * @param settings each without {@code upstream.correlation.}
	 */
	public RouteSpec correlation(String... settings) {
		return with(Stream.of(settings).map((setting) -> "upstream.correlation." + setting).toArray(String[]::new));
	}

	/**
	 * Sets further or other properties.
	 * @param more each without {@code framegate.routes.<name>.}
	 */
	public RouteSpec with(String... more) {
		for (String setting : more) {
			this.settings.put(setting.substring(0, setting.indexOf('=')), setting);
		}
		return this;
	}

	public String name() {
		return this.name;
	}

	Stream<String> properties() {
		return this.settings.values().stream().map((setting) -> "framegate.routes." + this.name + "." + setting);
	}

	@Override
	public String toString() {
		return this.name;
	}

}
