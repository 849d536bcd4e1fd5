package io.framegate.relay;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

import io.framegate.closure.Cause;
import io.framegate.closure.CloseReason;
import io.framegate.closure.Side;
import io.framegate.connection.ConnectionState;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.GatewayBuilder;
import io.framegate.testkit.RouteSpec;
import io.framegate.testkit.TestCertificates;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestSocket;
import io.framegate.testkit.TestUpstream;
import io.framegate.testkit.TestUpstreams;
import io.framegate.transport.MemoryBudget;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static io.framegate.testkit.RouteSpec.route;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Empty frames that the gateway answers itself: polls of clients and of servers. The
 * framing is that of American Express, a length that counts itself, where a length of 0
 * is a poll.
 */
class EmptyFramesTests {

	private static final byte[] POLL = { 0, 0 };

	private static final TestCertificates CA = TestCertificates.authority("CN=Test CA");

	private static final TestCertificates.Identity EDGE = CA.issue("CN=edge", "dns:localhost", "ip:127.0.0.1");

	@TempDir
	private static Path directory;

	private static Gateway gateway;

	@AutoClose
	private final TestUpstreams servers = new TestUpstreams();

	@BeforeAll
	static void start() {
		gateway = GatewayBuilder.routes().with(EDGE.bundle("edge", directory)).start();
	}

	@AfterAll
	static void stop() {
		gateway.close();
	}

	private static RouteSpec amex(String name) {
		return route(name).framing("amex", "amex");
	}

	private static void send(TestSocket peer, String payload) {
		byte[] bytes = ("??" + payload).getBytes(StandardCharsets.ISO_8859_1);
		bytes[0] = (byte) (bytes.length >> Byte.SIZE);
		bytes[1] = (byte) bytes.length;
		peer.send(bytes);
	}

	private static String read(TestSocket peer) {
		byte[] length = peer.readExactly(2);
		int rest = ((length[0] & 0xFF) << Byte.SIZE | length[1] & 0xFF) - 2;
		return (rest < 0) ? "poll" : new String(peer.readExactly(rest), StandardCharsets.ISO_8859_1);
	}

	/** Answers each frame, as it was asked in lower case. */
	private TestUpstream echo() {
		return this.servers.handling((peer) -> {
			while (true) {
				send(peer, "re " + read(peer));
			}
		});
	}

	/**
	 * Polls at once and before each reply. Its polls' answers may come after a request.
	 */
	private TestUpstream pollingEcho() {
		return this.servers.handling((peer) -> {
			peer.send(POLL);
			while (true) {
				String frame = read(peer);
				if (!frame.equals("poll")) {
					peer.send(POLL);
					send(peer, "re " + frame);
				}
			}
		});
	}

	private static double polls(String route, Side side) {
		return gateway.metric("framegate_polls_total{route=\"%s\",side=\"%s\"}".formatted(route, side.label()));
	}

	@ParameterizedTest
	@ValueSource(strings = { "session", "exclusive", "ordered" })
	void pollsOfBothSidesAreAnsweredAndReachNobody(String mode) {
		TestUpstream server = pollingEcho();
		RouteSpec route = amex("p-" + mode).to(server);
		RouteSpec spec = switch (mode) {
			case "session" -> route;
			case "exclusive" -> route.pooled();
			default -> route.ordered();
		};
		try (TestClient client = gateway.connect(spec)) {
			client.send(POLL);
			assertThat(read(client)).isEqualTo("poll");
			for (String frame : new String[] { "A", "B" }) {
				send(client, frame);
				assertThat(read(client)).isEqualTo("re " + frame);
				client.send(POLL);
				assertThat(read(client)).isEqualTo("poll");
			}
			assertThat(polls(spec.name(), Side.INBOUND)).isEqualTo(3);
			assertThat(polls(spec.name(), Side.UPSTREAM)).isEqualTo(server.connections().size() + 2);
			assertThat(gateway.route(spec.name()).metrics().framesIn()).isEqualTo(2);
			Gateway.await("frames out",
					() -> Optional.of(gateway.route(spec.name()).metrics().framesOut()).filter((count) -> count == 2));
			assertThat(gateway.closures(spec.name())).as("nothing is poisoned").isEmpty();
		}
	}

	@Test
	void correlatedLinkIsPolled() {
		TestUpstream server = this.servers.handling((peer) -> {
			peer.send(POLL);
			String first = read(peer);
			while (true) {
				String frame = first.equals("poll") ? read(peer) : first;
				first = "poll";
				if (!frame.equals("poll")) {
					send(peer, frame);
				}
				peer.send(POLL);
			}
		});
		RouteSpec route = amex("p-correlated").correlated("offset=0", "length=2").to(server);
		try (TestClient client = gateway.connect(route)) {
			for (int i = 10; i < 20; i++) {
				send(client, i + " hello");
				assertThat(read(client)).isEqualTo(i + " hello");
			}
			Gateway.await("its polls",
					() -> Optional.of(polls(route.name(), Side.UPSTREAM)).filter((count) -> count >= 10));
			assertThat(gateway.closures(route.name())).isEmpty();
		}
	}

	@Test
	void serverThatOnlyReceivesIsAnsweredToo() {
		TestUpstream server = this.servers.handling((peer) -> {
			assertThat(read(peer)).isEqualTo("A");
			send(peer, "nobody wants this");
			peer.send(POLL);
			assertThat(read(peer)).isEqualTo("poll");
			assertThat(read(peer)).isEqualTo("B");
			peer.awaitEof();
		});
		RouteSpec route = amex("p-one-way").with("mode=one-way").to(server);
		try (TestClient client = gateway.connect(route)) {
			send(client, "A");
			Gateway.await("a poll", () -> Optional.of(polls("p-one-way", Side.UPSTREAM)).filter((count) -> count == 1));
			send(client, "B");
			client.send(POLL);
			assertThat(read(client)).isEqualTo("poll");
			client.halfClose();
			client.expectEof();
		}
		assertThat(gateway.awaitClosure("p-one-way", Side.INBOUND).reason()).isEqualTo(CloseReason.INBOUND_EOF);
		gateway.configure(route("other").to(server));
		server.connections()
			.forEach((peer) -> Gateway.await("the script's end",
					() -> peer.isEnded() ? Optional.of(true) : Optional.empty()));
		assertThat(server.connections()).as("one link is used").anyMatch((peer) -> peer.failure() == null);
	}

	@Test
	void pollsKeepAConnectionFromBeingIdle() {
		RouteSpec route = amex("p-idle").with("timeouts.idle=1s").to(echo());
		try (TestClient client = gateway.connect(route)) {
			long begun = System.nanoTime();
			while (System.nanoTime() - begun < 2_500_000_000L) {
				client.send(POLL);
				assertThat(read(client)).isEqualTo("poll");
			}
			assertThat(gateway.closures("p-idle")).isEmpty();
			client.expectEof();
			assertThat(gateway.awaitClosure("p-idle", Side.INBOUND).reason()).isEqualTo(CloseReason.IDLE_TIMEOUT);
		}
	}

	/** Its answers would fill the memory. */
	@Test
	void whoPollsForEverAndReadsNothingIsNotRead() throws InterruptedException {
		RouteSpec route = amex("p-endless").with("timeouts.write=0").to(echo());
		try (TestClient client = gateway.connect(route).within(Duration.ofSeconds(60))) {
			byte[] many = new byte[64 * 1024];
			long[] sent = { 0 };
			Thread sender = Thread.ofVirtual().start(() -> {
				// Until the answers to all of them are read.
				for (int i = 0; i < 400; i++) {
					client.send(many);
					sent[0] += many.length;
				}
			});
			Gateway.await("a peer that is not read",
					() -> gateway.connections("p-endless")
						.stream()
						.filter((each) -> each.side() == Side.INBOUND && each.pendingBytes() > 0)
						.findAny());
			long before = -1;
			long now = gateway.connections("p-endless").getFirst().bytesIn();
			while (before != now) {
				before = now;
				gateway.get("/actuator/connections?route=p-endless");
				now = gateway.connections("p-endless").stream().mapToLong((each) -> each.bytesIn()).sum();
			}
			assertThat(gateway.bean(MemoryBudget.class).used()).isLessThan(4_000_000);
			long total = 400L * many.length;
			long read = 0;
			while (read < total) {
				byte[] some = client.readSome();
				for (byte one : some) {
					assertThat(one).isZero();
				}
				read += some.length;
			}
			sender.join();
			assertThat(read).isEqualTo(sent[0]);
			Gateway.await("all polls",
					() -> Optional.of(polls("p-endless", Side.INBOUND)).filter((count) -> count == total / 2));
			send(client, "A");
			assertThat(read(client)).isEqualTo("re A");
		}
	}

	/** The server's FIN was passed on, so nothing can be written to the client. */
	@Test
	void nothingIsAnsweredAfterOurFin() {
		TestUpstream server = this.servers.handling((peer) -> {
			peer.halfClose();
			assertThat(read(peer)).isEqualTo("A");
			assertThat(read(peer)).isEqualTo("B");
			peer.awaitEof();
		});
		RouteSpec route = amex("p-fin").to(server);
		try (TestClient client = gateway.connect(route)) {
			client.expectEof();
			client.send(POLL);
			send(client, "A");
			client.send(POLL);
			send(client, "B");
			client.halfClose();
			assertThat(gateway.awaitClosure("p-fin", Side.INBOUND).reason().isNormalEnd()).isTrue();
			assertThat(gateway.awaitClosure("p-fin", Side.INBOUND).undelivered().frames()).isZero();
			assertThat(polls("p-fin", Side.INBOUND)).isEqualTo(2);
		}
	}

	/** Before the client's FIN there was a poll, which is still answered. */
	@Test
	void pollBeforeFinIsAnswered() {
		try (TestClient client = gateway.connect(amex("p-half").pooled().to(echo()))) {
			byte[] both = { 0, 3, 'A', 0, 0 };
			client.send(both);
			client.halfClose();
			assertThat(new String[] { read(client), read(client) }).containsExactlyInAnyOrder("re A", "poll");
			client.expectEof();
		}
	}

	@Test
	void drainedClientIsAnsweredUntilItsReplyCame() throws InterruptedException {
		CountDownLatch reply = new CountDownLatch(1);
		TestUpstream server = this.servers.handling((peer) -> {
			String frame = read(peer);
			reply.await();
			send(peer, "re " + frame);
			peer.awaitEof();
		});
		try (TestClient client = gateway.connect(amex("p-drain").pooled().to(server))) {
			send(client, "A");
			Gateway.await("the request",
					() -> gateway.connections("p-drain")
						.stream()
						.filter((each) -> each.side() == Side.UPSTREAM && each.framesOut() == 1)
						.findAny());
			gateway.route("p-drain").drain(Cause.byGateway(CloseReason.ROUTE_DRAIN, "a test drains it"));
			Gateway.await("a drain",
					() -> gateway.connections("p-drain")
						.stream()
						.filter((each) -> each.state() == ConnectionState.DRAINING)
						.findAny());
			client.send(POLL);
			assertThat(read(client)).isEqualTo("poll");
			reply.countDown();
			assertThat(read(client)).isEqualTo("re A");
			client.expectEof();
		}
	}

	@Test
	void pollsAreAnsweredUnderTls() {
		gateway.configure(amex("p-tls").with("listen.tls.bundle=edge").to(pollingEcho()));
		try (TestClient client = TestClient.connect(gateway.port("p-tls"), CA.trusting(), (tls) -> {
		})) {
			client.send(POLL);
			assertThat(read(client)).isEqualTo("poll");
			send(client, "A");
			client.send(POLL);
			assertThat(new String[] { read(client), read(client) }).containsExactlyInAnyOrder("re A", "poll");
		}
	}

	@Test
	void ignoredEmptyFramesGoNowhere() {
		RouteSpec route = route("p-ignored").framing("jt808", "lf").to(this.servers.handling((peer) -> {
			assertThat(new String(peer.readExactly(2), StandardCharsets.ISO_8859_1)).isEqualTo("A\n");
			peer.send("B\n");
			peer.awaitEof();
		}));
		try (TestClient client = gateway.connect(route)) {
			client.send(new byte[] { 0x7E, 0x7E, 0x7E, 'A', 0x7E });
			assertThat(client.readExactly(3)).containsExactly(0x7E, 'B', 0x7E);
			assertThat(polls("p-ignored", Side.INBOUND)).isEqualTo(1);
		}
	}

}
