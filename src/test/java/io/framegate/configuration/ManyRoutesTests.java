package io.framegate.configuration;

import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.Map;

import org.junit.jupiter.api.Test;

import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Reading the configuration of many routes costs no more for each than for a few.
 */
class ManyRoutesTests {

	@Test
	void eightTimesTheRoutesCostAboutEightTimesTheProcessorTime() {
		StandardEnvironment few = environment(50);
		StandardEnvironment many = environment(400);
		long fewNanos = Long.MAX_VALUE;
		long manyNanos = Long.MAX_VALUE;
		for (int turn = 0; turn < 6; turn++) {
			fewNanos = Math.min(fewNanos, read(few, 50));
			manyNanos = Math.min(manyNanos, read(many, 400));
		}
		// What looks through all for each would take 64 times as much.
		assertThat((double) manyNanos / fewNanos).isLessThan(20);
	}

	private static long read(StandardEnvironment environment, int routes) {
		long begun = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
		assertThat(ConfigurationReader.read(environment).allRoutes()).hasSize(routes);
		return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - begun;
	}

	private static StandardEnvironment environment(int routes) {
		Map<String, Object> properties = new LinkedHashMap<>();
		for (int i = 0; i < routes; i++) {
			String route = "framegate.routes.route-%d.".formatted(i);
			properties.put(route + "listen.port", 1000 + i);
			properties.put(route + "listen.framing", "crlf");
			properties.put(route + "listen.max-connections", 100);
			properties.put(route + "upstream.targets", "127.0.0.1:%d,127.0.0.1:%d".formatted(11000 + i, 21000 + i));
			properties.put(route + "upstream.framing", "length4");
			properties.put(route + "upstream.balance", "failover");
			properties.put(route + "timeouts.idle", "1m");
		}
		StandardEnvironment environment = new StandardEnvironment();
		environment.getPropertySources().addFirst(new MapPropertySource("test", properties));
		return environment;
	}

}
