package io.framegate.inbound;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import io.framegate.closure.CloseReason;
import io.framegate.closure.Closure;
import io.framegate.closure.EndedBy;
import io.framegate.closure.Side;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.NeedsNativeSockets;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestUpstream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContextException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Listening, accepting and refusing.
 */
class ListenerTests {

	private static final int CROWD = 500;

	@ParameterizedTest
	@CsvSource(quoteCharacter = '"', textBlock = """
			192.0.2.1,       Cannot assign requested address
			no-such.invalid, unknown host no-such.invalid
			""")
	@ExtendWith(OutputCaptureExtension.class)
	void addressThatIsNotThisMachinesStopsTheStart(String address, String fault, CapturedOutput output) {
		assertThatThrownBy(
				() -> Gateway.start(Gateway.route("orders", "crlf", "crlf", "127.0.0.1:7", "listen.address=" + address))
					.close())
			.isInstanceOf(ApplicationContextException.class);
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("Route 'orders' cannot listen on " + address + " port 0: " + fault + ".")
			.contains("Give the route an address of this machine: framegate.routes.orders.listen.address");
	}

	@Test
	void portIsFreeWhenTheGatewayHasStopped() throws IOException {
		try (TestUpstream server = TestUpstream.lineEcho()) {
			int port;
			try (Gateway gateway = Gateway.start(Gateway.route("s", "crlf", "crlf", server.address()));
					TestClient client = gateway.connect("s")) {
				port = gateway.port("s");
				client.sendLine("hello");
				assertThat(client.readLine()).isEqualTo("hello");
			}
			try (ServerSocket next = new ServerSocket(port, 1, InetAddress.getByName("127.0.0.1"))) {
				assertThat(next.isBound()).isTrue();
			}
		}
	}

	@Test
	void connectionBeyondTheLimitIsClosedAndCounted() {
		try (TestUpstream server = TestUpstream.lineEcho();
				Gateway gateway = Gateway
					.start(Gateway.route("s", "crlf", "crlf", server.address(), "listen.max-connections=2"));
				TestClient first = gateway.connect("s");
				TestClient second = gateway.connect("s")) {
			assertThat(echo(first)).isEqualTo("hello");
			assertThat(echo(second)).isEqualTo("hello");
			try (TestClient third = gateway.connect("s")) {
				third.expectEof();
			}
			Closure closure = gateway.awaitClosure("s", Side.INBOUND);
			assertThat(closure.reason()).isEqualTo(CloseReason.LIMIT_CONNECTIONS);
			assertThat(closure.endedBy()).isEqualTo(EndedBy.GATEWAY);
			assertThat(closure.detail()).contains("max-connections (2)");
			assertThat(gateway.metric("framegate_accepts_refused_total{reason=\"limit-connections\",route=\"s\"}"))
				.isEqualTo(1);
			assertThat(gateway.metric("framegate_connections_active{route=\"s\",side=\"inbound\"}")).isEqualTo(2);
			assertThat(server.connections()).hasSize(2);
			assertThat(echo(first)).isEqualTo("hello");
			second.close();
			Gateway.await("room", () -> (gateway.connections("s").size() == 2) ? Optional.of(1) : Optional.empty());
			try (TestClient fourth = gateway.connect("s")) {
				assertThat(echo(fourth)).isEqualTo("hello");
			}
		}
	}

	/** A close with what was not read would reset them. */
	@Test
	void clientsBeyondTheLimitGetFinThoughTheySendAtOnce() {
		try (TestUpstream server = TestUpstream.lineEcho();
				Gateway gateway = Gateway
					.start(Gateway.route("s", "crlf", "crlf", server.address(), "listen.max-connections=1"));
				TestClient first = gateway.connect("s")) {
			assertThat(echo(first)).isEqualTo("hello");
			List<TestClient> more = IntStream.range(0, 50).mapToObj((i) -> gateway.connect("s")).toList();
			for (TestClient client : more) {
				client.sendLine("hello");
				client.sendLine("hello");
				client.expectEof();
			}
			assertThat(gateway.route("s").metrics().active(Side.INBOUND)).isEqualTo(1);
			assertThat(gateway.metric("framegate_accepts_refused_total{reason=\"limit-connections\",route=\"s\"}"))
				.isEqualTo(50);
			first.close();
			gateway.awaitNoConnections("s");
			// Those who have not closed yet take nobody's place.
			try (TestClient next = gateway.connect("s")) {
				assertThat(echo(next)).isEqualTo("hello");
			}
			more.forEach(TestClient::close);
		}
	}

	/**
	 * Each loop counts the clients that it refuses, while others ask how many there are.
	 */
	@Test
	void noneOfManyClientsAtOnceGetsInBeyondTheLimit() {
		try (TestUpstream server = TestUpstream.lineEcho();
				Gateway gateway = Gateway
					.start(Gateway.route("s", "crlf", "crlf", server.address(), "listen.max-connections=1"));
				TestClient first = gateway.connect("s")) {
			assertThat(echo(first)).isEqualTo("hello");
			int port = gateway.port("s");
			List<CompletableFuture<Void>> crowds = IntStream.range(0, 8)
				.mapToObj((i) -> CompletableFuture.runAsync(() -> {
					for (int each = 0; each < CROWD; each++) {
						TestClient.connect(port).close();
					}
				}, Thread::startVirtualThread))
				.toList();
			crowds.forEach(CompletableFuture::join);
			String refused = "framegate_accepts_refused_total{reason=\"limit-connections\",route=\"s\"}";
			Gateway.await("all to have come", () -> Optional.of(gateway.route("s").metrics().opened(Side.INBOUND))
				.filter((opened) -> opened == 8 * CROWD + 1));
			assertThat(gateway.metric(refused)).isEqualTo(8 * CROWD);
			assertThat(echo(first)).isEqualTo("hello");
		}
	}

	@Test
	void ipv4AddressTakesNoIpv6Client() throws IOException {
		try (ServerSocket loopback = new ServerSocket(0, 1, InetAddress.getByName("::1"))) {
			assertThat(loopback.isBound()).isTrue();
		}
		catch (IOException ex) {
			Assumptions.abort("no IPv6 here: " + ex.getMessage());
		}
		try (TestUpstream server = TestUpstream.lineEcho();
				Gateway gateway = Gateway
					.start(Gateway.route("s", "crlf", "crlf", server.address(), "listen.address=0.0.0.0"))) {
			try (TestClient client = gateway.connect("s")) {
				assertThat(echo(client)).isEqualTo("hello");
			}
			assertThatThrownBy(() -> {
				// With io_uring it is reset, because Netty has no IPv4 socket there.
				try (TestClient client = TestClient.connect("::1", gateway.port("s"))) {
					client.sendLine("hello");
					client.readLine();
				}
			}).hasMessageMatching("(?s).*(refused|reset|Broken pipe).*");
		}
	}

	/** Closing a listening socket resets what the kernel has completed and not given. */
	@Test
	@NeedsNativeSockets("drop the SYNs of new clients")
	void pauseUnderLoadResetsNobody() throws Exception {
		try (TestUpstream server = TestUpstream.lineEcho();
				Gateway gateway = Gateway.start(Gateway.route("s", "crlf", "crlf", server.address()))) {
			AtomicBoolean over = new AtomicBoolean();
			List<String> faults = new CopyOnWriteArrayList<>();
			AtomicInteger answered = new AtomicInteger();
			List<Thread> clients = IntStream.range(0, 12)
				.mapToObj((i) -> Thread.ofPlatform().start(() -> askUntil(over, gateway.port("s"), answered, faults)))
				.toList();
			for (int i = 0; i < 10; i++) {
				int before = answered.get();
				Gateway.await("load",
						() -> Optional.of(answered.get()).filter((now) -> now > before + 20 || !faults.isEmpty()));
				gateway.route("s").pause();
				gateway.route("s").resume();
			}
			over.set(true);
			for (Thread client : clients) {
				client.join();
			}
			assertThat(faults).isEmpty();
			assertThat(gateway.route("s").metrics().undelivered()).isZero();
		}
	}

	private static void askUntil(AtomicBoolean over, int port, AtomicInteger answered, List<String> faults) {
		while (!over.get()) {
			TestClient client;
			try {
				client = TestClient.connect(port);
			}
			catch (UncheckedIOException refused) {
				continue;
			}
			try (client) {
				if (echo(client).equals("hello")) {
					answered.incrementAndGet();
				}
			}
			catch (RuntimeException | AssertionError ex) {
				faults.add(String.valueOf(ex.getMessage()));
			}
		}
	}

	@Test
	void crowdLeavesNothingBehind() {
		int crowd = 300;
		try (TestUpstream server = TestUpstream.lineEcho();
				Gateway gateway = Gateway.start(Gateway.route("s", "crlf", "crlf", server.address()))) {
			List<TestClient> clients = IntStream.range(0, crowd).mapToObj((i) -> gateway.connect("s")).toList();
			clients.forEach((client) -> client.sendLine("hello"));
			clients.forEach((client) -> assertThat(client.readLine()).isEqualTo("hello"));
			clients.forEach(TestClient::close);
			assertNothingIsLeft(gateway, crowd);
			assertThat(gateway.closures("s")).hasSize(2 * crowd)
				.allSatisfy((closure) -> assertThat(closure.reason()).isEqualTo(CloseReason.INBOUND_EOF));
		}
	}

	@Test
	void thoseWhoComeAndGoAtOnceLeaveNothingBehind() {
		int crowd = 300;
		try (TestUpstream server = TestUpstream.lineEcho();
				Gateway gateway = Gateway.start(Gateway.route("s", "crlf", "crlf", server.address()))) {
			for (int i = 0; i < crowd; i++) {
				TestClient client = gateway.connect("s");
				switch (i % 4) {
					case 0 -> client.close();
					case 1 -> client.reset();
					case 2 -> {
						client.send("frag");
						client.reset();
					}
					default -> {
						client.sendLine("hello");
						client.close();
					}
				}
			}
			Gateway.await("all accepted", () -> (gateway.route("s").metrics().opened(Side.INBOUND) == crowd)
					? Optional.of(1) : Optional.empty());
			assertNothingIsLeft(gateway, crowd);
			server.awaitEnded();
		}
	}

	private static void assertNothingIsLeft(Gateway gateway, int inbound) {
		gateway.awaitNoConnections("s");
		for (Side side : Side.values()) {
			assertThat(gateway.metric("framegate_connections_active{route=\"s\",side=\"%s\"}".formatted(side.label())))
				.isZero();
			assertThat(gateway.route("s").metrics().opened(side)).isEqualTo(inbound);
			assertThat(gateway.route("s").metrics().closed(side)).isEqualTo(inbound);
		}
	}

	private static String echo(TestClient client) {
		client.sendLine("hello");
		return client.readLine();
	}

}
