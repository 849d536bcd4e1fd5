package io.framegate.relay;

import java.util.Optional;

import io.framegate.closure.CloseReason;
import io.framegate.closure.Closure;
import io.framegate.closure.Side;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.GatewayBuilder;
import io.framegate.testkit.RouteSpec;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestUpstream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

import static io.framegate.relay.NamedServers.awaitAnswer;
import static io.framegate.relay.NamedServers.who;
import static io.framegate.testkit.RouteSpec.route;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Probes take targets down, and bring them up again.
 */
@Timeout(60)
class HealthCheckTests {

	@AutoClose
	private static Gateway gateway;

	@AutoClose
	private final NamedServers servers = new NamedServers();

	@BeforeAll
	static void start() {
		gateway = GatewayBuilder.routes().start();
	}

	private static RouteSpec checked(String name) {
		return route(name).with("upstream.health-check.interval=200ms", "upstream.health-check.fall=2",
				"upstream.health-check.send=" + NamedServers.PROBE);
	}

	@Test
	void probeTakesATargetDownAndItsSessionsAreDrainedWhereAsked() {
		TestUpstream server = this.servers.get("probed0");
		gateway.configure(
				checked("probed").with("upstream.health-check.expect=well", "upstream.on-down=drain").to(server),
				checked("kept").with("upstream.health-check.expect=well").to(server));
		try (TestClient drained = gateway.connect("probed"); TestClient kept = gateway.connect("kept")) {
			assertThat(who(drained)).isEqualTo("probed0");
			assertThat(who(kept)).isEqualTo("probed0");
			assertThat(gateway.targetState("probed", 0)).isEqualTo("UP");
			assertThat(this.servers.up(gateway, "probed", "probed0")).isEqualTo(1);
			this.servers.sick(true);
			drained.expectEof();
			drained.close();
			Closure closure = gateway.awaitClosure("probed", Side.INBOUND);
			assertThat(closure.reason()).isEqualTo(CloseReason.UPSTREAM_UNREACHABLE);
			assertThat(closure.detail()).contains("went down");
			Gateway.await("down", () -> Optional.of(gateway.targetState("kept", 0)).filter("DOWN"::equals));
			assertThat(gateway.targetState("probed", 0)).isEqualTo("DOWN");
			assertThat(this.servers.up(gateway, "probed", "probed0")).isZero();
			JsonNode health = json(gateway.exchange("GET", "/actuator/health", null).body());
			assertThat(health
				.at("/components/routes/components/probed/components/upstream/components/"
						+ this.servers.get("probed0").address() + "/status")
				.asString()).isEqualTo("DOWN");
			assertThat(who(kept)).isEqualTo("probed0");
			try (TestClient refused = gateway.connect("kept")) {
				refused.expectEof();
			}
			this.servers.sick(false);
			Gateway.await("up", () -> Optional.of(gateway.targetState("kept", 0)).filter("UP"::equals));
			awaitAnswer(gateway, "kept", "probed0");
		}
	}

	private static JsonNode json(String text) {
		return new tools.jackson.databind.json.JsonMapper().readTree(text);
	}

	@Test
	void nobodyKnowsWhetherATargetIsUpThatNobodyHasTried() {
		gateway.configure(route("untried").to(this.servers.get("untried0")));
		assertThat(this.servers.up(gateway, "untried", "untried0")).isNaN();
		assertThat(gateway.targetState("untried", 0)).isEqualTo("UNKNOWN");
	}

	@Test
	void probeWhoseAnswerDribblesInFails() {
		try (TestUpstream dribbling = TestUpstream.handling((peer) -> {
			while (!Thread.interrupted()) {
				peer.send("w");
				Thread.sleep(100);
			}
		})) {
			gateway.configure(checked("dribbling").to(dribbling));
			Gateway.await("down", () -> Optional.of(gateway.targetState("dribbling", 0)).filter("DOWN"::equals));
		}
	}

}
