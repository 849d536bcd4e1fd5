package io.framegate.actuate;

import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;

import io.framegate.closure.Side;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestUpstream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the read-only endpoints show.
 */
class EndpointsTests {

	private static TestUpstream server;

	private static Gateway gateway;

	@BeforeAll
	static void start() {
		server = TestUpstream.length4Echo();
		gateway = Gateway.start(Gateway.all(
				Gateway.route("orders", "crlf", "length4", server.address(), "timeouts.idle=2m", "timeouts.reply=0"),
				Gateway.route("other", "lf", "lf", server.address())));
	}

	@AfterAll
	static void stop() {
		gateway.close();
		server.close();
	}

	@AfterEach
	void noConnectionIsLeft() {
		gateway.awaitNoConnections("orders");
	}

	@Test
	void routeIsShownWithExactCounts() {
		JsonNode before = gateway.get("/actuator/routes/orders");
		try (TestClient client = gateway.connect("orders")) {
			for (int i = 0; i < 10; i++) {
				client.sendLine("frame " + i);
				client.readLine();
			}
			JsonNode route = gateway.get("/actuator/routes/orders");
			assertThat(route.propertyNames()).containsExactly("name", "mode", "state", "address", "port", "framing",
					"targets", "connections", "frames", "bytes", "lastError", "advice", "configuration");
			assertThat(route.at("/name").asString()).isEqualTo("orders");
			assertThat(route.at("/mode").asString()).isEqualTo("session");
			assertThat(route.at("/state").asString()).isEqualTo("LISTENING");
			assertThat(route.at("/address").asString()).isEqualTo("127.0.0.1");
			assertThat(route.at("/port").asInt()).isEqualTo(gateway.port("orders"));
			assertThat(route.at("/framing")).hasToString("{\"inbound\":\"crlf\",\"upstream\":\"length4\"}");
			assertThat(route.at("/targets"))
				.hasToString("[{\"address\":\"%s\",\"state\":\"UP\",\"connections\":1}]".formatted(server.address()));
			assertThat(more(before, route, "/connections/opened")).isEqualTo(1);
			assertThat(route.at("/connections/active").asInt()).isEqualTo(1);
			assertThat(more(before, route, "/frames/in")).isEqualTo(10);
			assertThat(more(before, route, "/frames/out")).isEqualTo(10);
			assertThat(more(before, route, "/bytes/in")).isEqualTo(90);
			assertThat(more(before, route, "/bytes/out")).isEqualTo(90);
		}
		gateway.awaitNoConnections("orders");
		JsonNode after = gateway.get("/actuator/routes/orders");
		assertThat(more(before, after, "/connections/closed")).isEqualTo(1);
		assertThat(after.at("/connections/active").asInt()).isZero();
	}

	private static long more(JsonNode before, JsonNode after, String at) {
		return after.at(at).asLong() - before.at(at).asLong();
	}

	@Test
	void allRoutesAreListedByName() {
		JsonNode all = gateway.get("/actuator/routes");
		assertThat(all.at("/routes").valueStream().map((route) -> route.at("/name").asString()))
			.containsExactly("orders", "other");
		// One alone also shows what it runs with.
		ObjectNode alone = (ObjectNode) gateway.get("/actuator/routes/orders");
		assertThat(alone.remove("configuration").at("/listen/framing").asString()).isEqualTo("crlf");
		assertThat(all.at("/routes/0")).isEqualTo(alone);
	}

	@Test
	void bothConnectionsOfASessionNameEachOther() {
		try (TestClient client = gateway.connect("orders")) {
			client.sendLine("hello");
			client.readLine();
			JsonNode page = gateway.get("/actuator/connections?route=orders");
			assertThat(page.at("/total").asInt()).isEqualTo(2);
			assertThat(page.propertyNames()).containsExactly("total", "connections", "next");
			assertThat(page.at("/next").isNull()).isTrue();
			JsonNode inbound = page.at("/connections/0");
			JsonNode upstream = page.at("/connections/1");
			assertThat(inbound.propertyNames()).containsExactly("id", "route", "side", "state", "remote", "local",
					"peerId", "openedAt", "lastReadAt", "lastWriteAt", "framesIn", "framesOut", "bytesIn", "bytesOut",
					"pendingBytes", "inFlight");
			assertThat(inbound.at("/side").asString()).isEqualTo("inbound");
			assertThat(upstream.at("/side").asString()).isEqualTo("upstream");
			assertThat(inbound.at("/peerId")).isEqualTo(upstream.at("/id"));
			assertThat(upstream.at("/peerId")).isEqualTo(inbound.at("/id"));
			assertThat(inbound.at("/state").asString()).isEqualTo("OPEN");
			assertThat(inbound.at("/remote").asString()).isEqualTo("127.0.0.1:" + client.localPort());
			assertThat(inbound.at("/local").asString()).isEqualTo("127.0.0.1:" + gateway.port("orders"));
			assertThat(upstream.at("/remote").asString()).isEqualTo(server.address());
			assertThat(Instant.parse(inbound.at("/openedAt").asString()))
				.isBeforeOrEqualTo(Instant.parse(inbound.at("/lastReadAt").asString()));
			assertThat(inbound.at("/framesIn").asInt()).isEqualTo(1);
			assertThat(inbound.at("/framesOut").asInt()).isEqualTo(1);
			assertThat(inbound.at("/bytesIn").asInt()).isEqualTo(7);
			assertThat(inbound.at("/bytesOut").asInt()).isEqualTo(7);
			assertThat(upstream.at("/bytesOut").asInt()).isEqualTo(9);
			assertThat(upstream.at("/bytesIn").asInt()).isEqualTo(9);
			assertThat(inbound.at("/pendingBytes").asInt()).isZero();
			assertThat(inbound.at("/inFlight").asInt()).isZero();
		}
	}

	@Test
	void oneConnectionIsShownWithItsTimersAndTheKernelsFacts() {
		try (TestClient client = gateway.connect("orders")) {
			client.sendLine("hello");
			client.readLine();
			client.send("half a fra");
			String id = Gateway
				.await("the partial frame",
						() -> gateway.connections("orders")
							.stream()
							.filter((connection) -> connection.side() == Side.INBOUND && connection.bytesIn() == 17)
							.findFirst())
				.getConnectionId();
			JsonNode one = gateway.get("/actuator/connections/" + id);
			assertThat(one.at("/id").asString()).isEqualTo(id);
			List<JsonNode> timers = one.at("/timers").valueStream().toList();
			assertThat(timers).extracting((timer) -> timer.at("/name").asString())
				.containsExactly("connect", "tls-handshake", "first-frame", "frame", "idle", "reply", "write", "drain",
						"max-age");
			assertThat(timers.getFirst())
				.hasToString("{\"name\":\"connect\",\"limit\":\"5s\",\"source\":\"default\",\"remaining\":null}");
			assertThat(timers.getLast())
				.hasToString("{\"name\":\"max-age\",\"limit\":\"0s\",\"source\":\"default\",\"remaining\":null}");
			JsonNode idle = timers.get(4);
			assertThat(idle.at("/limit").asString()).isEqualTo("2m");
			assertThat(idle.at("/source").asString()).isEqualTo("config");
			assertThat(millis(idle.at("/remaining").asString())).isBetween(90_000L, 120_000L);
			assertThat(millis(timers.get(3).at("/remaining").asString())).isBetween(10_000L, 30_000L);
			if (io.netty.channel.epoll.Epoll.isAvailable()) {
				assertThat(one.at("/tcp").propertyNames()).containsExactly("rttMicros", "retransmits", "unacked",
						"cwnd");
				assertThat(one.at("/tcp/rttMicros").asLong()).isPositive();
				assertThat(one.at("/tcp/cwnd").asLong()).isPositive();
				assertThat(one.at("/tcp/retransmits").asLong()).isZero();
			}
		}
	}

	private static long millis(String duration) {
		return org.springframework.boot.convert.DurationStyle.SIMPLE.parse(duration).toMillis();
	}

	@Test
	void connectionsArePagedOldestFirst() {
		List<TestClient> clients = IntStream.range(0, 5).mapToObj((i) -> gateway.connect("orders")).toList();
		try {
			Gateway.await("ten open connections",
					() -> (gateway.get("/actuator/connections?route=orders&state=OPEN").at("/total").asInt() == 10)
							? java.util.Optional.of(true) : java.util.Optional.empty());
			List<String> seen = new ArrayList<>();
			String next = "";
			int pages = 0;
			do {
				JsonNode page = gateway.get("/actuator/connections?route=orders&side=inbound&limit=2"
						+ (next.isEmpty() ? "" : "&after=") + next);
				assertThat(page.at("/total").asInt()).isEqualTo(5);
				page.at("/connections").forEach((connection) -> seen.add(connection.at("/remote").asString()));
				next = page.path("next").asString("");
				pages++;
			}
			while (!next.isEmpty());
			assertThat(pages).isEqualTo(3);
			assertThat(seen).hasSize(5);
			Set<String> all = new TreeSet<>();
			clients.forEach((client) -> all.add("127.0.0.1:" + client.localPort()));
			assertThat(new TreeSet<>(seen)).isEqualTo(all);
			JsonNode one = gateway.get("/actuator/connections?remote=127.0.0.1:" + clients.get(3).localPort());
			assertThat(one.at("/total").asInt()).isEqualTo(1);
			assertThat(gateway.get("/actuator/connections?route=orders&remote=127.0.0.1").at("/total").asInt())
				.isEqualTo(10);
			assertThat(gateway.get("/actuator/connections?remote=10.9.8.7").at("/total").asInt()).isZero();
			assertThat(gateway.get("/actuator/connections?route=other").at("/total").asInt()).isZero();
			assertThat(gateway.get("/actuator/connections?route=orders&state=draining").at("/total").asInt()).isZero();
		}
		finally {
			clients.forEach(TestClient::close);
		}
	}

	@Test
	void cursorOfAConnectionThatHasEndedStillLeadsOn() {
		String ended;
		try (TestClient client = gateway.connect("orders")) {
			client.sendLine("hello");
			client.readLine();
			ended = gateway.get("/actuator/connections?side=inbound").at("/connections/0/id").asString();
		}
		gateway.awaitNoConnections("orders");
		try (TestClient client = gateway.connect("orders")) {
			client.sendLine("hello");
			client.readLine();
			JsonNode page = gateway.get("/actuator/connections?side=inbound&after=" + ended);
			assertThat(page.at("/connections/0/remote").asString()).isEqualTo("127.0.0.1:" + client.localPort());
		}
	}

	@Test
	void closuresAreShownNewestFirst() {
		for (String line : List.of("a", "bb")) {
			try (TestClient client = gateway.connect("orders")) {
				client.sendLine(line);
				client.readLine();
				client.halfClose();
				client.expectEof();
			}
			gateway.awaitNoConnections("orders");
		}
		JsonNode closures = gateway.get("/actuator/closures?route=orders&side=inbound&limit=2").at("/closures");
		assertThat(closures.size()).isEqualTo(2);
		JsonNode newest = closures.get(0);
		assertThat(newest.propertyNames()).containsExactly("id", "route", "side", "remote", "peerId", "reason",
				"endedBy", "detail", "openedAt", "closedAt", "framesIn", "framesOut", "bytesIn", "bytesOut",
				"undelivered", "partialFrameBytes");
		assertThat(newest.at("/reason").asString()).isEqualTo("inbound-eof");
		assertThat(newest.at("/endedBy").asString()).isEqualTo("inbound");
		assertThat(newest.at("/bytesIn").asInt()).isEqualTo(4);
		assertThat(newest.at("/bytesOut").asInt()).isEqualTo(4);
		assertThat(newest.at("/framesIn").asInt()).isEqualTo(1);
		assertThat(newest.at("/undelivered")).hasToString("{\"frames\":0,\"bytes\":0}");
		assertThat(closures.get(1).at("/bytesIn").asInt()).isEqualTo(3);
		Instant.parse(newest.at("/closedAt").asString());
		JsonNode byId = gateway.get("/actuator/closures?id=" + newest.at("/id").asString()).at("/closures");
		assertThat(byId).containsExactly(newest);
		assertThat(gateway.get("/actuator/closures?reason=denied").at("/closures").size()).isZero();
	}

	@Test
	void timeoutsAreShownWithTheirSource() {
		JsonNode orders = gateway.get("/actuator/timeouts/orders");
		assertThat(orders.propertyNames()).containsExactly("connect", "tls-handshake", "first-frame", "frame", "idle",
				"reply", "write", "drain", "max-age");
		assertThat(orders.at("/idle")).hasToString("{\"value\":\"2m\",\"source\":\"config\",\"fired\":0}");
		assertThat(orders.at("/max-age")).hasToString("{\"value\":\"0s\",\"source\":\"default\",\"fired\":0}");
		assertThat(gateway.get("/actuator/timeouts").at("/orders")).isEqualTo(orders);
	}

	@Test
	void integrationGraphShowsChannelsAndAdaptersAndHowTheyAreLinked() {
		JsonNode graph = JsonMapper.shared()
			.readTree(gateway.operate("GET", "/actuator/integrationgraph", null).body());
		Map<Integer, String> names = new TreeMap<>();
		graph.at("/nodes").forEach((node) -> names.put(node.at("/nodeId").asInt(), node.at("/name").asString()));
		assertThat(names.values()).contains("framegate.orders.request", "framegate.orders.reply",
				"framegate.orders.inbound", "framegate.orders.upstream", "framegate.other.request");
		assertThat(graph.at("/links")
			.valueStream()
			.map((link) -> names.get(link.at("/from").asInt()) + " > " + names.get(link.at("/to").asInt())))
			.contains("framegate.orders.inbound > framegate.orders.request",
					"framegate.orders.upstream > framegate.orders.reply");
	}

	@Test
	void routesAndTargetsAreHealthComponents() {
		JsonNode orders = gateway.get("/actuator/health").at("/components/routes/components/orders");
		assertThat(orders.at("/status").asString()).isEqualTo("UP");
		assertThat(orders.at("/components/listener/details/port").asInt()).isEqualTo(gateway.port("orders"));
		assertThat(orders.at("/components/upstream/components").propertyNames()).containsExactly(server.address());
		assertThat(gateway.get("/actuator/health/routes/orders").at("/status").asString()).isEqualTo("UP");
		assertThat(gateway.exchange("GET", "/actuator/health/routes/orders/upstream/" + server.address(), null)
			.statusCode()).isEqualTo(200);
		assertThat(gateway.exchange("GET", "/actuator/health/routes/nope", null).statusCode()).isEqualTo(404);
		assertThat(gateway.get("/actuator/health/readiness")).hasToString("{\"status\":\"UP\"}");
		assertThat(gateway.get("/actuator/health/liveness")).hasToString("{\"status\":\"UP\"}");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			/actuator/connections?limit=abc     | limit  | abc  | 1 to 10000
			/actuator/connections?limit=0       | limit  | 0    | 1 to 10000
			/actuator/connections?limit=-1      | limit  | -1   | 1 to 10000
			/actuator/connections?side=left     | side   | left | inbound, upstream
			/actuator/connections?state=foo     | state  | foo  | READ_CLOSED
			/actuator/connections?after=unknown | after  | unknown | next
			/actuator/connections?route=nope    | route  | nope | orders, other
			/actuator/closures?reason=bar       | reason | bar  | idle-timeout
			/actuator/closures?limit=99999999   | limit  | 99999999 | 1 to 10000
			/actuator/closures?side=x           | side   | x    | inbound, upstream
			/actuator/closures?route=nope       | route  | nope | orders, other
			""")
	void wrongParameterIsRefusedInWordsThatHelp(String path, String parameter, String value, String allowed) {
		HttpResponse<String> response = gateway.exchange("GET", path, null);
		assertThat(response.statusCode()).isEqualTo(400);
		assertThat(response.body())
			.contains("\"detail\":\"Invalid value '" + value + "' for '" + parameter + "': must be ")
			.contains(allowed);
	}

	@ParameterizedTest
	@ValueSource(strings = { "/actuator/routes/nope", "/actuator/timeouts/nope", "/actuator/connections/nope" })
	void unknownIsNotFound(String path) {
		HttpResponse<String> response = gateway.exchange("GET", path, null);
		assertThat(response.statusCode()).isEqualTo(404);
		assertThat(response.body()).contains("\"detail\":\"Unknown ").contains("'nope'");
	}

}
