package io.framegate.actuate;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import io.framegate.closure.Side;
import io.framegate.lifecycle.Routes;
import io.framegate.lifecycle.RunningRoute;
import io.framegate.lifecycle.TargetFacts;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.health.contributor.CompositeHealthContributor;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.boot.health.contributor.HealthContributors;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;

/**
 * The routes' health. Each has its listener and its upstream targets as components. It is
 * down if it can serve nobody; a paused or draining route is out of service. Any thread
 * may call.
 */
final class RoutesHealth implements CompositeHealthContributor {

	/**
	 * Status of a target while others serve its route. It is shown but affects no other
	 * status, because it is not in {@code management.endpoint.health.status.order}.
	 */
	private static final Status UNAVAILABLE = new Status("UNAVAILABLE");

	private final Routes routes;

	RoutesHealth(Routes routes) {
		this.routes = routes;
	}

	@Override
	public @Nullable HealthContributor getContributor(String name) {
		return this.routes.find(name).map(this::route).orElse(null);
	}

	@Override
	public Stream<HealthContributors.Entry> stream() {
		return this.routes.all().stream().map((route) -> new HealthContributors.Entry(route.name(), route(route)));
	}

	private HealthContributor route(RunningRoute route) {
		Map<String, HealthContributor> upstream = new LinkedHashMap<>();
		List<TargetFacts> targets = route.targets();
		boolean served = targets.stream().anyMatch((target) -> !isDown(target));
		targets.forEach((target) -> upstream.put(target.address(), (HealthIndicator) () -> upstream(target, served)));
		Map<String, HealthContributor> parts = new LinkedHashMap<>();
		parts.put("listener", (HealthIndicator) () -> listener(route));
		parts.put("upstream", CompositeHealthContributor.fromMap(upstream));
		if (!route.certificates().isEmpty()) {
			parts.put("certificates", (HealthIndicator) () -> certificates(route));
		}
		return CompositeHealthContributor.fromMap(parts);
	}

	private static Health listener(RunningRoute route) {
		Health.Builder health = Health.status(switch (route.state()) {
			case LISTENING -> Status.UP;
			case PAUSED, DRAINING -> Status.OUT_OF_SERVICE;
			case FAILED -> Status.DOWN;
		});
		health.withDetail("state", route.state().name())
			.withDetail("address", route.address())
			.withDetail("port", route.port())
			.withDetail("active", route.metrics().active(Side.INBOUND));
		String error = route.lastError();
		return ((error != null) ? health.withDetail("error", error) : health).build();
	}

	/**
	 * Never down: an expired certificate is the peers' to refuse, and many don't.
	 */
	private static Health certificates(RunningRoute route) {
		Health.Builder health = Health.up();
		route.certificates().forEach((bundle) -> {
			Map<String, Object> facts = new LinkedHashMap<>();
			facts.put("daysLeft", (bundle.daysLeft() != null) ? bundle.daysLeft() : "no certificate of its own");
			if (bundle.expires() != null) {
				facts.put("expires", bundle.expires());
			}
			String advice = bundle.advice();
			if (advice != null) {
				facts.put("warning", advice);
			}
			health.withDetail(bundle.bundle(), facts);
		});
		return health.build();
	}

	private static boolean isDown(TargetFacts target) {
		return !target.state().equals("UP") && !target.state().equals("UNKNOWN");
	}

	/**
	 * What an operator has disabled is out of service, as a paused route is.
	 */
	private static Health upstream(TargetFacts target, boolean served) {
		Status status = switch (target.state()) {
			case "UP" -> Status.UP;
			case "UNKNOWN" -> Status.UNKNOWN;
			case "DISABLED", "DRAINING" -> served ? UNAVAILABLE : Status.OUT_OF_SERVICE;
			default -> served ? UNAVAILABLE : Status.DOWN;
		};
		return Health.status(status)
			.withDetail("state", target.state())
			.withDetail("connections", target.connections())
			.build();
	}

}
