package io.framegate.relay;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.framegate.testkit.Gateway;
import io.framegate.testkit.GatewayBuilder;
import io.framegate.testkit.RouteSpec;
import io.framegate.testkit.TestClient;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static io.framegate.testkit.RouteSpec.route;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * One of three servers is restarted under load.
 */
@Timeout(60)
class RestartedTargetTests {

	@AutoClose
	private static Gateway gateway;

	@AutoClose
	private final NamedServers servers = new NamedServers();

	@BeforeAll
	static void start() {
		gateway = GatewayBuilder.routes().start();
	}

	static Stream<RouteSpec> everyWayToShareConnections() {
		return Stream.of(route("restart").pooled(), route("restart-ordered").ordered(), route("restart-correlated")
			.correlated("regex-request=who (\\d+)", "regex-reply=[a-z0-9-]+ (\\d+)", "rewrite=true"));
	}

	@ParameterizedTest
	@MethodSource("everyWayToShareConnections")
	void restartOfOneOfThreeFailsNothingButWhatWasOnIt(RouteSpec spec) throws Exception {
		String route = spec.name();
		gateway.configure(spec.with("upstream.health-check.interval=200ms", "upstream.health-check.fall=2")
			.to(this.servers.get(route, 3)));
		int clients = 8;
		AtomicBoolean running = new AtomicBoolean(true);
		AtomicLong failed = new AtomicLong();
		Map<String, AtomicInteger> answers = new ConcurrentHashMap<>();
		for (int i = 0; i < 3; i++) {
			answers.put(route + i, new AtomicInteger());
		}
		List<Thread> load = IntStream.range(0, clients).mapToObj((number) -> Thread.ofVirtual().start(() -> {
			while (running.get()) {
				failed.addAndGet(askUntilFailure(route, number, answers, running));
			}
		})).toList();
		Gateway.await("all three to answer",
				() -> Optional.of(answers.values()).filter((all) -> all.stream().allMatch((one) -> one.get() > 50)));
		assertThat(failed.get()).isZero();
		this.servers.stop(route + "2");
		awaitMore(answers.get(route + "0"), 500);
		assertThat(failed.get()).isLessThanOrEqualTo(clients);
		Gateway.await("down", () -> Optional.of(gateway.targetState(route, 2)).filter("DOWN"::equals));
		long failedBefore = failed.get();
		this.servers.restart(route + "2");
		long start = System.nanoTime();
		awaitMore(answers.get(route + "2"), 1);
		System.out.printf("%s: traffic back after %d ms; %d exchanges failed with the target, %d after%n", route,
				(System.nanoTime() - start) / 1_000_000, failedBefore, failed.get() - failedBefore);
		awaitMore(answers.get(route + "2"), 100);
		running.set(false);
		for (Thread thread : load) {
			thread.join();
		}
		assertThat(failed.get()).isEqualTo(failedBefore);
	}

	/** One exchange at a time, on one connection. */
	private static int askUntilFailure(String route, int number, Map<String, AtomicInteger> answers,
			AtomicBoolean running) {
		try (TestClient client = gateway.connect(route)) {
			for (int i = 0; i < 50 && running.get(); i++) {
				// Clients use the same keys.
				client.sendLine("who " + i);
				String answer = client.readLineOrEof();
				if (answer == null) {
					return 1;
				}
				String[] words = answer.split(" ");
				if (!words[1].equals(Integer.toString(i))) {
					throw new AssertionError(number + " was answered " + answer);
				}
				answers.get(words[0]).incrementAndGet();
			}
			return 0;
		}
	}

	private static void awaitMore(AtomicInteger count, int more) {
		int then = count.get();
		Gateway.await("traffic", () -> Optional.of(count.get()).filter((now) -> now >= then + more));
	}

}
