package io.framegate.relay;

import java.net.http.HttpResponse;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.framegate.closure.CloseReason;
import io.framegate.closure.EndedBy;
import io.framegate.closure.Side;
import io.framegate.testkit.FullBacklog;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.GatewayBuilder;
import io.framegate.testkit.RouteSpec;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestUpstream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static io.framegate.relay.NamedServers.who;
import static io.framegate.testkit.RouteSpec.route;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * What operators can do to the targets of a route, in every mode.
 */
@Timeout(60)
class TargetLeversTests {

	@AutoClose
	private static final Gateway gateway = GatewayBuilder.routes()
		.with("management.endpoint.targets.access=unrestricted")
		.start();

	@AutoClose
	private final NamedServers servers = new NamedServers();

	static Stream<RouteSpec> modes() {
		return Stream.of(route("session"), route("pooled").pooled(), route("ordered").ordered(),
				route("hashed").pooled().balance("source-hash"), route("failover").ordered().balance("failover"));
	}

	private static HttpResponse<String> act(String route, TestUpstream target, String action) {
		return gateway.operate("POST", "/actuator/targets/" + route + "/" + target.address(),
				"{\"action\":\"" + action + "\"}");
	}

	private static String ask(String route) {
		try (TestClient client = gateway.connect(route)) {
			return who(client);
		}
	}

	private static void awaitNoConnectionsTo(String route, int target) {
		Gateway.await("no connections to target " + target,
				() -> Optional.of(gateway.targetConnections(route, target)).filter((count) -> count == 0));
	}

	@ParameterizedTest
	@MethodSource("modes")
	void disabledTargetGetsNothingNewUntilItIsEnabled(RouteSpec route) {
		TestUpstream[] two = this.servers.get("two", 2);
		gateway.configure(route.to(two));
		String name = route.name();
		Gateway.await("an answer", () -> Optional.of(ask(name)));
		HttpResponse<String> disabled = act(name, two[0], "disable");
		assertThat(disabled.statusCode()).isEqualTo(200);
		assertThat(disabled.body())
			.isEqualTo("{\"route\":\"%s\",\"target\":\"%s\",\"action\":\"disable\",\"state\":\"DISABLED\"}"
				.formatted(name, two[0].address()));
		awaitNoConnectionsTo(name, 0);
		two[0].forgetConnections();
		IntStream.range(0, 20).forEach((i) -> assertThat(ask(name)).isEqualTo("two1"));
		assertThat(two[0].connections()).isEmpty();
		assertThat(
				gateway.metric("framegate_upstream_up{route=\"%s\",target=\"%s\"}".formatted(name, two[0].address())))
			.isZero();
		act(name, two[0], "enable");
		act(name, two[1], "disable");
		Gateway.await("an answer of the first", () -> Optional.of(ask(name)).filter("two0"::equals));
		IntStream.range(0, 20).forEach((i) -> assertThat(ask(name)).isEqualTo("two0"));
	}

	@Test
	void sessionOfADisabledTargetGoesOnAndADrainEndsItWithoutLoss() {
		CountDownLatch answer = new CountDownLatch(1);
		try (TestUpstream slow = TestUpstream.handling((peer) -> {
			String first = peer.readLine();
			answer.await();
			peer.sendLine(first);
			peer.awaitEof();
		}); TestUpstream other = TestUpstream.lineEcho()) {
			gateway.configure(route("slow").balance("failover").to(slow, other));
			try (TestClient client = gateway.connect("slow")) {
				client.sendLine("one");
				Gateway.await("the frame upstream",
						() -> Optional.of(slow.receivedCount()).filter((count) -> count == 5));
				act("slow", slow, "disable");
				try (TestClient next = gateway.connect("slow")) {
					next.sendLine("two");
					assertThat(next.readLine()).isEqualTo("two");
					CompletableFuture<HttpResponse<String>> drained = CompletableFuture
						.supplyAsync(() -> act("slow", slow, "drain"));
					Gateway.await("the drain",
							() -> Optional.of(gateway.targetState("slow", 0)).filter("DRAINING"::equals));
					answer.countDown();
					assertThat(client.readLine()).isEqualTo("one");
					client.expectEof();
					client.close();
					assertThat(drained.join().statusCode()).isEqualTo(200);
					assertThat(drained.join().body())
						.isEqualTo("{\"route\":\"slow\",\"target\":\"%s\",\"action\":\"drain\",\"state\":\"DISABLED\","
							.formatted(slow.address())
								+ "\"drained\":{\"connections\":2,\"framesDelivered\":1,\"framesUndelivered\":0}}");
					next.sendLine("three");
					assertThat(next.readLine()).isEqualTo("three");
				}
			}
			assertThat(gateway.closures("slow")).filteredOn((each) -> each.reason() == CloseReason.OPERATOR_CLOSE)
				.hasSize(2)
				.allSatisfy((closure) -> {
					assertThat(closure.endedBy()).isEqualTo(EndedBy.OPERATOR);
					assertThat(closure.detail())
						.isEqualTo("target %s was drained by operator".formatted(slow.address()));
				});
		}
	}

	static Stream<RouteSpec> shared() {
		return Stream.of(route("drain-pooled").pooled(), route("drain-ordered").ordered());
	}

	@ParameterizedTest
	@MethodSource("shared")
	void drainAwaitsRepliesOnSharedConnectionsAndTellsWhatWasNotAnswered(RouteSpec route) {
		CountDownLatch answer = new CountDownLatch(1);
		try (TestUpstream slow = TestUpstream.handling((peer) -> {
			String first = peer.readLine();
			answer.await();
			if (first.equals("one")) {
				peer.sendLine(first);
			}
			peer.awaitEof();
		}); TestUpstream other = TestUpstream.lineEcho()) {
			gateway.configure(route.balance("failover").with("timeouts.drain=1s").to(slow, other));
			String name = route.name();
			try (TestClient client = gateway.connect(name); TestClient mute = gateway.connect(name)) {
				client.sendLine("one");
				Gateway.await("one upstream", () -> Optional.of(slow.receivedCount()).filter((count) -> count == 5));
				if (name.equals("drain-pooled")) {
					mute.sendLine("mute");
					Gateway.await("both upstream",
							() -> Optional.of(slow.receivedCount()).filter((count) -> count == 11));
				}
				CompletableFuture<HttpResponse<String>> drained = CompletableFuture
					.supplyAsync(() -> act(name, slow, "drain"));
				Gateway.await("the drain", () -> Optional.of(gateway.targetState(name, 0)).filter("DRAINING"::equals));
				answer.countDown();
				assertThat(client.readLine()).isEqualTo("one");
				client.sendLine("next");
				assertThat(client.readLine()).isEqualTo("next");
				JsonNode report = new JsonMapper().readTree(drained.join().body()).at("/drained");
				assertThat(report.at("/framesDelivered").asInt()).isEqualTo(1);
				assertThat(report.at("/framesUndelivered").asInt()).isEqualTo(name.equals("drain-pooled") ? 1 : 0);
			}
		}
	}

	@Test
	void oneWayFramesGoToTheOtherTarget() {
		try (TestUpstream first = TestUpstream.sink(); TestUpstream second = TestUpstream.sink()) {
			gateway.configure(route("one-way").with("mode=one-way").balance("failover").to(first, second));
			try (TestClient client = gateway.connect("one-way")) {
				client.sendLine("one");
				Gateway.await("the frame", () -> Optional.of(first.receivedCount()).filter((count) -> count == 5));
				assertThat(act("one-way", first, "drain").body()).contains("\"framesUndelivered\":0");
				client.sendLine("two");
				Gateway.await("the other", () -> Optional.of(second.receivedCount()).filter((count) -> count == 5));
				assertThat(first.receivedCount()).isEqualTo(5);
			}
		}
	}

	@Test
	void whatStillConnectsToADisabledTargetGoesToAnother() throws Exception {
		try (FullBacklog full = new FullBacklog(); TestUpstream other = TestUpstream.lineEcho()) {
			String address = full.address();
			gateway.configure(
					route("connecting").balance("failover").with("timeouts.connect=1m").to(address, other.address()),
					route("connecting-pooled").pooled()
						.balance("failover")
						.with("timeouts.connect=1m", "upstream.pool.max-wait=1m")
						.to(address, other.address()));
			for (String name : List.of("connecting", "connecting-pooled")) {
				try (TestClient client = gateway.connect(name)) {
					client.sendLine("hello");
					Gateway.await("a connect",
							() -> Optional.of(gateway.targetConnections(name, 0)).filter((count) -> count > 0));
					gateway.operate("POST", "/actuator/targets/" + name + "/" + address, "{\"action\":\"drain\"}");
					assertThat(client.readLine()).isEqualTo("hello");
				}
			}
		}
	}

	@Test
	void routeWithoutAnEnabledTargetSaysSoEverywhere() {
		TestUpstream[] two = this.servers.get("none", 2);
		gateway.configure(route("none").to(two),
				route("none-pooled").pooled().with("upstream.pool.max-wait=50ms").to(two),
				route("none-ordered").ordered().with("upstream.pool.max-wait=50ms").to(two),
				route("refusing").with("listen.when-down=refuse").to(two));
		for (String name : List.of("none", "none-pooled", "none-ordered", "refusing")) {
			act(name, two[0], "disable");
			act(name, two[1], "disable");
			assertThat(gateway.get("/actuator/routes/" + name).at("/advice").toString())
				.contains("An operator has disabled every target")
				.contains("/actuator/targets/" + name + "/" + two[0].address());
			HttpResponse<String> health = gateway.operate("GET", "/actuator/health/routes/" + name, null);
			assertThat(health.statusCode()).isEqualTo(503);
			assertThat(health.body()).contains("OUT_OF_SERVICE").contains("DISABLED").doesNotContain("\"DOWN\"");
		}
		for (String name : List.of("none", "none-pooled", "none-ordered")) {
			try (TestClient client = gateway.connect(name)) {
				client.sendLine("hello");
				client.expectEof();
			}
			assertThat(gateway.awaitClosure(name, Side.INBOUND)).satisfies((closure) -> {
				assertThat(closure.reason()).isEqualTo(CloseReason.UPSTREAM_UNREACHABLE);
				assertThat(closure.detail()).contains("disabled");
			});
		}
		Gateway.await("a closed port",
				() -> Optional.of(gateway.get("/actuator/routes/refusing").at("/state").asString())
					.filter("PAUSED"::equals));
		act("refusing", two[0], "enable");
		Gateway.await("an open port",
				() -> Optional.of(gateway.get("/actuator/routes/refusing").at("/state").asString())
					.filter("LISTENING"::equals));
		assertThat(ask("refusing")).isEqualTo("none0");
		assertThat(gateway.get("/actuator/routes/refusing").at("/advice").toString()).doesNotContain("disabled every");
	}

	@Test
	void reloadKeepsWhatAnOperatorDidAsLongAsItKeepsTheTarget() {
		TestUpstream[] two = this.servers.get("kept", 2);
		gateway.configure(route("kept").to(two));
		act("kept", two[0], "disable");
		gateway.configure(route("kept").with("timeouts.idle=4m").to(two[1], two[0]));
		assertThat(gateway.targetState("kept", 1)).isEqualTo("DISABLED");
		// Replaces the route.
		gateway.configure(route("kept").pooled().to(two));
		assertThat(gateway.targetState("kept", 0)).isEqualTo("DISABLED");
		IntStream.range(0, 10).forEach((i) -> assertThat(ask("kept")).isEqualTo("kept1"));
		gateway.configure(route("kept").pooled().to(two[1]));
		gateway.configure(route("kept").pooled().to(two));
		assertThat(gateway.targetState("kept", 0)).isNotEqualTo("DISABLED");
	}

	@Test
	void healthOfADisabledTargetIsKnownWhileItRests() {
		TestUpstream[] two = this.servers.get("watched", 2);
		gateway.configure(route("watched")
			.with("upstream.health-check.interval=20ms", "upstream.health-check.fall=1", "upstream.health-check.rise=1")
			.to(two));
		act("watched", two[0], "disable");
		two[0].close();
		Gateway.await("the health to change",
				() -> Optional.of(gateway.get("/actuator/targets/watched/" + two[0].address()).at("/health").asString())
					.filter("DOWN"::equals));
		assertThat(gateway.targetState("watched", 0)).isEqualTo("DISABLED");
		act("watched", two[0], "enable");
		assertThat(gateway.targetState("watched", 0)).isEqualTo("DOWN");
	}

	@Test
	void targetsAreListedAndChangesAreRecorded() {
		TestUpstream[] two = this.servers.get("listed", 2);
		gateway.configure(route("listed").to(two), route("elsewhere").to(two[0]));
		act("listed", two[1], "disable");
		assertThat(gateway.get("/actuator/targets/listed"))
			.hasToString(("{\"targets\":[{\"route\":\"listed\",\"address\":\"%s\",\"state\":\"UNKNOWN\","
					+ "\"health\":\"UNKNOWN\",\"connections\":0},{\"route\":\"listed\",\"address\":\"%s\","
					+ "\"state\":\"DISABLED\",\"health\":\"UNKNOWN\",\"connections\":0}]}")
				.formatted(two[0].address(), two[1].address()));
		assertThat(gateway.get("/actuator/targets").at("/targets")).hasSize(3);
		JsonNode events = gateway.get("/actuator/auditevents?type=FRAMEGATE_TARGET_DISABLED").at("/events");
		assertThat(events.get(events.size() - 1).at("/data"))
			.hasToString("{\"route\":\"listed\",\"target\":\"%s\",\"old\":\"UNKNOWN\",\"new\":\"DISABLED\","
				.formatted(two[1].address()) + "\"remote\":\"127.0.0.1\"}");
		assertThat(gateway.operate("POST", "/actuator/targets/listed/127.0.0.1:1", "{\"action\":\"disable\"}").body())
			.contains("Unknown target '127.0.0.1:1'; known: " + two[0].address());
		assertThat(act("listed", two[0], "stop").body()).contains("must be one of disable, enable, drain");
		assertThat(gateway.exchange("POST", "/actuator/targets/listed/" + two[0].address(), "{\"action\":\"disable\"}")
			.statusCode()).isEqualTo(401);
	}

	@Test
	void leverIsOffUnlessItIsTurnedOn() {
		try (Gateway plain = GatewayBuilder.routes(route("plain").to("127.0.0.1:1")).start()) {
			HttpResponse<String> refused = plain.operate("POST", "/actuator/targets/plain/127.0.0.1:1",
					"{\"action\":\"disable\"}");
			assertThat(refused.statusCode()).isEqualTo(403);
			assertThat(refused.body()).contains("management.endpoint.targets.access=unrestricted");
			assertThat(plain.get("/actuator/targets").at("/targets")).hasSize(1);
		}
	}

	@Test
	void namesAndIpv6AddressesAreKnownAsTheyAreConfigured() {
		gateway.configure(route("names").to("localhost:7", "[::1]:7"));
		assertThat(gateway.operate("POST", "/actuator/targets/names/LOCALHOST:7", "{\"action\":\"disable\"}").body())
			.contains("\"target\":\"localhost:7\"");
		assertThat(gateway.operate("POST", "/actuator/targets/names/%5B::1%5D:7", "{\"action\":\"disable\"}").body())
			.contains("\"state\":\"DISABLED\"");
		assertThat(gateway.get("/actuator/targets/names").at("/targets").findValuesAsString("state"))
			.containsExactly("DISABLED", "DISABLED");
	}

}
