package io.framegate.relay;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import io.framegate.closure.CloseReason;
import io.framegate.closure.Closure;
import io.framegate.closure.Side;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.GatewayBuilder;
import io.framegate.testkit.RouteSpec;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestPorts;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static io.framegate.relay.NamedServers.who;
import static io.framegate.testkit.RouteSpec.route;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Where a route's connections come from, if the configuration says so.
 */
@Timeout(60)
class SourcePortTests {

	@AutoClose
	private static Gateway gateway;

	@AutoClose
	private final NamedServers servers = new NamedServers();

	@BeforeAll
	static void start() {
		gateway = GatewayBuilder.routes().start();
	}

	private static RouteSpec from(String route, Object port) {
		return route(route).with("upstream.source-address=127.0.0.1", "upstream.source-port=" + port);
	}

	private static RouteSpec probing(String route, int port) {
		return from(route, port).with("upstream.health-check.interval=200ms", "upstream.health-check.fall=2");
	}

	private static ServerSocket taken(int port) throws IOException {
		ServerSocket taken = new ServerSocket();
		taken.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port));
		return taken;
	}

	@Test
	void sourcePortThatCannotBeHadIsNamed() throws IOException {
		int port = TestPorts.free(1);
		RouteSpec route = from("port-taken", port).to(this.servers.get("ports"));
		try (ServerSocket _ = taken(port); TestClient client = gateway.connect(route)) {
			client.expectEof();
			client.close();
			Closure closure = gateway.awaitClosure("port-taken", Side.INBOUND);
			assertThat(closure.reason()).isEqualTo(CloseReason.UPSTREAM_UNREACHABLE);
			assertThat(closure.detail()).contains(this.servers.get("ports").address())
				.contains("port " + port)
				.contains("Address already in use");
			// It is not the target's fault.
			assertThat(gateway.targetState("port-taken", 0)).isEqualTo("UNKNOWN");
		}
	}

	@Test
	void sourcePortOfAConnectionThatIsNotOverIsNamed() {
		int port = TestPorts.free(1);
		try (TestClient first = gateway.connect(from("port-kept", port).to(this.servers.get("ports")))) {
			assertThat(who(first)).isEqualTo("ports");
			try (TestClient second = gateway.connect("port-kept")) {
				second.expectEof();
			}
			Closure closure = gateway.awaitClosure("port-kept", Side.INBOUND);
			assertThat(closure.reason()).isEqualTo(CloseReason.UPSTREAM_UNREACHABLE);
			assertThat(closure.detail()).contains("port " + port).contains("is not over yet");
			first.sendLine("bye");
			first.expectEof();
		}
	}

	@ParameterizedTest
	@CsvSource({ "itself, session", "itself-pooled, request-reply" })
	void connectionToItselfIsARefusedOne(String route, String mode) {
		int itself = TestPorts.free(1);
		RouteSpec leadingBack = from(route, itself).with("mode=" + mode).to("127.0.0.1:" + itself);
		try (TestClient client = gateway.connect(leadingBack)) {
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
		int itself = TestPorts.free(1);
		gateway.configure(probing("itself-probed", itself).to("127.0.0.1:" + itself));
		Gateway.await("down", () -> Optional.of(gateway.targetState("itself-probed", 0)).filter("DOWN"::equals));
	}

	@Test
	void probesLeaveTheSourcePortToConnections() {
		int port = TestPorts.free(1);
		gateway.configure(probing("port-probed", port).to(this.servers.get("ports")));
		Gateway.await("a good probe", () -> Optional.of(gateway.targetState("port-probed", 0)).filter("UP"::equals));
		// A port that is remembered for an ended connection is not free to a listener.
		Gateway.await("the port to be free", () -> TestPorts.isFree(port) ? Optional.of(port) : Optional.empty());
		try (TestClient client = gateway.connect("port-probed")) {
			assertThat(who(client)).isEqualTo("ports");
			client.sendLine("bye");
			client.expectEof();
		}
	}

	@Test
	void everyPortOfARangeThatCanBeHadIsFound() throws IOException {
		int count = 64;
		int first = TestPorts.free(count);
		String range = first + "-" + (first + count - 1);
		List<Integer> free = new ArrayList<>();
		List<ServerSocket> taken = new ArrayList<>();
		try {
			for (int port = first; port < first + count; port++) {
				if ((port - first) % 16 == 15) {
					free.add(port);
				}
				else {
					taken.add(taken(port));
				}
			}
			gateway.configure(from("port-range", range).to(this.servers.get("ports")));
			for (int round = 0; round < 10; round++) {
				useAll(free);
			}
		}
		finally {
			for (ServerSocket socket : taken) {
				socket.close();
			}
		}
		assertThat(gateway.closures("port-range")).filteredOn((closure) -> closure.side() == Side.INBOUND)
			.extracting(Closure::detail)
			.filteredOn((detail) -> detail.contains("from source address") && detail.contains("port " + range))
			.hasSize(10);
	}

	private static void useAll(List<Integer> free) {
		// At the same time: what one connect tries must not keep another from trying it.
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
		Gateway.await("them to be closed", () -> Optional.of(gateway.connections("port-range")).filter(List::isEmpty));
	}

}
