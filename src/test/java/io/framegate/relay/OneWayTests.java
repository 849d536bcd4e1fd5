package io.framegate.relay;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

import io.framegate.closure.Cause;
import io.framegate.closure.CloseReason;
import io.framegate.closure.Closure;
import io.framegate.closure.EndedBy;
import io.framegate.closure.Side;
import io.framegate.connection.FrameConnection;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.GatewayBuilder;
import io.framegate.testkit.Peer;
import io.framegate.testkit.RouteSpec;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestPorts;
import io.framegate.testkit.TestUpstream;
import io.framegate.testkit.TestUpstreams;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static io.framegate.testkit.RouteSpec.route;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * One-way mode: what was taken arrives, in order, or is counted.
 */
@Timeout(60)
class OneWayTests {

	@AutoClose
	private static Gateway gateway;

	@AutoClose
	private final TestUpstreams servers = new TestUpstreams();

	@BeforeAll
	static void start() {
		gateway = GatewayBuilder.routes().start();
	}

	private static RouteSpec oneWay(String name) {
		return route(name).with("mode=one-way");
	}

	@Test
	void framesOfOneClientKeepToOneConnectionAndTheirOrder() throws Exception {
		TestUpstream spread = this.servers.sink();
		TestUpstream spread2 = this.servers.sink();
		gateway.configure(oneWay("spread").with("upstream.pool.max-connections=4").to(spread, spread2));
		int clients = 8;
		int frames = 2000;
		CompletableFuture.allOf(IntStream.range(0, clients).mapToObj((number) -> CompletableFuture.runAsync(() -> {
			try (TestClient client = gateway.connect("spread")) {
				for (int i = 0; i < frames; i++) {
					client.sendLine("client " + number + " frame " + i);
				}
				client.halfClose();
				client.expectEof();
			}
		})).toArray(CompletableFuture<?>[]::new)).get();
		List<Peer> peers = new ArrayList<>(spread.connections());
		peers.addAll(spread2.connections());
		Gateway.await("all frames",
				() -> Optional.of(peers.stream().mapToLong((peer) -> text(peer).lines().count()).sum())
					.filter((count) -> count == clients * frames));
		for (int number = 0; number < clients; number++) {
			String prefix = "client " + number + " ";
			List<List<String>> places = peers.stream()
				.map((peer) -> text(peer).lines().filter((line) -> line.startsWith(prefix)).toList())
				.filter((lines) -> !lines.isEmpty())
				.toList();
			assertThat(places).singleElement()
				.isEqualTo(IntStream.range(0, frames).mapToObj((i) -> prefix + "frame " + i).toList());
		}
		assertThat(peers).filteredOn((peer) -> peer.receivedCount() > 0).hasSizeGreaterThan(1);
	}

	private static String text(Peer peer) {
		return new String(peer.received(), StandardCharsets.UTF_8);
	}

	@Test
	void whatTheServerSaysIsDroppedHoweverLong() {
		TestUpstream chatty = this.servers.handling((peer) -> {
			peer.send("x".repeat(200_000));
			peer.awaitEof();
		});
		try (TestClient client = gateway.connect(oneWay("chatty").to(chatty))) {
			client.sendLine("one");
			Gateway.await("its chatter to be read",
					() -> gateway.connections("chatty")
						.stream()
						.filter((connection) -> connection.bytesIn() == 200_000)
						.findFirst());
			client.sendLine("two");
			client.halfClose();
			client.expectEof();
			Gateway.await("both frames",
					() -> chatty.connections()
						.stream()
						.filter((peer) -> text(peer).equals("one\r\ntwo\r\n"))
						.findFirst());
			assertThat(gateway.closures("chatty")).allMatch((closure) -> closure.side() == Side.INBOUND);
		}
	}

	@Test
	void serverThatOnlyListensIsNoFault() {
		TestUpstream deaf = this.servers.handling((peer) -> {
			peer.halfClose();
			peer.awaitEof();
		});
		gateway.configure(oneWay("deaf").with("upstream.pool.max-connections=1").to(deaf));
		deaf.awaitConnections(1);
		Gateway.await("its FIN",
				() -> gateway.connections("deaf").stream().filter(FrameConnection::isInputEnded).findFirst());
		try (TestClient client = gateway.connect("deaf")) {
			for (int i = 0; i < 100; i++) {
				client.sendLine("frame " + i);
			}
			client.halfClose();
			client.expectEof();
		}
		Gateway.await("all frames",
				() -> Optional.of(text(deaf.connections().getFirst())).filter((all) -> all.contains("frame 99\r\n")));
		assertThat(deaf.connections()).hasSize(1);
		assertThat(gateway.closures("deaf")).allMatch((closure) -> closure.side() == Side.INBOUND);
	}

	@Test
	void serverThatLeavesLosesNothingAndIsNotSaidToReset() {
		TestUpstream leaving = this.servers.handling((peer) -> {
			for (String line = peer.readLineOrEof(); line != null && !line.equals("bye"); line = peer.readLineOrEof()) {
				peer.send("");
			}
		});
		gateway.configure(oneWay("leaving").with("upstream.pool.max-connections=1").to(leaving));
		leaving.awaitConnections(1);
		// Longer than a connection that is of no use.
		Endings.awaitMillis(1200);
		try (TestClient client = gateway.connect("leaving")) {
			client.sendLine("bye");
			Closure closure = gateway.awaitClosure("leaving", Side.UPSTREAM);
			assertThat(closure.reason()).isEqualTo(CloseReason.UPSTREAM_EOF);
			leaving.awaitConnections(2);
			client.sendLine("and on");
			Gateway.await("the next frame",
					() -> Optional.of(text(leaving.connections().getLast())).filter("and on\r\n"::equals));
		}
	}

	@Test
	void countsAreExactWhenTheServerDiesAgainAndAgain() {
		TestUpstream dying = this.servers.handling((peer) -> {
			peer.readExactly(100_000);
			peer.reset();
		});
		int frames = 50_000;
		try (TestClient client = gateway.connect(oneWay("dying").to(dying)).within(Duration.ofSeconds(30))) {
			boolean whole = sendAll(client, frames);
			client.readAll();
			gateway.awaitClosure("dying", Side.INBOUND);
			FrameCounts counts = FrameCounts.of("dying");
			assertThat(counts.in).isLessThanOrEqualTo(frames);
			if (whole) {
				assertThat(counts.in).isEqualTo(frames);
			}
			long taken = gateway.closures("dying")
				.stream()
				.filter((closure) -> closure.side() == Side.UPSTREAM)
				.mapToLong(Closure::framesOut)
				.sum()
					+ gateway.connections("dying")
						.stream()
						.filter((connection) -> connection.side() == Side.UPSTREAM)
						.mapToLong(FrameConnection::framesOut)
						.sum();
			assertThat(taken + counts.undelivered).isEqualTo(counts.in);
			assertThat(dying.connections()).hasSizeGreaterThan(1);
		}
	}

	private static boolean sendAll(TestClient client, int frames) {
		try {
			for (int i = 0; i < frames; i += 100) {
				client.send("0123456789012345678\r\n".repeat(100));
			}
			client.halfClose();
			return true;
		}
		catch (java.io.UncheckedIOException ex) {
			return false;
		}
	}

	/** RST; where the thread that sends is told of it first, this one gets EOF. */
	private static void awaitEnd(TestClient client) {
		try {
			client.readAll();
		}
		catch (AssertionError ex) {
			assertThat(ex).hasMessageContaining("reset");
		}
	}

	@Test
	void whileNoServerCanBeHadTheClientWaitsAndIsThenTold() {
		RouteSpec absent = oneWay("absent").with("upstream.pool.max-wait=1s").to("127.0.0.1:" + TestPorts.refused());
		try (TestClient client = gateway.connect(absent).within(Duration.ofSeconds(30))) {
			Thread.ofVirtual().start(() -> sendAll(client, 1_000_000));
			FrameConnection connection = Gateway.await("backpressure",
					() -> gateway.connections("absent")
						.stream()
						.filter((one) -> one.side() == Side.INBOUND && one.handler().inFlight() > 0)
						.findFirst());
			assertThat(connection.handler().inFlight()).isLessThanOrEqualTo(256);
			awaitEnd(client);
			client.close();
			Closure closure = gateway.awaitClosure("absent", Side.INBOUND);
			assertThat(closure.reason()).isEqualTo(CloseReason.UPSTREAM_REFUSED);
			assertThat(closure.undelivered().frames()).isEqualTo(closure.framesIn());
			assertThat(FrameCounts.of("absent").undelivered).isEqualTo(closure.framesIn());
		}
	}

	@Test
	void serverThatReadsNothingHoldsItsClientsBack() {
		RouteSpec slow = oneWay("slow").with("timeouts.write=1s").to(this.servers.silent());
		try (TestClient client = gateway.connect(slow).within(Duration.ofSeconds(30))) {
			Thread.ofVirtual().start(() -> sendAll(client, 10_000_000));
			awaitEnd(client);
			client.close();
			Closure closure = gateway.awaitClosure("slow", Side.INBOUND);
			assertThat(closure.reason()).isEqualTo(CloseReason.WRITE_TIMEOUT);
			long taken = gateway.closures("slow")
				.stream()
				.filter((one) -> one.side() == Side.UPSTREAM)
				.mapToLong(Closure::framesOut)
				.sum();
			assertThat(taken + closure.undelivered().frames()).isEqualTo(closure.framesIn());
		}
	}

	@Test
	void blockingHandlerDoesNotUndoBackpressure() {
		RouteSpec blocking = oneWay("blocking").with("timeouts.write=0", "handler=blocking").to(this.servers.silent());
		try (TestClient client = gateway.connect(blocking)) {
			Thread.ofVirtual().start(() -> sendAll(client, 10_000_000));
			FrameConnection connection = Gateway.await("backpressure",
					() -> gateway.connections("blocking")
						.stream()
						.filter((one) -> one.side() == Side.INBOUND && one.handler().inFlight() >= 256)
						.findFirst());
			long[] before = { -1 };
			Gateway.await("reading to stop", () -> {
				long now = connection.bytesIn();
				boolean still = now == before[0];
				before[0] = now;
				java.util.concurrent.locks.LockSupport.parkNanos(200_000_000);
				return still ? Optional.of(now) : Optional.empty();
			});
			// What is under way, what waits for the handler, and one read.
			assertThat(connection.handler().inFlight()).isLessThan(512);
			client.reset();
			gateway.connections("blocking")
				.forEach((one) -> one.execute(() -> one.close(Cause.byGateway(CloseReason.OPERATOR_ABORT, "test"))));
			gateway.awaitClosure("blocking", Side.INBOUND);
		}
	}

	@Test
	void drainDeliversWhatWasTaken() throws Exception {
		TestUpstream drained = this.servers.sink();
		try (TestClient client = gateway.connect(oneWay("drained").to(drained))) {
			Thread sender = Thread.ofVirtual().start(() -> sendAll(client, 1_000_000));
			Gateway.await("traffic",
					() -> Optional.of(gateway.route("drained").metrics().framesIn()).filter((count) -> count > 10_000));
			gateway.route("drained").drain(new Cause(CloseReason.ROUTE_DRAIN, EndedBy.OPERATOR, "test")).get();
			sender.join();
			Closure closure = gateway.awaitClosure("drained", Side.INBOUND);
			FrameCounts counts = FrameCounts.of("drained");
			assertThat(closure.framesIn()).isEqualTo(counts.in);
			drained.awaitEnded();
			long arrived = drained.connections().stream().mapToLong((peer) -> text(peer).lines().count()).sum();
			assertThat(arrived + counts.undelivered).isEqualTo(counts.in);
			assertThat(arrived).isGreaterThan(10_000);
		}
	}

	/**
	 * What the metrics say.
	 *
	 * @param in frames read from clients
	 * @param undelivered frames that reached nobody
	 */
	private record FrameCounts(long in, long undelivered) {

		static FrameCounts of(String route) {
			return new FrameCounts(
					(long) gateway.metric("framegate_frames_total{direction=\"in\",route=\"%s\"}".formatted(route)),
					(long) gateway.metric("framegate_frames_undelivered_total{route=\"%s\"}".formatted(route)));
		}

	}

}
