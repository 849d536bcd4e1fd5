package io.framegate.inbound;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

import io.framegate.closure.Cause;
import io.framegate.closure.CloseReason;
import io.framegate.closure.Closure;
import io.framegate.closure.EndedBy;
import io.framegate.closure.Side;
import io.framegate.connection.FrameConnection;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.GatewayBuilder;
import io.framegate.testkit.LoggedClosures;
import io.framegate.testkit.RouteSpec;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestUpstream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Who may connect, how many and how fast.
 */
class AdmissionTests {

	private final TestUpstream server = TestUpstream.lineEcho();

	@AfterEach
	void close() {
		this.server.close();
	}

	private Gateway start(String... listen) {
		return GatewayBuilder.routes(RouteSpec.route("s").to(this.server).with(listen)).start();
	}

	private static double refused(Gateway gateway, CloseReason reason) {
		return gateway.metric("framegate_accepts_refused_total{reason=\"%s\",route=\"s\"}".formatted(reason.label()));
	}

	private static void assertServed(TestClient client) {
		client.sendLine("hello");
		assertThat(client.readLine()).isEqualTo("hello");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			deny=127.0.0.2                       | 127.0.0.2 | listen.deny (127.0.0.2)
			deny=127.0.0.2/31                    | 127.0.0.3 | listen.deny (127.0.0.2/31)
			deny=::ffff:127.0.0.2                | 127.0.0.2 | listen.deny (127.0.0.2)
			allow=127.0.0.1                      | 127.0.0.2 | listen.allow, which does not name it
			allow=127.0.0.0/8 deny=127.0.0.2     | 127.0.0.2 | listen.deny (127.0.0.2)
			allow=127.0.0.1,10.0.0.0/8           | 127.0.0.3 | listen.allow, which does not name it
			""")
	void addressThatMayNotConnectIsRefusedAndCostsNoServerAnything(String rules, String address, String rule) {
		try (Gateway gateway = start(List.of(rules.split(" ")).stream().map("listen."::concat).toArray(String[]::new));
				TestClient refused = TestClient.connectFrom(address, gateway.port("s"))) {
			refused.sendLine("hello");
			refused.expectEof();
			Closure closure = gateway.awaitClosure("s", Side.INBOUND);
			assertThat(closure.reason()).isEqualTo(CloseReason.DENIED);
			assertThat(closure.endedBy()).isEqualTo(EndedBy.GATEWAY);
			assertThat(closure.detail()).isEqualTo(address + " is refused by " + rule);
			assertThat(closure.remote()).isEqualTo(address + ":" + refused.localPort());
			assertThat(refused(gateway, CloseReason.DENIED)).isEqualTo(1);
			assertThat(this.server.connections()).isEmpty();
			try (TestClient other = gateway.connect("s")) {
				assertServed(other);
			}
		}
	}

	@Test
	void ipv4ClientOfAnIpv6SocketIsItself() {
		try (Gateway gateway = start("listen.address=::", "listen.allow=127.0.0.1")) {
			try (TestClient client = TestClient.connect("127.0.0.1", gateway.port("s"))) {
				assertServed(client);
			}
			try (TestClient refused = TestClient.connect("::1", gateway.port("s"))) {
				refused.expectEof();
			}
			Gateway.await("a closure", () -> gateway.closures("s")
				.stream()
				.filter((closure) -> closure.detail().equals("::1 is refused by listen.allow, which does not name it"))
				.findFirst());
		}
	}

	@Test
	void addressHasItsShareAndGetsItBackHoweverAConnectionEnds() {
		try (Gateway gateway = start("listen.max-connections-per-ip=2", "listen.max-frame-size=100B")) {
			int port = gateway.port("s");
			try (TestClient stays = TestClient.connectFrom("127.0.0.2", port)) {
				assertServed(stays);
				for (int end = 0; end < 5; end++) {
					TestClient second = takePlace(gateway, "127.0.0.2");
					try (TestClient third = TestClient.connectFrom("127.0.0.2", port)) {
						third.expectEof();
						Closure closure = awaitReason(gateway, third, CloseReason.LIMIT_PER_IP);
						assertThat(closure.detail()).isEqualTo("max-connections-per-ip (2) reached");
					}
					try (TestClient other = TestClient.connectFrom("127.0.0.3", port)) {
						assertServed(other);
					}
					end(gateway, second, end);
				}
				takePlace(gateway, "127.0.0.2").close();
				assertServed(stays);
			}
			assertThat(refused(gateway, CloseReason.LIMIT_PER_IP)).isGreaterThanOrEqualTo(5);
		}
	}

	private static Closure awaitReason(Gateway gateway, TestClient client, CloseReason reason) {
		return Gateway.await("a closure of " + client, () -> gateway.closures("s")
			.stream()
			.filter((closure) -> closure.remote().endsWith(":" + client.localPort()) && closure.reason() == reason)
			.findFirst());
	}

	/** A place is given back a moment after the client sees the end. */
	private static TestClient takePlace(Gateway gateway, String address) {
		return Gateway.await("a place", () -> {
			TestClient client = TestClient.connectFrom(address, gateway.port("s"));
			client.sendLine("hello");
			if ("hello".equals(client.readLineOrEof())) {
				return Optional.of(client);
			}
			client.close();
			return Optional.empty();
		});
	}

	private static void end(Gateway gateway, TestClient client, int how) {
		FrameConnection connection = gateway.connections("s")
			.stream()
			.filter((each) -> each.remote().getPort() == client.localPort())
			.findFirst()
			.orElseThrow();
		Cause operator = new Cause(CloseReason.OPERATOR_ABORT, EndedBy.OPERATOR, "");
		switch (how) {
			case 0 -> client.close();
			case 1 -> client.reset();
			case 2 -> connection.execute(() -> connection.abort(operator));
			case 3 -> connection.execute(() -> connection.handler().drain(connection, operator));
			default -> client.send("x".repeat(101));
		}
		if (how > 2) {
			client.expectEof();
			client.close();
		}
	}

	@Test
	void clientsThatComeTooFastAreRefusedUntilASecondLater() {
		try (Gateway gateway = start("listen.max-accepts-per-second=3")) {
			List<TestClient> clients = new ArrayList<>(
					IntStream.range(0, 30).mapToObj((i) -> gateway.connect("s")).toList());
			clients.forEach((client) -> client.sendLine("hello"));
			long served = clients.stream().filter((client) -> "hello".equals(client.readLineOrEof())).count();
			assertThat(served).isBetween(3L, 15L);
			assertThat(refused(gateway, CloseReason.LIMIT_RATE)).isEqualTo(30 - served);
			assertThat(this.server.connections()).hasSize((int) served);
			assertThat(gateway.closures("s")).filteredOn((closure) -> closure.reason() == CloseReason.LIMIT_RATE)
				.first()
				.satisfies((closure) -> assertThat(closure.detail()).isEqualTo("max-accepts-per-second (3) reached"));
			takePlace(gateway, "127.0.0.1").close();
			clients.forEach(TestClient::close);
		}
	}

	/** However many addresses there are. */
	@Test
	void floodIsOneLineASecondAndPushesNoOtherRecordOut() {
		int crowd = 400;
		try (Gateway gateway = GatewayBuilder
			.routes(RouteSpec.route("s").to(this.server).with("listen.deny=127.0.1.0/24"))
			.with("framegate.closures.keep=20")
			.start(); LoggedClosures log = new LoggedClosures()) {
			try (TestClient client = gateway.connect("s")) {
				assertServed(client);
			}
			gateway.awaitNoConnections("s");
			long begun = System.nanoTime();
			for (int i = 0; i < crowd; i++) {
				TestClient.connectFrom("127.0.1." + (1 + i % 200), gateway.port("s")).close();
			}
			Gateway.await("all refused",
					() -> (refused(gateway, CloseReason.DENIED) == crowd) ? Optional.of(true) : Optional.empty());
			List<Closure> closures = gateway.closures("s");
			assertThat(closures).hasSizeLessThanOrEqualTo(20);
			assertThat(closures).filteredOn((closure) -> closure.reason() == CloseReason.INBOUND_EOF).hasSize(2);
			List<Closure> denied = closures.stream()
				.filter((closure) -> closure.reason() == CloseReason.DENIED)
				.toList();
			assertThat(denied).hasSizeLessThanOrEqualTo(11);
			assertThat(denied.stream().mapToInt(Closure::count).sum()).isEqualTo(crowd);
			int lines = Gateway.await("all told", () -> {
				List<Integer> counts = log.lines()
					.stream()
					.map(LoggedClosures::fields)
					.filter((fields) -> "denied".equals(fields.get("reason")))
					.map((fields) -> (Integer) fields.getOrDefault("count", 1))
					.toList();
				return (counts.stream().mapToInt(Integer::intValue).sum() == crowd) ? Optional.of(counts.size())
						: Optional.empty();
			});
			long seconds = (System.nanoTime() - begun) / 1_000_000_000;
			assertThat(lines).isLessThanOrEqualTo((int) seconds + 3);
			assertThat(gateway.route("s").metrics().active(Side.INBOUND)).isZero();
		}
	}

	private Gateway behindProxies(String... rules) {
		List<String> listen = new ArrayList<>(List.of(rules));
		listen.add("listen.proxy-trusted=127.0.0.1,127.0.0.2");
		return start(listen.toArray(String[]::new));
	}

	private static TestClient through(Gateway gateway, String proxy, String client) {
		TestClient connection = TestClient.connectFrom(proxy, gateway.port("s"));
		connection.send("PROXY TCP4 " + client + " 192.0.2.1 40001 7001\r\n");
		return connection;
	}

	@ParameterizedTest
	@CsvSource({ "listen.deny=203.0.113.0/24, listen.deny (203.0.113.0/24)",
			"'listen.allow=127.0.0.0/8,203.0.113.8', 'listen.allow, which does not name it'" })
	void clientBehindAProxyIsAdmittedByItsOwnAddress(String rule, String why) {
		try (Gateway gateway = behindProxies("listen.proxy-protocol=required", rule);
				TestClient refused = through(gateway, "127.0.0.1", "203.0.113.9")) {
			refused.sendLine("hello");
			refused.expectEof();
			refused.close();
			Closure closure = gateway.awaitClosure("s", Side.INBOUND);
			assertThat(closure.reason()).isEqualTo(CloseReason.DENIED);
			assertThat(closure.detail()).isEqualTo("203.0.113.9 is refused by " + why);
			assertThat(closure.remote()).isEqualTo("203.0.113.9:40001");
			assertThat(closure.undelivered().frames()).isZero();
			assertThat(refused(gateway, CloseReason.DENIED)).isEqualTo(1);
			assertThat(this.server.connections()).isEmpty();
			try (TestClient other = through(gateway, "127.0.0.1",
					rule.contains("allow") ? "203.0.113.8" : "198.51.100.1")) {
				assertServed(other);
			}
		}
	}

	@Test
	void proxyMayBeDeniedItself() {
		try (Gateway gateway = behindProxies("listen.proxy-protocol=required", "listen.deny=127.0.0.2",
				"listen.allow=203.0.113.0/24");
				TestClient refused = TestClient.connectFrom("127.0.0.2", gateway.port("s"))) {
			refused.expectEof();
			assertThat(gateway.awaitClosure("s", Side.INBOUND).detail())
				.isEqualTo("127.0.0.2 is refused by listen.deny (127.0.0.2)");
			try (TestClient client = through(gateway, "127.0.0.1", "203.0.113.9")) {
				assertServed(client);
			}
		}
	}

	@Test
	void clientsBehindAProxyAreCountedByTheirOwnAddresses() {
		try (Gateway gateway = behindProxies("listen.proxy-protocol=optional", "listen.max-connections-per-ip=1")) {
			try (TestClient one = through(gateway, "127.0.0.1", "203.0.113.9");
					TestClient other = through(gateway, "127.0.0.1", "203.0.113.10");
					TestClient proxy = TestClient.connectFrom("127.0.0.1", gateway.port("s"));
					TestClient direct = TestClient.connectFrom("127.0.0.3", gateway.port("s"))) {
				assertServed(one);
				assertServed(other);
				assertServed(proxy);
				assertServed(direct);
				try (TestClient again = through(gateway, "127.0.0.2", "203.0.113.9")) {
					again.expectEof();
				}
				Gateway.await("a closure",
						() -> gateway.closures("s")
							.stream()
							.filter((closure) -> closure.reason() == CloseReason.LIMIT_PER_IP)
							.filter((closure) -> closure.remote().equals("203.0.113.9:40001"))
							.findFirst());
				try (TestClient again = TestClient.connectFrom("127.0.0.3", gateway.port("s"))) {
					again.expectEof();
				}
			}
			gateway.awaitNoConnections("s");
			Gateway.await("a place", () -> {
				try (TestClient again = through(gateway, "127.0.0.1", "203.0.113.9")) {
					again.sendLine("hello");
					return Optional.ofNullable(again.readLineOrEof());
				}
			});
		}
	}

	/** They send no FIN, so that their connections stay for a while. */
	@Test
	void refusedClientsBehindAProxyTakeNobodysPlace() {
		try (Gateway gateway = behindProxies("listen.proxy-protocol=required", "listen.deny=203.0.113.66",
				"listen.max-connections=3", "listen.max-connections-per-ip=1");
				TestClient first = through(gateway, "127.0.0.1", "203.0.113.9")) {
			assertServed(first);
			List<TestClient> refused = new ArrayList<>();
			for (int i = 0; i < 6; i++) {
				refused.add(through(gateway, "127.0.0.1", (i % 2 == 0) ? "203.0.113.66" : "203.0.113.9"));
				refused.getLast().expectEof();
			}
			assertThat(gateway.closures("s")).isEmpty();
			try (TestClient second = through(gateway, "127.0.0.1", "203.0.113.10");
					TestClient third = through(gateway, "127.0.0.1", "203.0.113.11")) {
				assertServed(second);
				assertServed(third);
				try (TestClient fourth = through(gateway, "127.0.0.1", "203.0.113.12")) {
					fourth.expectEof();
					assertThat(gateway.awaitClosure("s", Side.INBOUND).reason())
						.isEqualTo(CloseReason.LIMIT_CONNECTIONS);
				}
				refused.forEach(TestClient::close);
			}
		}
	}

	@Test
	void clientsBehindAProxyThatComeTooFastAreRefused() {
		try (Gateway gateway = behindProxies("listen.proxy-protocol=required", "listen.max-accepts-per-second=2")) {
			List<TestClient> clients = IntStream.range(0, 20)
				.mapToObj((i) -> through(gateway, "127.0.0.1", "203.0.113." + i))
				.toList();
			clients.forEach((client) -> client.sendLine("hello"));
			long served = clients.stream().filter((client) -> "hello".equals(client.readLineOrEof())).count();
			assertThat(served).isBetween(2L, 15L);
			clients.forEach(TestClient::close);
			gateway.awaitNoConnections("s");
			assertThat(refused(gateway, CloseReason.LIMIT_RATE)).isEqualTo(20 - served);
			assertThat(this.server.connections()).hasSize((int) served);
		}
	}

	/** They come without the header that is required. */
	@Test
	void floodThatFailsItsIntroductionSharesARecordToo() {
		int crowd = 200;
		try (Gateway gateway = behindProxies("listen.proxy-protocol=required")) {
			for (int i = 0; i < crowd; i++) {
				try (TestClient client = TestClient.connectFrom("127.0.0." + (1 + i % 2), gateway.port("s"))) {
					client.send("GET / HTTP/1.1\r\n");
					client.readUntilEnd();
				}
			}
			Gateway.await("all refused", () -> (refused(gateway, CloseReason.PROXY_HEADER_BAD) == crowd)
					? Optional.of(true) : Optional.empty());
			gateway.awaitNoConnections("s");
			List<Closure> closures = gateway.closures("s");
			assertThat(closures).hasSizeLessThanOrEqualTo(11);
			assertThat(closures.stream().mapToInt(Closure::count).sum()).isEqualTo(crowd);
		}
	}

	/** They send nothing and never close. */
	@Test
	void refusedClientsThatStayTakeNoDescriptorsForEver() {
		int crowd = 600;
		try (Gateway gateway = start("listen.deny=127.0.0.2")) {
			List<TestClient> clients = IntStream.range(0, crowd)
				.mapToObj((i) -> TestClient.connectFrom("127.0.0.2", gateway.port("s")))
				.toList();
			Gateway.await("all refused",
					() -> (refused(gateway, CloseReason.DENIED) == crowd) ? Optional.of(true) : Optional.empty());
			clients.forEach(TestClient::expectEof);
			Gateway.await("the others closed",
					() -> Optional.of(clients.stream().filter(AdmissionTests::isReset).count())
						.filter((count) -> count >= crowd - 256));
			assertThat(clients).filteredOn(AdmissionTests::isReset).hasSize(crowd - 256);
			try (TestClient honest = gateway.connect("s")) {
				assertServed(honest);
			}
			clients.forEach(TestClient::close);
		}
	}

	/** A closed socket answers what is sent with RST, so that a later write fails. */
	private static boolean isReset(TestClient client) {
		try {
			client.send("x");
			return false;
		}
		catch (RuntimeException ex) {
			return true;
		}
	}

}
