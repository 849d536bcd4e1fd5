package io.framegate.relay;

import java.util.Optional;

import io.framegate.closure.CloseReason;
import io.framegate.testkit.FullBacklog;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.GatewayBuilder;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestNames;
import io.framegate.testkit.TestUpstream;
import org.junit.jupiter.api.AutoClose;
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

	@AutoClose
	private static Gateway gateway;

	@AutoClose
	private final NamedServers servers = new NamedServers();

	@BeforeAll
	static void start() {
		gateway = GatewayBuilder.routes().start();
	}

	@Test
	void everyAddressOfANameIsTried() {
		gateway.configure(route("named").pooled().to("localhost:" + this.servers.get("named").port()));
		// localhost is ::1, where nobody listens, and 127.0.0.1.
		for (int i = 0; i < 10; i++) {
			try (TestClient client = gateway.connect("named")) {
				assertThat(who(client)).isEqualTo("named");
			}
		}
	}

	@Test
	void addressWhereNothingAnswersIsNotWaitedFor() {
		int port = this.servers.get("named").port();
		TestNames.put("half-silent.test", "127.0.0.2", "127.0.0.1");
		try (FullBacklog _ = new FullBacklog("127.0.0.2", port)) {
			gateway.configure(route("half-silent").with("timeouts.connect=10m").to("half-silent.test:" + port));
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
	}

	@Test
	void sharedConnectionsMoveWithTheName() {
		TestNames.put("moving.test", "127.0.0.1");
		String moving = "moving.test:" + this.servers.get("here").port();
		gateway.configure(route("moving").pooled().to(moving), route("moving-ordered").ordered().to(moving));
		try (TestClient pooled = gateway.connect("moving");
				TestClient ordered = gateway.connect("moving-ordered");
				TestUpstream there = TestUpstream.handling("127.0.0.2", this.servers.get("here").port(),
						(peer) -> this.servers.serve("there", peer))) {
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
