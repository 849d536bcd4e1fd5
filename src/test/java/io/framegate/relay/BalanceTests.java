package io.framegate.relay;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

import io.framegate.closure.CloseReason;
import io.framegate.closure.Closure;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.GatewayBuilder;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestUpstream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static io.framegate.relay.NamedServers.awaitAnswer;
import static io.framegate.relay.NamedServers.who;
import static io.framegate.testkit.RouteSpec.route;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which target takes what, and how clients fail over from one to another.
 */
@Timeout(60)
class BalanceTests {

	@AutoClose
	private static Gateway gateway;

	@AutoClose
	private final NamedServers servers = new NamedServers();

	@BeforeAll
	static void start() {
		gateway = GatewayBuilder.routes().start();
	}

	/** The servers that answered so many requests, each on a connection of its own. */
	private static Map<String, Integer> answers(String route, int clients) {
		Map<String, Integer> answers = new HashMap<>();
		List<TestClient> all = new ArrayList<>();
		for (int i = 0; i < clients; i++) {
			TestClient client = gateway.connect(route);
			all.add(client);
			client.sendLine("who");
			answers.merge(client.readLine(), 1, Integer::sum);
		}
		all.forEach(TestClient::close);
		return answers;
	}

	@Test
	void roundRobinSpreadsSessions() {
		gateway.configure(route("turns").to(this.servers.get("turns", 3)));
		assertThat(answers("turns", 30)).isEqualTo(Map.of("turns0", 10, "turns1", 10, "turns2", 10));
	}

	@Test
	void permanentLinksLeadToEveryTargetAndTakeTurns() {
		gateway.configure(route("turns-ordered").ordered().to(this.servers.get("turns", 3)));
		Gateway.await("a link to each on every loop", () -> Optional.of(gateway.connections("turns-ordered"))
			.filter((links) -> links.size() == 3 * Runtime.getRuntime().availableProcessors()));
		try (TestClient client = gateway.connect("turns-ordered")) {
			Map<String, Integer> answers = new HashMap<>();
			for (int i = 0; i < 300; i++) {
				client.sendLine("who");
				answers.merge(client.readLine(), 1, Integer::sum);
			}
			assertThat(answers).isEqualTo(Map.of("turns0", 100, "turns1", 100, "turns2", 100));
		}
	}

	@Test
	void leastConnectionsEvensOut() {
		gateway.configure(route("least").balance("least-connections").to(this.servers.get("least", 2)));
		List<TestClient> first = IntStream.range(0, 10).mapToObj((i) -> gateway.connect("least")).toList();
		List<TestClient> closing = first.stream().filter((client) -> who(client).equals("least0")).toList();
		closing.forEach((client) -> {
			client.halfClose();
			client.expectEof();
			client.close();
		});
		Gateway.await("them to be closed",
				() -> Optional.of(gateway.targetConnections("least", 0)).filter((count) -> count == 0));
		assertThat(answers("least", 5)).isEqualTo(Map.of("least0", 5));
		first.forEach(TestClient::close);
	}

	@Test
	void clientsKeepToTheirTargetByTheirAddress() {
		TestUpstream[] hash = this.servers.get("hash", 3);
		gateway.configure(route("hash").balance("source-hash").to(hash),
				route("hash-pooled").pooled().balance("source-hash").to(hash),
				route("hash-ordered").ordered().balance("source-hash").to(hash));
		Map<String, String> homes = new HashMap<>();
		for (String route : List.of("hash", "hash-pooled", "hash-ordered", "hash", "hash-pooled")) {
			for (int i = 1; i <= 24; i++) {
				String address = "127.0.0." + i;
				String home = askFrom(address, route);
				assertThat(homes.putIfAbsent(address, home)).as(route + " " + address).isIn(null, home);
			}
		}
		assertThat(homes).containsValues("hash0", "hash1", "hash2");
		// Others stay where they are when one target goes.
		this.servers.stop("hash1");
		for (int i = 1; i <= 24; i++) {
			String address = "127.0.0." + i;
			String now = askFrom(address, "hash");
			if (homes.get(address).equals("hash1")) {
				assertThat(now).isIn("hash0", "hash2");
			}
			else {
				assertThat(now).isEqualTo(homes.get(address));
			}
		}
	}

	@Test
	void clientsOfSeveralTargetsDoNotTakeEachOthersConnections() throws Exception {
		gateway.configure(route("hash-crowded").pooled()
			.balance("source-hash")
			.with("upstream.pool.max-connections=8")
			.to(this.servers.get("crowd", 3)));
		List<Future<?>> asked = new ArrayList<>();
		try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
			for (int i = 1; i <= 8; i++) {
				String address = "127.0.0." + i;
				asked.add(threads.submit(() -> {
					for (int j = 0; j < 50; j++) {
						assertThat(askFrom(address, "hash-crowded")).startsWith("crowd");
					}
				}));
			}
			for (Future<?> client : asked) {
				client.get();
			}
		}
		assertThat(gateway.metric("framegate_connections_opened_total{route=\"hash-crowded\",side=\"upstream\"}"))
			.isLessThanOrEqualTo(16);
	}

	private static String askFrom(String address, String route) {
		try (Socket socket = new Socket("127.0.0.1", gateway.port(route), InetAddress.getByName(address), 0)) {
			socket.setSoTimeout(10_000);
			socket.getOutputStream().write("who\r\n".getBytes(StandardCharsets.UTF_8));
			return new String(socket.getInputStream().readNBytes(7), StandardCharsets.UTF_8).strip();
		}
		catch (IOException ex) {
			throw new java.io.UncheckedIOException(ex);
		}
	}

	@Test
	void failoverGoesBackToThePreferredTarget() {
		gateway.configure(route("failover").pooled()
			.balance("failover")
			.with("upstream.health-check.interval=200ms", "upstream.health-check.fall=2")
			.to(this.servers.get("failover", 2)));
		failOverAndBack("failover");
	}

	@Test
	void permanentLinksFailOverAndGoBack() {
		gateway.configure(
				route("failover-ordered").ordered().balance("failover").to(this.servers.get("failover-ordered", 2)));
		failOverAndBack("failover-ordered");
	}

	private void failOverAndBack(String route) {
		try (TestClient client = gateway.connect(route)) {
			assertThat(who(client)).isEqualTo(route + "0");
		}
		this.servers.stop(route + "0");
		awaitAnswer(gateway, route, route + "1");
		for (int i = 0; i < 20; i++) {
			try (TestClient client = gateway.connect(route)) {
				assertThat(who(client)).isEqualTo(route + "1");
			}
		}
		this.servers.restart(route + "0");
		// Without a request failing on the way.
		Gateway.await(route + "0 to answer again", () -> {
			try (TestClient client = gateway.connect(route)) {
				return Optional.of(who(client)).filter((route + "0")::equals);
			}
		});
		Gateway.await("no connection to the other",
				() -> Optional.of(gateway.targetConnections(route, 1)).filter((count) -> count == 0));
		assertThat(gateway.closures(route)).filteredOn((closure) -> closure.detail().contains("preferred target"))
			.isNotEmpty()
			.extracting(Closure::reason)
			.containsOnly(CloseReason.RETIRED);
	}

	@Test
	void targetThatRefusesIsLeftAloneLongerAndLongerAndComesBackBeforeAClientHasToTry() {
		gateway.configure(route("ejected").pooled().to(this.servers.get("ejected", 2)));
		this.servers.stop("ejected1");
		for (int i = 0; i < 20; i++) {
			try (TestClient client = gateway.connect("ejected")) {
				assertThat(who(client)).isEqualTo("ejected0");
			}
		}
		Gateway.await("it to be ejected", () -> {
			// New connections are what finds it out.
			List<TestClient> clients = IntStream.range(0, 8).mapToObj((i) -> gateway.connect("ejected")).toList();
			clients.forEach((client) -> client.sendLine("who"));
			clients.forEach((client) -> assertThat(client.readLine()).isEqualTo("ejected0"));
			clients.forEach(TestClient::close);
			return Optional.of(gateway.targetState("ejected", 1)).filter("EJECTED"::equals);
		});
		assertThat(this.servers.up(gateway, "ejected", "ejected1")).isZero();
		this.servers.restart("ejected1");
		Gateway.await("it to be back", () -> Optional.of(gateway.targetState("ejected", 1)).filter("UP"::equals));
		assertThat(this.servers.up(gateway, "ejected", "ejected1")).isEqualTo(1);
	}

}
