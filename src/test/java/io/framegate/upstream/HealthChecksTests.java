package io.framegate.upstream;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

import io.framegate.connection.TestConnections;
import io.framegate.route.Upstream;
import io.framegate.testkit.TestPorts;
import io.framegate.testkit.TestUpstream;
import io.framegate.transport.SystemClock;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How many probes in a row take a target down and bring it up again.
 */
class HealthChecksTests {

	@AutoClose
	private static TestConnections connections;

	/** What the connections and the owner were told, in turn. */
	private final List<String> told = new CopyOnWriteArrayList<>();

	private final AtomicInteger probes = new AtomicInteger();

	private HealthChecks checks;

	private Targets targets;

	@BeforeAll
	static void start() {
		connections = new TestConnections();
	}

	@AfterEach
	void stopProbing() {
		this.checks.stop();
	}

	private void begin(int port, String interval, int fall, int rise) {
		Upstream upstream = TestUpstreamSide.of(Map.of("targets[0]", "127.0.0.1:" + port, "health-check.interval",
				interval, "health-check.fall", Integer.toString(fall), "health-check.rise", Integer.toString(rise),
				"health-check.send", "ping", "health-check.expect", "pong"));
		this.targets = new Targets(upstream, connections.metrics(), new SystemClock());
		this.targets.start();
		this.checks = new HealthChecks(new HealthProbe(upstream, connections.context(), null), upstream,
				connections.context(), (state) -> this.told.add("down after " + this.probes),
				(state) -> this.told.add("up after " + this.probes), new SystemClock());
	}

	/** Answers the first few probes badly. */
	private TestUpstream server(int bad) {
		return TestUpstream.handling((peer) -> {
			assertThat(peer.readLine()).isEqualTo("ping");
			peer.sendLine((this.probes.incrementAndGet() <= bad) ? "no" : "pong");
			peer.awaitEof();
		});
	}

	/** How many probes are answered badly, and what follows. */
	@ParameterizedTest
	@CsvSource({ "0, 3, 2, 'up after 1'", "2, 3, 2, 'up after 3'", "3, 3, 2, 'down after 3;up after 5'",
			"1, 1, 1, 'down after 1;up after 2'" })
	void probesInARowDecide(int bad, int fall, int rise, String expected) {
		try (TestUpstream server = server(bad)) {
			begin(server.port(), "20ms", fall, rise);
			this.checks.start(this.targets);
			Awaitility.await().until(() -> this.probes.get() >= bad + rise + 3);
			assertThat(this.told).containsExactly(expected.split(";"));
			assertThat(this.targets.all().getFirst().status()).isEqualTo(TargetState.Status.UP);
		}
	}

	@Test
	void targetThatWasLeftAloneIsTriedWithoutAnInterval() {
		try (TestUpstream server = server(0)) {
			begin(server.port(), "0s", 1, 1);
			TargetState target = this.targets.all().getFirst();
			target.failed(Evidence.CONNECT);
			assertThat(target.isUp()).isFalse();
			this.checks.start(this.targets);
			Awaitility.await().until(target::isUp);
			assertThat(this.told).containsExactly("up after 1");
		}
	}

	@Test
	void targetThatIsAddedIsProbedToo() {
		begin(TestPorts.refused(), "20ms", 1, 1);
		this.checks.start(this.targets);
		TargetState before = this.targets.all().getFirst();
		Awaitility.await().until(() -> before.status() == TargetState.Status.DOWN);
		this.targets.change(List.of());
		this.targets.change(List.of(before.target()));
		TargetState after = this.targets.all().getFirst();
		assertThat(after.status()).isEqualTo(TargetState.Status.UNKNOWN);
		this.checks.start(this.targets);
		Awaitility.await().until(() -> after.status() == TargetState.Status.DOWN);
		Awaitility.await().untilAsserted(() -> assertThat(this.told).containsExactly("down after 0", "down after 0"));
	}

}
