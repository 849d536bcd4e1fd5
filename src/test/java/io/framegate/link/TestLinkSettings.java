package io.framegate.link;

import java.time.Duration;
import java.util.Map;

import io.framegate.metrics.RouteMetrics;
import io.framegate.route.Heartbeat;
import io.framegate.route.Sharing;
import io.framegate.route.Upstream;
import io.framegate.timeout.Timeout;
import io.framegate.timeout.Timeouts;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

/**
 * The settings of a route's links, and what its links count. Replies are waited for ten
 * seconds.
 */
final class TestLinkSettings {

	private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

	private final Timeouts timeouts = new Timeouts(Map.of(Timeout.REPLY, Duration.ofSeconds(10)));

	private final RouteMetrics metrics = new RouteMetrics("orders", this.timeouts, this.registry);

	/**
	 * An upstream side as the configuration reads it.
	 * @param properties properties below {@code upstream}
	 * @return the upstream side
	 */
	static Upstream upstream(Map<String, String> properties) {
		return new Binder(new MapConfigurationPropertySource(properties)).bindOrCreate("", Upstream.class);
	}

	LinkSettings of(boolean oneWay, Sharing sharing, Heartbeat heartbeat) {
		return of(oneWay, sharing, heartbeat, (from, frame) -> {
		});
	}

	LinkSettings of(boolean oneWay, Sharing sharing, Heartbeat heartbeat, UnsolicitedFrames unsolicited) {
		return new LinkSettings(oneWay, sharing, upstream(Map.of()).pool(), heartbeat, null, 0, this.timeouts,
				this.metrics, unsolicited);
	}

	RouteMetrics metrics() {
		return this.metrics;
	}

	int discarded(String cause) {
		return (int) this.registry.get("framegate.replies.discarded").tag("cause", cause).functionCounter().count();
	}

}
