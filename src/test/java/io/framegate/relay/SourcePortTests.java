package io.framegate.relay;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

import io.framegate.closure.CloseReason;
import io.framegate.closure.Closure;
import io.framegate.closure.Side;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.GatewayBuilder;
import io.framegate.testkit.RouteSpec;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestPorts;
import io.framegate.testkit.TestUpstream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static io.framegate.relay.NamedServers.who;
import static io.framegate.testkit.RouteSpec.route;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Where a route's connections come from, if the configuration says so.
 */
@Timeout(60)
class SourcePortTests {

	private static final int SOURCES = 64;

	/** Every so many ports of the range one is free. */
	private static final int FREE = 16;

	private static final List<ServerSocket> SOURCES_TAKEN = new ArrayList<>();

	private static int firstSource;

	private static int lonelySource;

	private static int probingSource;

	/** Where connections come from, and lead to. */
	private static int itself;

	private static int itselfProbed;

	private static NamedServers servers;

	private static Gateway gateway;

	@BeforeAll
	static void start() throws IOException {
		servers = new NamedServers();
		firstSource = TestPorts.free(SOURCES);
		for (int i = 0; i < SOURCES; i++) {
			if (i % FREE != FREE - 1) {
				ServerSocket taken = new ServerSocket();
				taken.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), firstSource + i));
				SOURCES_TAKEN.add(taken);
			}
		}
		lonelySource = TestPorts.free(1);
		probingSource = TestPorts.free(1);
		itself = TestPorts.free(1);
		itselfProbed = TestPorts.free(1);
		String[] checked = { "upstream.health-check.interval=200ms", "upstream.health-check.fall=2" };
		TestUpstream ports = servers.get("ports");
		gateway = GatewayBuilder
			.routes(from("port-taken", firstSource).to(ports), from("port-kept", lonelySource).to(ports),
					from("port-range", firstSource + "-" + (firstSource + SOURCES - 1)).to(ports),
					from("port-probed", probingSource).with(checked).to(ports),
					from("itself", itself).to("127.0.0.1:" + itself),
					from("itself-pooled", itself).pooled().to("127.0.0.1:" + itself),
					from("itself-probed", itselfProbed).with(checked).to("127.0.0.1:" + itselfProbed))
			.start();
	}

	private static RouteSpec from(String route, Object port) {
		return route(route).with("upstream.source-address=127.0.0.1", "upstream.source-port=" + port);
	}

	@AfterAll
	static void stop() throws IOException {
		gateway.close();
		servers.close();
		for (ServerSocket taken : SOURCES_TAKEN) {
			taken.close();
		}
		SOURCES_TAKEN.clear();
	}

	@Test
	void sourcePortThatCannotBeHadIsNamed() {
		try (TestClient client = gateway.connect("port-taken")) {
			client.expectEof();
			client.close();
			Closure closure = gateway.awaitClosure("port-taken", Side.INBOUND);
			assertThat(closure.reason()).isEqualTo(CloseReason.UPSTREAM_UNREACHABLE);
			assertThat(closure.detail()).contains(servers.get("ports").address())
				.contains("port " + firstSource)
				.contains("Address already in use");
			// It is not the target's fault.
			assertThat(gateway.targetState("port-taken", 0)).isEqualTo("UNKNOWN");
		}
	}

	@Test
	void sourcePortOfAConnectionThatIsNotOverIsNamed() {
		try (TestClient first = gateway.connect("port-kept")) {
			assertThat(who(first)).isEqualTo("ports");
			try (TestClient second = gateway.connect("port-kept")) {
				second.expectEof();
			}
			Closure closure = gateway.awaitClosure("port-kept", Side.INBOUND);
			assertThat(closure.reason()).isEqualTo(CloseReason.UPSTREAM_UNREACHABLE);
			assertThat(closure.detail()).contains("port " + lonelySource).contains("is not over yet");
			first.sendLine("bye");
			first.expectEof();
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "itself", "itself-pooled" })
	void connectionToItselfIsARefusedOne(String route) {
		try (TestClient client = gateway.connect(route)) {
			client.sendLine("PAY 100 EUR");
			client.expectEof();
		}
		Closure closure = gateway.awaitClosure(route, Side.UPSTREAM);
		assertThat(closure.reason()).isEqualTo(CloseReason.UPSTREAM_REFUSED);
		assertThat(closure.detail()).contains("connected to itself");
		assertThat(gateway.awaitClosure(route, Side.INBOUND).reason()).isEqualTo(CloseReason.UPSTREAM_REFUSED);
		// Nothing of it is left, so that the server can listen.
		assertThat(TestPorts.isFree(itself)).isTrue();
	}

	@Test
	void probeThatConnectsToItselfFails() {
		Gateway.await("down", () -> Optional.of(gateway.targetState("itself-probed", 0)).filter("DOWN"::equals));
	}

	@Test
	void probesLeaveTheSourcePortToConnections() {
		Gateway.await("a good probe", () -> Optional.of(gateway.targetState("port-probed", 0)).filter("UP"::equals));
		// A port that is remembered for an ended connection is not free to a listener.
		Gateway.await("the port to be free",
				() -> TestPorts.isFree(probingSource) ? Optional.of(probingSource) : Optional.empty());
		try (TestClient client = gateway.connect("port-probed")) {
			assertThat(who(client)).isEqualTo("ports");
			client.sendLine("bye");
			client.expectEof();
		}
	}

	@Test
	void everyPortOfARangeThatCanBeHadIsFound() {
		List<Integer> free = IntStream.rangeClosed(1, SOURCES / FREE)
			.mapToObj((i) -> firstSource + i * FREE - 1)
			.toList();
		for (int round = 0; round < 10; round++) {
			// At the same time: what one connect tries must not keep another from trying
			// it.
			List<TestClient> clients = free.stream().map((port) -> gateway.connect("port-range")).toList();
			clients.forEach((client) -> assertThat(who(client)).isEqualTo("ports"));
			assertThat(gateway.connections("port-range").stream().filter((one) -> one.side() == Side.UPSTREAM))
				.extracting((one) -> one.local().getPort())
				.containsExactlyInAnyOrderElementsOf(free);
			try (TestClient last = gateway.connect("port-range")) {
				last.expectEof();
			}
			clients.forEach((client) -> {
				// The server ends first: who does so keeps the pair of ports for a while.
				client.sendLine("bye");
				client.expectEof();
				client.close();
			});
			Gateway.await("them to be closed",
					() -> Optional.of(gateway.connections("port-range")).filter(List::isEmpty));
		}
		assertThat(gateway.closures("port-range")).filteredOn((closure) -> closure.side() == Side.INBOUND)
			.extracting(Closure::detail)
			.filteredOn((detail) -> detail.contains("from source address")
					&& detail.contains("port " + firstSource + "-" + (firstSource + SOURCES - 1)))
			.hasSize(10);
	}

}
