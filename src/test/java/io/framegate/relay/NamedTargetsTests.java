package io.framegate.relay;

import java.util.Optional;

import io.framegate.closure.CloseReason;
import io.framegate.testkit.FullBacklog;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.GatewayBuilder;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestNames;
import io.framegate.testkit.TestUpstream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static io.framegate.relay.NamedServers.who;
import static io.framegate.testkit.RouteSpec.route;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Targets whose names have several addresses, or another one now.
 */
@Timeout(60)
class NamedTargetsTests {

	private static FullBacklog silent;

	private static NamedServers servers;

	private static Gateway gateway;

	@BeforeAll
	static void start() {
		servers = new NamedServers();
		int named = servers.get("named").port();
		silent = new FullBacklog("127.0.0.2", named);
		TestNames.put("half-silent.test", "127.0.0.2", "127.0.0.1");
		TestNames.put("moving.test", "127.0.0.1");
		String moving = "moving.test:" + servers.get("here").port();
		gateway = GatewayBuilder
			.routes(route("named").pooled().to("localhost:" + named),
					route("half-silent").with("timeouts.connect=10m").to("half-silent.test:" + named),
					route("moving").pooled().to(moving), route("moving-ordered").ordered().to(moving))
			.start();
	}

	@AfterAll
	static void stop() {
		gateway.close();
		servers.close();
		silent.close();
	}

	@Test
	void everyAddressOfANameIsTried() {
		// localhost is ::1, where nobody listens, and 127.0.0.1.
		for (int i = 0; i < 10; i++) {
			try (TestClient client = gateway.connect("named")) {
				assertThat(who(client)).isEqualTo("named");
			}
		}
	}

	@Test
	void addressWhereNothingAnswersIsNotWaitedFor() {
		for (int i = 0; i < 4; i++) {
			try (TestClient client = gateway.connect("half-silent")) {
				assertThat(who(client)).isEqualTo("named");
			}
		}
		// Two of them began with the silent one, and nobody holds that against the
		// target.
		assertThat(gateway.targetState("half-silent", 0)).isEqualTo("UP");
		assertThat(gateway.targetConnections("half-silent", 0)).isLessThanOrEqualTo(4);
		Gateway.await("given up",
				() -> Optional
					.of(gateway.closures("half-silent")
						.stream()
						.filter((closure) -> closure.detail().contains("another address of the target was faster")
								&& closure.reason() == CloseReason.RETIRED)
						.count())
					.filter((count) -> count == 2));
	}

	@Test
	void sharedConnectionsMoveWithTheName() {
		try (TestClient pooled = gateway.connect("moving");
				TestClient ordered = gateway.connect("moving-ordered");
				TestUpstream there = TestUpstream.handling("127.0.0.2", servers.get("here").port(),
						(peer) -> servers.serve("there", peer))) {
			assertThat(who(pooled)).isEqualTo("here");
			assertThat(who(ordered)).isEqualTo("here");
			TestNames.put("moving.test", "127.0.0.2");
			// Without an exchange failing on the way.
			Gateway.await("the pool to move", () -> Optional.of(who(pooled)).filter("there"::equals));
			Gateway.await("the links to move", () -> Optional.of(who(ordered)).filter("there"::equals));
			assertThat(there.connections()).isNotEmpty();
		}
	}

}
