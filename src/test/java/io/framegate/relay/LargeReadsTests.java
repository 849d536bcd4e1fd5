package io.framegate.relay;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;

import io.framegate.closure.CloseReason;
import io.framegate.closure.Closure;
import io.framegate.closure.Side;
import io.framegate.connection.FrameConnection;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.GatewayBuilder;
import io.framegate.testkit.NeedsNativeSockets;
import io.framegate.testkit.RouteSpec;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestUpstream;
import io.framegate.testkit.TestUpstreams;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Large frames of many clients at once: each client gets its own back, whatever comes
 * behind them.
 */
class LargeReadsTests {

	private static final int LARGE = 100_000;

	/** Empty frames that fit into the first window that a kernel gives. */
	private static final byte[] BEFORE = new byte[4 * 9000];

	private static final int CLIENTS = 20;

	private static final int ROUNDS = 30;

	private static final int MIXED = 200;

	/** Less than what a peer's kernel and the gateway have room for. */
	private static final int FRAMES = 10;

	@AutoClose
	private static Gateway gateway;

	@AutoClose
	private final TestUpstreams servers = new TestUpstreams();

	@BeforeAll
	static void start() {
		gateway = GatewayBuilder.routes().start();
	}

	private static RouteSpec large(String name) {
		return RouteSpec.route(name)
			.framing("length4", "length4")
			.with("listen.max-frame-size=1MB", "upstream.max-frame-size=1MB");
	}

	private static byte[] frame(int of) {
		byte[] frame = new byte[LARGE];
		Arrays.fill(frame, (byte) of);
		return frame;
	}

	private static void exchange(TestClient client, int rounds, int of) {
		for (int i = 0; i < rounds; i++) {
			client.sendLength4(frame(of + i));
			assertThat(client.readLength4()).isEqualTo(frame(of + i));
		}
	}

	private static FrameConnection live(String route, Side side) {
		return Gateway.await("a connection of " + route,
				() -> gateway.connections(route)
					.stream()
					.filter((connection) -> connection.side() == side && connection.peer() != null)
					.findFirst());
	}

	private static FrameConnection pause(String route, Side side) {
		FrameConnection connection = live(route, side);
		connection.loop().eventLoop().submit(connection::pause).syncUninterruptibly();
		return connection;
	}

	@Test
	void everyClientGetsItsOwnBytesBack() {
		gateway.configure(large("many").to(this.servers.add(TestUpstream.length4Echo())));
		List<CompletableFuture<Void>> all = IntStream.range(0, CLIENTS)
			.mapToObj((number) -> CompletableFuture.runAsync(() -> {
				try (TestClient client = TestClient.connect(gateway.port("many"))) {
					exchange(client, ROUNDS, number);
				}
			}, (task) -> Thread.ofVirtual().start(task)))
			.toList();
		all.forEach(CompletableFuture::join);
	}

	/** A reply must not be read before its request is known to be sent. */
	@Test
	void repliesOfLinksComeAfterTheirRequests() {
		gateway.configure(large("ordered").ordered().to(this.servers.add(TestUpstream.length4Echo())));
		List<CompletableFuture<Void>> all = IntStream.range(0, CLIENTS)
			.mapToObj((number) -> CompletableFuture.runAsync(() -> {
				try (TestClient client = TestClient.connect(gateway.port("ordered"))) {
					Thread sender = Thread.ofVirtual()
						.start(() -> IntStream.range(0, MIXED).forEach((i) -> client.sendLength4(part(number, i))));
					for (int i = 0; i < MIXED; i++) {
						assertThat(client.readLength4()).isEqualTo(part(number, i));
					}
					sender.join();
				}
				catch (InterruptedException ex) {
					throw new IllegalStateException(ex);
				}
			}, (task) -> Thread.ofVirtual().start(task)))
			.toList();
		all.forEach(CompletableFuture::join);
	}

	/** Frames of different sizes. */
	private static byte[] part(int of, int number) {
		return Arrays.copyOf(new byte[] { (byte) of, (byte) number }, 2 * LARGE >> (7 * of + number) % 13);
	}

	@Test
	void lastFramesComeBeforeFin() {
		TestUpstream last = this.servers.handling((peer) -> {
			peer.sendLength4(peer.readLength4());
			assertThat(peer.readLength4()).hasSize(LARGE);
			for (int i = 0; i < FRAMES; i++) {
				peer.sendLength4(frame(i));
			}
			peer.halfClose();
			assertThat(peer.readLength4()).isEqualTo(frame(FRAMES));
			assertThat(peer.readLength4OrEof()).isNull();
		});
		try (TestClient client = gateway.connect(large("fin").to(last))) {
			exchange(client, 1, 7);
			client.sendLength4(frame(0));
			for (int i = 0; i < FRAMES; i++) {
				assertThat(client.readLength4()).isEqualTo(frame(i));
			}
			client.expectEof();
			client.sendLength4(frame(FRAMES));
			client.halfClose();
		}
		last.awaitEnded();
		Closure closure = gateway.awaitClosure("fin", Side.INBOUND);
		assertThat(closure.reason()).isEqualTo(CloseReason.UPSTREAM_EOF);
		assertThat(closure.undelivered().frames()).isZero();
	}

	/** FIN comes while nobody reads. */
	@Test
	void pausedConnectionReadsUpToFin() {
		TestUpstream echo = this.servers.add(TestUpstream.length4Echo());
		try (TestClient client = gateway.connect(large("paused").to(echo))) {
			exchange(client, 3, 1);
			FrameConnection inbound = pause("paused", Side.INBOUND);
			client.sendLength4(frame(5));
			client.sendLength4(frame(6));
			client.halfClose();
			inbound.execute(inbound::resume);
			assertThat(client.readLength4()).isEqualTo(frame(5));
			assertThat(client.readLength4()).isEqualTo(frame(6));
			client.expectEof();
		}
		assertThat(gateway.awaitClosure("paused", Side.INBOUND).reason()).isEqualTo(CloseReason.INBOUND_EOF);
	}

	@Test
	@NeedsNativeSockets("report the reset of a peer that is not read")
	void allThatCameBeforeAResetIsReadAndThenTheReset() {
		CountDownLatch paused = new CountDownLatch(1);
		TestUpstream reset = this.servers.handling((peer) -> {
			for (int i = 0; i < 3; i++) {
				peer.sendLength4(peer.readLength4());
			}
			paused.await();
			peer.send(BEFORE);
			peer.reset();
		});
		try (TestClient client = gateway.connect(large("reset").to(reset))) {
			exchange(client, 3, 1);
			FrameConnection upstream = pause("reset", Side.UPSTREAM);
			paused.countDown();
			Gateway.await("the reset", () -> Optional.ofNullable(upstream.cause()));
			upstream.execute(upstream::resume);
			assertThat(client.readUntilReset()).isEqualTo(BEFORE);
		}
		assertThat(gateway.awaitClosure("reset", Side.UPSTREAM).reason()).isEqualTo(CloseReason.UPSTREAM_RESET);
	}

	/** A read ends before it, and no more input comes after what is behind it. */
	@Test
	void urgentDataHidesNothingBehindIt() {
		TestUpstream echo = this.servers.add(TestUpstream.length4Echo());
		try (TestClient client = gateway.connect(large("urgent").to(echo))) {
			exchange(client, 3, 1);
			CountDownLatch sent = new CountDownLatch(1);
			live("urgent", Side.INBOUND).loop().eventLoop().submit(() -> {
				sent.await();
				return null;
			});
			byte[] frame = ByteBuffer.allocate(4 + BEFORE.length).putInt(BEFORE.length).array();
			int middle = frame.length / 2;
			client.send(Arrays.copyOfRange(frame, 0, middle));
			client.sendUrgent('!');
			client.send(Arrays.copyOfRange(frame, middle, frame.length));
			sent.countDown();
			assertThat(client.readLength4()).isEqualTo(BEFORE);
		}
	}

	/** Again and again the server takes nothing for a while, so that reading pauses. */
	@Test
	void readingPausesAndGoesOn() {
		int frames = 300;
		CountDownLatch stuck = new CountDownLatch(1);
		TestUpstream slow = this.servers.handling((peer) -> {
			peer.sendLength4(peer.readLength4());
			stuck.await();
			for (int i = 0; i < frames; i++) {
				assertThat(peer.readLength4()).isEqualTo(frame(i));
			}
			peer.sendLength4(frame(1));
		});
		try (TestClient client = gateway.connect(large("slow").to(slow))) {
			exchange(client, 1, 1);
			Thread.ofVirtual().start(() -> IntStream.range(0, frames).forEach((i) -> client.sendLength4(frame(i))));
			FrameConnection upstream = live("slow", Side.UPSTREAM);
			Gateway.await("a full server", () -> Optional.of(upstream).filter((one) -> one.pendingBytes() > 0));
			stuck.countDown();
			assertThat(client.readLength4()).isEqualTo(frame(1));
		}
	}

	/** One that sends without end does not keep the loop from the others. */
	@Test
	void othersAreReadWhileSomeSendWithoutEnd() {
		gateway.configure(large("flood").to(this.servers.sink()),
				large("quiet").to(this.servers.add(TestUpstream.length4Echo())));
		List<TestClient> flooding = IntStream.range(0, 2 * Runtime.getRuntime().availableProcessors())
			.mapToObj((i) -> TestClient.connect(gateway.port("flood")))
			.toList();
		flooding.forEach((one) -> Thread.ofVirtual().start(() -> flood(one)));
		try (TestClient client = TestClient.connect(gateway.port("quiet"))) {
			Gateway.await("a flood", () -> Optional.of(gateway.connections("flood"))
				.filter((all) -> all.stream().filter((one) -> one.bytesIn() > 50L * LARGE).count() >= flooding.size()));
			exchange(client, 5, 1);
		}
		finally {
			flooding.forEach(TestClient::close);
		}
	}

	private static void flood(TestClient client) {
		try {
			while (true) {
				client.sendLength4(frame(3));
			}
		}
		catch (RuntimeException ex) {
			// The test is over.
		}
	}

	@Test
	void closeWhileManyReadLeavesNothing() {
		gateway.configure(large("closing").to(this.servers.add(TestUpstream.length4Echo())));
		List<TestClient> clients = IntStream.range(0, CLIENTS)
			.mapToObj((i) -> TestClient.connect(gateway.port("closing")))
			.toList();
		clients.forEach((client) -> exchange(client, 2, 1));
		for (TestClient client : clients) {
			client.send(Arrays.copyOf(new byte[] { 0, 1 }, LARGE / 2));
			client.close();
		}
		gateway.awaitNoConnections("closing");
	}

}
