package io.framegate.actuate;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

import io.framegate.testkit.Gateway;
import io.framegate.testkit.GatewayBuilder;
import io.framegate.testkit.RouteSpec;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestUpstream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Connections as the console asks for them: sorted, searched and paged; and changes of
 * the configuration that are only tried.
 */
class ConnectionsPageTests {

	private static final int CLIENTS = 5;

	private static final List<TestClient> clients = new ArrayList<>();

	private static TestUpstream server;

	private static Gateway gateway;

	@BeforeAll
	static void start() {
		server = TestUpstream.lineEcho();
		gateway = GatewayBuilder.routes(RouteSpec.route("orders").to(server))
			.with("management.endpoint.routes.access=unrestricted")
			.start();
		for (int i = 0; i < CLIENTS; i++) {
			TestClient client = gateway.connect("orders");
			clients.add(client);
			// The one in the middle says most.
			for (int line = 0; line <= ((i == 2) ? 9 : i); line++) {
				client.sendLine("hello");
				client.readLine();
			}
		}
	}

	@AfterAll
	static void stop() {
		clients.forEach(TestClient::close);
		gateway.close();
		server.close();
	}

	private static List<String> remotes(String query) {
		return page(query).at("/connections").valueStream().map((each) -> each.at("/remote").asString()).toList();
	}

	private static JsonNode page(String query) {
		return gateway.get("/actuator/connections?side=inbound&" + query);
	}

	private static List<String> clients(int... places) {
		return java.util.Arrays.stream(places)
			.mapToObj((place) -> "127.0.0.1:" + clients.get(place).localPort())
			.toList();
	}

	@Test
	void connectionsAreSortedByWhatTheyDid() {
		assertThat(remotes("sort=framesIn")).isEqualTo(clients(0, 1, 3, 4, 2));
		assertThat(remotes("sort=-bytesOut")).isEqualTo(clients(2, 4, 3, 1, 0));
		assertThat(remotes("sort=-age")).isEqualTo(clients(0, 1, 2, 3, 4));
		assertThat(remotes("sort=age")).isEqualTo(clients(4, 3, 2, 1, 0));
		assertThat(remotes("sort=remote")).isSorted();
	}

	@ParameterizedTest
	@EnumSource
	void everyOrderShowsAllOfThem(ConnectionOrder order) {
		assertThat(remotes("sort=" + order.label())).containsExactlyInAnyOrderElementsOf(clients(0, 1, 2, 3, 4));
		assertThat(remotes("sort=-" + order.label())).containsExactlyInAnyOrderElementsOf(clients(0, 1, 2, 3, 4));
	}

	@Test
	void sortedConnectionsArePaged() {
		JsonNode first = page("sort=-framesIn&limit=2");
		assertThat(first.at("/total").asInt()).isEqualTo(CLIENTS);
		assertThat(first.at("/next").asString()).isEqualTo("2");
		assertThat(remotes("sort=-framesIn&limit=2&after=2")).isEqualTo(clients(3, 1));
		JsonNode last = page("sort=-framesIn&limit=2&after=4");
		assertThat(last.at("/connections")).hasSize(1);
		assertThat(last.at("/next").isNull()).isTrue();
	}

	@ParameterizedTest
	@CsvSource({ "sort=size,sort", "sort=--age,sort", "sort=age&after=mwttvi6f-1,after", "after=7,after" })
	void wrongValueIsRefused(String query, String named) {
		var answer = gateway.exchange("GET", "/actuator/connections?" + query, null);
		assertThat(answer.statusCode()).isEqualTo(400);
		assertThat(answer.body()).contains("'" + named + "'");
	}

	@Test
	void connectionIsFoundByAPartOfItsRemoteOrId() {
		String remote = clients(3).getFirst();
		assertThat(remotes("search=" + remote.substring(remote.indexOf(':')))).contains(remote);
		String id = page("sort=-age").at("/connections/1/id").asString();
		assertThat(remotes("search=" + id.toUpperCase(java.util.Locale.ROOT))).isEqualTo(clients(1));
		assertThat(remotes("search=nothing")).isEmpty();
		assertThat(page("search=nothing").at("/total").asInt()).isZero();
		assertThat(remotes("search=ORDERS")).hasSize(CLIENTS);
	}

	@Test
	void connectionTellsItsStates() {
		String id = page("sort=-age").at("/connections/0/id").asString();
		JsonNode one = gateway.get("/actuator/connections/" + id);
		assertThat(one.at("/states").valueStream().map((each) -> each.at("/state").asString()))
			.containsExactly("ACCEPTED", "OPEN");
		assertThat(one.at("/states").valueStream().map((each) -> each.at("/since").asString())).isSorted()
			.allSatisfy((since) -> assertThat(since).startsWith(one.at("/openedAt").asString().substring(0, 13)));
		JsonNode peer = gateway.get("/actuator/connections/" + one.at("/peerId").asString());
		assertThat(peer.at("/states").valueStream().map((each) -> each.at("/state").asString()))
			.containsExactly("CONNECTING", "OPEN");
		assertThat(page("").at("/connections/0").has("states")).isFalse();
	}

	@Test
	void closureIsFoundByAPartOfItsRemote() {
		TestClient leaving = gateway.connect("orders");
		leaving.close();
		String remote = "127.0.0.1:" + leaving.localPort();
		Gateway.await("its closure", () -> gateway.get("/actuator/closures?search=" + remote).at("/closures").isEmpty()
				? Optional.empty() : Optional.of(true));
		assertThat(gateway.get("/actuator/closures?search=" + remote).at("/closures/0/remote").asString())
			.isEqualTo(remote);
		assertThat(gateway.get("/actuator/closures?search=nowhere").at("/closures")).isEmpty();
	}

	@Test
	void proposedChangeIsTriedOnly() {
		JsonNode live = propose("framegate.routes.orders.listen.max-connections: 7", 200);
		assertThat(live.at("/changed/0").asString()).isEqualTo("orders");
		assertThat(live.at("/differences/orders")).hasSize(1);
		assertThat(live.at("/differences/orders/0").toString())
			.isEqualTo("{\"property\":\"listen.max-connections\",\"from\":10000,\"to\":7}");
		JsonNode other = propose("framegate.routes.orders.upstream.framing: length4", 200);
		assertThat(other.at("/restarted/0").asString()).isEqualTo("orders");
		assertThat(propose(
				"framegate:\n  routes:\n    next:\n      listen: {port: 0}\n      upstream: {targets: ['127.0.0.1:9']}\n",
				200)
			.at("/started/0")
			.asString()).isEqualTo("next");
		assertThat(gateway.route("orders").route().listen().maxConnections()).isEqualTo(10_000);
		assertThat(gateway.get("/actuator/routes").at("/routes")).hasSize(1);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			framegate.routes.orders.listen.max-connections: many | max-connections
			framegate.routes.orders.listen.colour: red           | colour
			spring.application.name: other                       | under framegate only
			framegate.routes.orders.mode: ${PATH}                | placeholders
			framegate.routes.orders.mode: "\\x24{PATH}"           | placeholders
			framegate.routes.orders.mode: "\\u0024\\x7bPATH}"     | placeholders
			framegate: &all {routes: *all}                       | aliases
			framegate: {routes: &all [*all]}                     | aliases
			framegate: [                                         | not valid YAML
			""")
	void whatIsWrongWithAProposedChangeIsTold(String yaml, String message) {
		assertThat(propose(yaml, 409).at("/error").asString()).contains(message);
	}

	@Test
	void valueOfAPlaceholderOverLinesIsNotTold() {
		assertThat(propose("framegate.routes.orders.listen.address: \"$\\\n  {PATH}\"", 409).at("/error").asString())
			.contains("placeholders");
	}

	@Test
	void aliasesThatStandForMoreThanTheHeapAreRefused() {
		StringBuilder yaml = new StringBuilder("framegate:\n  a0: &a0 [x, x]\n");
		for (int i = 1; i < 20; i++) {
			String before = "*a" + (i - 1);
			yaml.append("  a%d: &a%d [%s]%n".formatted(i, i, String.join(", ", Collections.nCopies(10, before))));
		}
		assertThat(propose(yaml.toString(), 409).at("/error").asString()).contains("aliases");
	}

	@Test
	void groupsWithinGroupsAreRefused() {
		String expression = "(".repeat(20_000) + "a" + ")".repeat(20_000);
		assertThat(propose("framegate.masks: [{expression: '" + expression + "'}]", 409).at("/error").asString())
			.contains("must not be longer than 2000 characters");
	}

	@Test
	void yamlIsForADryRunOnly() {
		assertThat(gateway.operate("POST", "/actuator/routes", "{\"action\":\"reload\",\"yaml\":\"\"}").statusCode())
			.isEqualTo(400);
	}

	private static JsonNode propose(String yaml, int status) {
		var answer = gateway.operate("POST", "/actuator/routes", JsonMapper.shared()
			.writeValueAsString(java.util.Map.of("action", "reload", "dryRun", "true", "yaml", yaml)));
		assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
		return JsonMapper.shared().readTree(answer.body());
	}

}
