package io.framegate.inbound;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

import io.framegate.testkit.Gateway;
import io.framegate.testkit.GatewayProcess;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestUpstream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a listener's faults do to a whole process.
 */
@EnabledOnOs(OS.LINUX)
class ListenerProcessTests {

	@Test
	void portInUseEndsTheProcessAndNamesRouteAddressAndPort() throws IOException {
		try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
			int port = other.getLocalPort();
			try (GatewayProcess gateway = GatewayProcess.start(1000,
					Gateway.route("orders", "crlf", "crlf", "127.0.0.1:7", "listen.port=" + port))) {
				assertThat(gateway.awaitExit()).isEqualTo(1);
				assertThat(gateway.output()).contains("APPLICATION FAILED TO START")
					.contains("Route 'orders' cannot listen on 127.0.0.1 port " + port + ": Address already in use.")
					.contains("framegate.routes.orders.listen.port (0 for any free one)");
			}
		}
	}

	/** Each of them takes one descriptor, and no other for a server. */
	@Test
	void clientsLeaveDescriptorsForProbes() {
		int descriptors = 250;
		try (TestUpstream server = TestUpstream.lineEcho();
				GatewayProcess gateway = GatewayProcess.start(descriptors, Gateway.route("s", "crlf", "crlf",
						server.address(), "mode=request-reply", "upstream.sharing=ordered"))) {
			int port = gateway.port("s");
			List<TestClient> crowd = IntStream.range(0, descriptors).mapToObj((i) -> TestClient.connect(port)).toList();
			gateway.awaitOutput("Route 's' cannot accept connections and will retry in a second: Too many open files");
			for (int i = 0; i < 3; i++) {
				assertThat(gateway.get("/actuator/health/liveness").statusCode()).as("a probe").isEqualTo(200);
			}
			assertThat(echo(crowd.getFirst())).isEqualTo("hello");
			crowd.forEach(TestClient::close);
		}
	}

	@Test
	void outOfDescriptorsThoseInsideGoOnAndOthersComeInLater() {
		int descriptors = 250;
		try (TestUpstream server = TestUpstream.lineEcho();
				GatewayProcess gateway = GatewayProcess.start(descriptors,
						Gateway.route("s", "crlf", "crlf", server.address()))) {
			int port = gateway.port("s");
			try (TestClient inside = TestClient.connect(port)) {
				assertThat(echo(inside)).isEqualTo("hello");
				// A session takes two.
				List<TestClient> crowd = IntStream.range(0, descriptors / 2)
					.mapToObj((i) -> TestClient.connect(port))
					.toList();
				gateway
					.awaitOutput("Route 's' cannot accept connections and will retry in a second: Too many open files");
				assertThat(echo(inside)).isEqualTo("hello");
				for (int i = 0; i < 3; i++) {
					assertThat(gateway.get("/actuator/health/readiness").statusCode()).as("a probe").isEqualTo(200);
				}
				crowd.forEach(TestClient::close);
				// Until the descriptors of all others are free, it may be turned away.
				Gateway.await("a late client's echo", () -> lateEcho(port));
				assertThat(echo(inside)).isEqualTo("hello");
			}
			assertThat(gateway.output()).doesNotContain("\tat ");
			gateway.terminate();
			assertThat(gateway.awaitExit()).isEqualTo(143);
		}
	}

	private static Optional<String> lateEcho(int port) {
		try (TestClient late = TestClient.connect(port)) {
			late.sendLine("hello");
			return Optional.ofNullable(late.readLineOrEof());
		}
	}

	private static String echo(TestClient client) {
		client.sendLine("hello");
		return client.readLine();
	}

}
