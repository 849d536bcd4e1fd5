package io.framegate.actuate;

import java.util.Optional;

import io.framegate.testkit.Gateway;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestPorts;
import io.framegate.testkit.TestUpstream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What health and metrics tell of routes, some of which serve and some of which do not.
 */
class RoutesHealthTests {

	private TestUpstream server;

	@BeforeEach
	void listen() {
		this.server = TestUpstream.lineEcho();
	}

	@AfterEach
	void close() {
		this.server.close();
	}

	private static void tryTarget(Gateway gateway, String route, String target) {
		Gateway.await("the target's failure", () -> {
			try (TestClient client = gateway.connect(route)) {
				client.sendLine("hello");
				client.halfClose();
				client.readAll();
			}
			return Optional.of(state(gateway, route, target)).filter("EJECTED"::equals);
		});
	}

	private static String state(Gateway gateway, String route, String target) {
		return gateway.route(route)
			.targets()
			.stream()
			.filter((one) -> one.address().equals(target))
			.findFirst()
			.orElseThrow()
			.state();
	}

	@Test
	void oneTargetOfTwoIsADetailAndTheOnlyOneIsNot() {
		String dead = "127.0.0.1:" + TestPorts.refused();
		try (Gateway gateway = Gateway
			.start(Gateway.all(Gateway.route("two", "crlf", "crlf", this.server.address() + "," + dead),
					Gateway.route("one", "crlf", "crlf", dead)))) {
			tryTarget(gateway, "two", dead);
			JsonNode health = gateway.get("/actuator/health");
			assertThat(health.at("/status").asString()).isEqualTo("UP");
			JsonNode two = health.at("/components/routes/components/two");
			assertThat(two.at("/status").asString()).isEqualTo("UP");
			JsonNode ejected = two.at("/components/upstream/components").get(dead);
			assertThat(ejected.at("/status").asString()).isEqualTo("UNAVAILABLE");
			assertThat(ejected.at("/details/state").asString()).isEqualTo("EJECTED");
			tryTarget(gateway, "one", dead);
			var down = gateway.exchange("GET", "/actuator/health", null);
			assertThat(down.statusCode()).isEqualTo(503);
			JsonNode routes = new JsonMapper().readTree(down.body()).at("/components/routes/components");
			assertThat(routes.at("/one/status").asString()).isEqualTo("DOWN");
			assertThat(routes.at("/two/status").asString()).isEqualTo("UP");
			assertThat(gateway.exchange("GET", "/actuator/health/readiness", null).statusCode()).isEqualTo(200);
		}
	}

	@Test
	void readinessIsDownOnceNoRouteListensAndMetricsTellEachState() {
		try (Gateway gateway = Gateway
			.start(Gateway.all(Gateway.route("a", "crlf", "crlf", this.server.address(), "listen.max-connections=7"),
					Gateway.route("b", "crlf", "crlf", this.server.address())))) {
			assertThat(state(gateway, "a")).isEqualTo("listening");
			assertThat(gateway.metric("framegate_connections_limit{route=\"a\"}")).isEqualTo(7);
			gateway.route("a").pause();
			assertThat(state(gateway, "a")).isEqualTo("paused");
			assertThat(readiness(gateway)).isEqualTo(200);
			gateway.route("b").pause();
			assertThat(readiness(gateway)).isEqualTo(503);
			assertThat(gateway.exchange("GET", "/actuator/health/liveness", null).statusCode()).isEqualTo(200);
			gateway.route("a").resume();
			assertThat(state(gateway, "a")).isEqualTo("listening");
			assertThat(readiness(gateway)).isEqualTo(200);
		}
	}

	private static int readiness(Gateway gateway) {
		return gateway.exchange("GET", "/actuator/health/readiness", null).statusCode();
	}

	private static String state(Gateway gateway, String route) {
		return gateway.text("/actuator/prometheus")
			.lines()
			.filter((line) -> line.startsWith("framegate_route_state{route=\"" + route + "\"") && line.endsWith(" 1.0"))
			.map((line) -> line.replaceAll(".*state=\"([a-z]+)\".*", "$1"))
			.reduce((one, other) -> one + " and " + other)
			.orElse("none");
	}

	@Test
	void everyCountIsThereBeforeAnythingHappensAndHistogramsAreSmall() {
		try (Gateway gateway = Gateway
			.start(Gateway.route("r", "crlf", "crlf", this.server.address(), "mode=request-reply"))) {
			String scrape = gateway.text("/actuator/prometheus");
			assertThat(scrape.lines()).contains(
					"framegate_connections_closed_total{reason=\"idle-timeout\",route=\"r\",side=\"inbound\"} 0.0",
					"framegate_connections_closed_total{reason=\"upstream-refused\",route=\"r\",side=\"upstream\"} 0.0",
					"framegate_timeouts_fired_total{route=\"r\",timer=\"reply\"} 0.0",
					"framegate_accepts_refused_total{reason=\"limit-connections\",route=\"r\"} 0.0",
					"framegate_replies_discarded_total{cause=\"late\",route=\"r\"} 0.0",
					"framegate_exchanges_waiting{route=\"r\"} 0.0");
			assertThat(scrape).contains("framegate_build_info{java=");
			for (String timer : new String[] { "framegate_exchange", "framegate_connect" }) {
				assertThat(scrape.lines().filter((line) -> line.startsWith(timer + "_seconds_bucket"))).hasSize(15)
					.anyMatch((line) -> line.contains("le=\"0.001\""))
					.anyMatch((line) -> line.contains("le=\"30.0\""));
			}
			try (TestClient client = gateway.connect("r")) {
				client.sendLine("x");
				assertThat(client.readLine()).isEqualTo("x");
				client.halfClose();
				client.expectEof();
			}
			gateway.awaitClosure("r", io.framegate.closure.Side.INBOUND);
			assertThat(gateway
				.metric("framegate_connections_closed_total{reason=\"inbound-eof\",route=\"r\",side=\"inbound\"}"))
				.isEqualTo(1);
		}
	}

}
