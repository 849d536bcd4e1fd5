package io.framegate.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Builds the gateway of one test, or of a few tests that share a setting.
 */
public final class GatewayBuilder {

	private final List<String> properties = new ArrayList<>();

	private final List<Class<?>> beans = new ArrayList<>();

	private GatewayBuilder() {
	}

	public static GatewayBuilder routes(RouteSpec... routes) {
		GatewayBuilder builder = new GatewayBuilder();
		Stream.of(routes).flatMap(RouteSpec::properties).forEach(builder.properties::add);
		return builder;
	}

	/**
	 * Sets properties of the application.
	 * @param more each as {@code name=value}
	 */
	public GatewayBuilder with(String... more) {
		this.properties.addAll(List.of(more));
		return this;
	}

	/**
	 * Adds beans of a user's own.
	 * @param configurations their classes
	 */
	public GatewayBuilder beans(Class<?>... configurations) {
		this.beans.addAll(List.of(configurations));
		return this;
	}

	public Gateway start() {
		return Gateway.start(this.beans, this.properties.toArray(String[]::new));
	}

}
