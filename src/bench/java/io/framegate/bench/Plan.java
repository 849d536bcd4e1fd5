package io.framegate.bench;

import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import static io.framegate.bench.Scenario.CAMEL;
import static io.framegate.bench.Scenario.DIRECT;
import static io.framegate.bench.Scenario.FRAMEGATE;
import static io.framegate.bench.Scenario.FRAMEGATE_CORRELATED;
import static io.framegate.bench.Scenario.FRAMEGATE_EPOLL;
import static io.framegate.bench.Scenario.FRAMEGATE_EXCLUSIVE;
import static io.framegate.bench.Scenario.FRAMEGATE_EXCLUSIVE_KEY;
import static io.framegate.bench.Scenario.FRAMEGATE_IO_URING;
import static io.framegate.bench.Scenario.FRAMEGATE_LENGTH4;
import static io.framegate.bench.Scenario.FRAMEGATE_ORDERED;
import static io.framegate.bench.Scenario.HAPROXY;
import static io.framegate.bench.Scenario.NETTY_EPOLL;
import static io.framegate.bench.Scenario.NETTY_IO_URING;
import static io.framegate.bench.Scenario.NGINX;
import static io.framegate.bench.Scenario.SPRING_INTEGRATION;

/**
 * Which gateway takes which load in the {@link Comparison}.
 */
final class Plan {

	static final Load DEPTH_1 = new Load(50, 1, 64);

	static final Load DEPTH_16 = new Load(50, 16, 64);

	static final Load THOUSAND = new Load(1_000, 1, 64);

	static final Load FIVE_THOUSAND = new Load(5_000, 1, 64);

	static final Load KILOBYTE = new Load(50, 1, 1024);

	static final Load LARGE = new Load(50, 1, 64 * 1024);

	static final int IDLE_SESSIONS = 9_000;

	/** Those of which thousands of connections can be asked. */
	private static final Set<Scenario> EVENT_LOOPS = EnumSet.of(HAPROXY, NGINX, NETTY_EPOLL, NETTY_IO_URING, FRAMEGATE,
			FRAMEGATE_EPOLL, FRAMEGATE_IO_URING);

	private static final Set<Scenario> ALL = with(EVENT_LOOPS, DIRECT, SPRING_INTEGRATION, CAMEL);

	private Plan() {
	}

	static Map<Load, Set<Scenario>> loads() {
		Map<Load, Set<Scenario>> loads = new LinkedHashMap<>();
		loads.put(DEPTH_1, with(ALL, FRAMEGATE_LENGTH4, FRAMEGATE_ORDERED, FRAMEGATE_CORRELATED, FRAMEGATE_EXCLUSIVE,
				FRAMEGATE_EXCLUSIVE_KEY));
		loads.put(DEPTH_16, with(ALL, FRAMEGATE_LENGTH4));
		loads.put(THOUSAND, with(EVENT_LOOPS, FRAMEGATE_ORDERED, FRAMEGATE_CORRELATED));
		loads.put(FIVE_THOUSAND, EVENT_LOOPS);
		loads.put(KILOBYTE, ALL);
		// Spring Integration reads a socket byte by byte: 50 such frames take it seconds.
		Set<Scenario> large = with(ALL);
		large.remove(SPRING_INTEGRATION);
		loads.put(LARGE, large);
		return loads;
	}

	static Set<Scenario> idle() {
		return EnumSet.of(HAPROXY, NGINX, NETTY_EPOLL, FRAMEGATE, FRAMEGATE_IO_URING);
	}

	private static Set<Scenario> with(Set<Scenario> some, Scenario... more) {
		Set<Scenario> all = EnumSet.copyOf(some);
		all.addAll(List.of(more));
		return all;
	}

}
