package io.framegate.actuate;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.http.HttpResponse;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

import io.framegate.closure.CloseReason;
import io.framegate.closure.Closure;
import io.framegate.closure.EndedBy;
import io.framegate.closure.Side;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.GatewayBuilder;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestUpstream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static io.framegate.testkit.RouteSpec.route;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * What operators can do to live connections and routes.
 */
class LeversTests {

	@AutoClose
	private static TestUpstream server;

	@AutoClose
	private static Gateway gateway;

	@BeforeAll
	static void start() {
		server = TestUpstream.lineEcho();
		gateway = GatewayBuilder.routes(route("t").with("timeouts.idle=5m").to(server), route("other").to(server))
			.with("management.endpoint.routes.access=unrestricted",
					"management.endpoint.connections.access=unrestricted",
					"management.endpoint.timeouts.access=unrestricted")
			.start();
	}

	@AfterEach
	void asBefore() {
		post("/actuator/routes/t", "{\"action\":\"resume\"}");
		gateway.operate("DELETE", "/actuator/timeouts/t/idle", null);
		gateway.awaitNoConnections("t");
		gateway.awaitNoConnections("other");
	}

	private static TestClient talking(String route) {
		TestClient client = gateway.connect(route);
		client.sendLine("hello");
		assertThat(client.readLine()).isEqualTo("hello");
		return client;
	}

	private static String id(String route, Side side) {
		return gateway.connections(route)
			.stream()
			.filter((connection) -> connection.side() == side)
			.findFirst()
			.orElseThrow()
			.getConnectionId();
	}

	private static HttpResponse<String> post(String path, String body) {
		return gateway.operate("POST", path, body);
	}

	private static JsonNode newestAuditEvent(String type) {
		JsonNode events = gateway.get("/actuator/auditevents?type=" + type).at("/events");
		return events.get(events.size() - 1);
	}

	@Test
	void bodyThatIsTooLongIsRefusedAsThat() {
		HttpResponse<String> refused = gateway.operate("POST", "/actuator/routes/t",
				"{\"action\":\"%s\"}".formatted("x".repeat(256 * 1024)));
		assertThat(refused.statusCode()).isEqualTo(413);
		assertThat(refused.body()).contains("The body is too long");
	}

	@Test
	void pausedRouteRefusesConnectsAndKeepsConnectionsUntilItIsResumedOnTheSamePort() {
		int port = gateway.port("t");
		try (TestClient client = talking("t")) {
			HttpResponse<String> paused = post("/actuator/routes/t", "{\"action\":\"pause\"}");
			assertThat(paused.statusCode()).isEqualTo(200);
			assertThat(paused.body()).isEqualTo("{\"name\":\"t\",\"action\":\"pause\",\"state\":\"PAUSED\"}");
			assertThatThrownBy(() -> TestClient.connect(port)).hasMessageContaining("refused");
			assertThat(gateway.get("/actuator/routes/t").at("/state").asString()).isEqualTo("PAUSED");
			client.sendLine("still there");
			assertThat(client.readLine()).isEqualTo("still there");
			JsonNode event = newestAuditEvent("FRAMEGATE_ROUTE_PAUSED");
			assertThat(event.at("/principal").asString()).isEqualTo("operator");
			assertThat(event.at("/data"))
				.hasToString("{\"route\":\"t\",\"old\":\"LISTENING\",\"new\":\"PAUSED\",\"remote\":\"127.0.0.1\"}");
			assertThat(post("/actuator/routes/t", "{\"action\":\"resume\"}").body()).contains("LISTENING");
			assertThat(gateway.port("t")).isEqualTo(port);
			talking("t").close();
		}
	}

	@Test
	void drainTellsWhatWasDeliveredOnceItIsDone() {
		CountDownLatch answer = new CountDownLatch(1);
		try (TestUpstream slow = TestUpstream.handling((peer) -> {
			String first = peer.readLine();
			String second = peer.readLine();
			answer.await();
			peer.sendLine(first);
			peer.sendLine(second);
			peer.awaitEof();
		}); TestClient client = gateway.connect(route("slow").to(slow))) {
			client.sendLine("one");
			client.sendLine("two");
			Gateway.await("both frames upstream",
					() -> (slow.receivedCount() == 10) ? Optional.of(true) : Optional.empty());
			Thread.ofVirtual().start(() -> {
				Gateway.await("the drain",
						() -> gateway.get("/actuator/routes/slow").at("/state").asString().equals("DRAINING")
								? Optional.of(true) : Optional.empty());
				answer.countDown();
				client.readAll();
				client.close();
			});
			HttpResponse<String> drained = gateway.operate("POST", "/actuator/routes/slow", "{\"action\":\"drain\"}");
			assertThat(drained.statusCode()).isEqualTo(200);
			assertThat(drained.body()).isEqualTo("{\"name\":\"slow\",\"action\":\"drain\",\"state\":\"PAUSED\","
					+ "\"drained\":{\"connections\":2,\"framesDelivered\":2,\"framesUndelivered\":0}}");
			assertThat(gateway.closures("slow")).hasSize(2).allSatisfy((closure) -> {
				assertThat(closure.reason()).isEqualTo(CloseReason.ROUTE_DRAIN);
				assertThat(closure.endedBy()).isEqualTo(EndedBy.OPERATOR);
				assertThat(closure.detail()).isEqualTo("by operator");
			});
		}
	}

	@Test
	void routeWhosePortIsTakenMeanwhileSaysSo() throws IOException {
		int port = gateway.port("t");
		post("/actuator/routes/t", "{\"action\":\"pause\"}");
		try (ServerSocket thief = new ServerSocket()) {
			thief.setReuseAddress(true);
			thief.bind(new java.net.InetSocketAddress("127.0.0.1", port));
			HttpResponse<String> response = post("/actuator/routes/t", "{\"action\":\"resume\"}");
			assertThat(response.statusCode()).isEqualTo(409);
			assertThat(response.body()).contains("Route 't'", String.valueOf(port));
			JsonNode route = gateway.get("/actuator/routes/t");
			assertThat(route.at("/state").asString()).isEqualTo("FAILED");
			assertThat(route.at("/lastError").asString()).contains(String.valueOf(port));
			assertThat(gateway.exchange("GET", "/actuator/health/routes/t", null).body()).contains("\"DOWN\"");
		}
		assertThat(post("/actuator/routes/t", "{\"action\":\"resume\"}").statusCode()).isEqualTo(200);
		assertThat(gateway.get("/actuator/routes/t").at("/lastError").isNull()).isTrue();
	}

	@Test
	void drainedConnectionEndsInOrderAndOnlyThatOne() {
		try (TestClient other = talking("other"); TestClient client = talking("t")) {
			String id = id("t", Side.INBOUND);
			HttpResponse<String> response = gateway.operate("DELETE", "/actuator/connections/" + id, null);
			assertThat(response.statusCode()).isEqualTo(202);
			assertThat(response.body()).isEqualTo("{\"id\":\"" + id + "\",\"how\":\"drain\"}");
			client.expectEof();
			client.close();
			Closure closure = gateway.awaitClosure("t", client);
			assertThat(closure.id()).isEqualTo(id);
			assertThat(closure.reason()).isEqualTo(CloseReason.OPERATOR_CLOSE);
			assertThat(closure.endedBy()).isEqualTo(EndedBy.OPERATOR);
			assertThat(newestAuditEvent("FRAMEGATE_CONNECTION_ENDED").at("/data/id").asString()).isEqualTo(id);
			other.sendLine("not me");
			assertThat(other.readLine()).isEqualTo("not me");
			gateway.awaitNoConnections("t");
			assertThat(gateway.operate("DELETE", "/actuator/connections/" + id, null).statusCode()).isEqualTo(404);
		}
	}

	@Test
	void drainThatTakesTooLongCanBeCutShort() {
		try (TestClient client = talking("t")) {
			String connection = "/actuator/connections/" + id("t", Side.INBOUND);
			gateway.operate("DELETE", connection, null);
			client.expectEof();
			assertThat(gateway.get(connection).at("/state").asString()).isEqualTo("DRAINING");
			assertThat(gateway.operate("DELETE", connection + "?how=abort", null).statusCode()).isEqualTo(202);
			gateway.awaitNoConnections("t");
			Closure closure = gateway.awaitClosure("t", client);
			assertThat(closure.reason()).isEqualTo(CloseReason.OPERATOR_ABORT);
			assertThat(closure.endedBy()).isEqualTo(EndedBy.OPERATOR);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "INBOUND", "UPSTREAM" })
	void abortedConnectionIsReset(Side side) {
		try (TestClient client = talking("t")) {
			String id = id("t", side);
			HttpResponse<String> response = gateway.operate("DELETE", "/actuator/connections/" + id + "?how=abort",
					null);
			assertThat(response.statusCode()).isEqualTo(202);
			client.expectReset();
			client.close();
			Closure closure = Gateway.await("the record",
					() -> gateway.closures("t").stream().filter((one) -> one.id().equals(id)).findFirst());
			assertThat(closure.reason()).isEqualTo(CloseReason.OPERATOR_ABORT);
			assertThat(closure.endedBy()).isEqualTo(EndedBy.OPERATOR);
		}
	}

	@Test
	void shorterIdleTimeoutEndsLiveConnectionsOfItsRouteAlone() {
		try (TestClient other = talking("other"); TestClient client = talking("t")) {
			HttpResponse<String> changed = post("/actuator/timeouts/t/idle", "{\"value\":\"300ms\"}");
			assertThat(changed.statusCode()).isEqualTo(200);
			assertThat(changed.body()).startsWith("{\"value\":\"300ms\",\"source\":\"runtime\"");
			client.expectEof();
			Closure closure = gateway.awaitClosure("t", client);
			assertThat(closure.reason()).isEqualTo(CloseReason.IDLE_TIMEOUT);
			assertThat(closure.detail()).contains("300ms");
			other.sendLine("not me");
			assertThat(other.readLine()).isEqualTo("not me");
			JsonNode event = newestAuditEvent("FRAMEGATE_TIMEOUT_CHANGED");
			assertThat(event.at("/data")).hasToString(
					"{\"route\":\"t\",\"timer\":\"idle\",\"old\":\"5m\",\"new\":\"300ms\",\"source\":\"runtime\",\"remote\":\"127.0.0.1\"}");
			assertThat(gateway.get("/actuator/timeouts/t").at("/idle/fired").asInt()).isPositive();
			HttpResponse<String> reset = gateway.operate("DELETE", "/actuator/timeouts/t/idle", null);
			assertThat(reset.statusCode()).isEqualTo(200);
			assertThat(reset.body()).startsWith("{\"value\":\"5m\",\"source\":\"config\"");
			assertThat(newestAuditEvent("FRAMEGATE_TIMEOUT_RESET").at("/data/old").asString()).isEqualTo("300ms");
		}
	}

	@ParameterizedTest
	@CsvSource({ "0,0s", "0s,0s", "90s,90s", "120s,2m", "PT1M30S,90s", "366d,366d", "1ms,1ms" })
	void limitsAreTakenAsSpringWritesThem(String value, String shown) {
		assertThat(post("/actuator/timeouts/t/idle", "{\"value\":\"" + value + "\"}").body())
			.startsWith("{\"value\":\"" + shown + "\"");
	}

	@ParameterizedTest
	@ValueSource(strings = { "30", "-1s", "367d", "soon", "5 parsecs", "1us", "99999999999999999999d", "PT-5S" })
	void wrongLimitIsRefusedWithTimerValueAndWhatIsAllowed(String value) {
		HttpResponse<String> response = post("/actuator/timeouts/t/idle", "{\"value\":\"" + value + "\"}");
		assertThat(response.statusCode()).isEqualTo(400);
		assertThat(new JsonMapper().readTree(response.body()).at("/detail").asString()).isEqualTo("Invalid value '"
				+ value
				+ "' for 'idle': must be 0 (off) or a duration from 1ms to 366d with its unit, such as 500ms, 30s or 5m");
		assertThat(gateway.get("/actuator/timeouts/t").at("/idle/value").asString()).isEqualTo("5m");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			POST   | /actuator/routes/t              | {"action":"stop"}  | 400 | one of pause, resume, drain
			POST   | /actuator/routes/t              | {}                 | 400 | must name an action
			POST   | /actuator/routes/t              | {"action":         | 400 | The body must be a JSON object
			POST   | /actuator/timeouts/t/idle       | ["30s"]            | 400 | The body must be a JSON object
			POST   | /actuator/timeouts/t/idle       | {"value":["30s"]}  | 400 | The body must be a JSON object
			POST   | /actuator/routes/nope           | {"action":"pause"} | 404 | Unknown route 'nope'
			POST   | /actuator/timeouts/t/idle       | {}                 | 400 | must name the limit
			POST   | /actuator/timeouts/t/nap        | {"value":"1s"}     | 404 | Unknown timer 'nap'; known: connect
			POST   | /actuator/timeouts/nope/idle    | {"value":"1s"}     | 404 | Unknown route 'nope'
			DELETE | /actuator/timeouts/t/nap        |                    | 404 | Unknown timer 'nap'
			DELETE | /actuator/connections/nope      |                    | 404 | Unknown connection 'nope'
			""")
	void wrongRequestIsRefusedInWordsThatHelp(String method, String path, String body, int status, String message) {
		HttpResponse<String> response = gateway.operate(method, path, body);
		assertThat(response.statusCode()).isEqualTo(status);
		assertThat(response.body()).startsWith("{\"title\":\"").contains(message);
	}

	@Test
	void bodyOfAnotherKindIsRefusedInWordsThatHelp() {
		HttpResponse<String> response = gateway.exchange("POST", "/actuator/timeouts/t/idle", null, "Content-Type",
				"application/x-www-form-urlencoded", gateway.operator()[0], gateway.operator()[1]);
		assertThat(response.statusCode()).isEqualTo(415);
		assertThat(response.body()).contains("send it as application/json");
	}

	@Test
	void wrongWayToEndAConnectionIsRefused() {
		try (TestClient client = talking("t")) {
			HttpResponse<String> response = gateway.operate("DELETE",
					"/actuator/connections/" + id("t", Side.INBOUND) + "?how=gently", null);
			assertThat(response.statusCode()).isEqualTo(400);
			assertThat(response.body()).contains("Invalid value 'gently' for 'how': must be one of drain, abort");
			client.sendLine("still there");
			assertThat(client.readLine()).isEqualTo("still there");
		}
	}

}
