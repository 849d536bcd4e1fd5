package io.framegate.relay;

import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

import io.framegate.closure.Cause;
import io.framegate.closure.CloseReason;
import io.framegate.closure.Closure;
import io.framegate.closure.EndedBy;
import io.framegate.closure.Side;
import io.framegate.connection.FrameConnection;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.GatewayBuilder;
import io.framegate.testkit.NeedsNativeSockets;
import io.framegate.testkit.Peer;
import io.framegate.testkit.RouteSpec;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestSocket;
import io.framegate.testkit.TestUpstream;
import io.framegate.testkit.TestUpstreams;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import static io.framegate.testkit.RouteSpec.route;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * A peer that resets its connection: what it had sent before still reaches the other
 * side, and the end does not look whole there.
 */
class ResetTests {

	/** Fits into the first window that a kernel gives, so that all is acknowledged. */
	private static final String BEFORE = "0123456789\r\n".repeat(3000);

	/**
	 * More than a peer's kernel takes at first, and less than the gateway's has room for.
	 */
	private static final int MUCH = 1_500_000;

	@AutoClose
	private static Gateway gateway;

	@AutoClose
	private final TestUpstreams servers = new TestUpstreams();

	/** Does what the test does with it. */
	private final TestUpstream mute = this.servers.silent();

	@BeforeAll
	static void start() {
		gateway = GatewayBuilder.routes().start();
	}

	private Peer serverOf(String route) {
		FrameConnection upstream = live(route, Side.UPSTREAM);
		return Gateway.await("the server of " + route,
				() -> this.mute.connections()
					.stream()
					.filter((peer) -> upstream.local() != null && peer.remotePort() == upstream.local().getPort())
					.findFirst());
	}

	private static FrameConnection live(String route, Side side) {
		return Gateway.await("a connection of " + route,
				() -> gateway.connections(route)
					.stream()
					.filter((connection) -> connection.side() == side && connection.local() != null)
					.findFirst());
	}

	/**
	 * Has the gateway not read a connection, as if the other side were slow.
	 */
	private static FrameConnection pause(String route, Side side) {
		FrameConnection connection = live(route, side);
		Gateway.await("an open connection", () -> Optional.of(connection).filter((one) -> one.peer() != null));
		connection.loop().eventLoop().submit(connection::pause).syncUninterruptibly();
		return connection;
	}

	private static void awaitSevered(FrameConnection connection) {
		Gateway.await("the reset", () -> Optional.ofNullable(connection.cause()));
	}

	private static void resume(FrameConnection connection) {
		assertThat(connection.isOpen()).isTrue();
		connection.execute(connection::resume);
	}

	private static Closure expect(String route, Side side, CloseReason reason, EndedBy endedBy) {
		Closure closure = gateway.awaitClosure(route, side);
		assertThat(closure.reason()).as(closure.toString()).isEqualTo(reason);
		assertThat(closure.endedBy()).as(closure.toString()).isEqualTo(endedBy);
		assertThat(closure.detail()).startsWith("Connection reset");
		return closure;
	}

	@Test
	@NeedsNativeSockets("report the reset of a peer that is not read")
	void slowClientGetsAllThatTheServerSentBeforeItsReset() {
		try (TestClient client = gateway.connect(route("server").to(this.mute))) {
			Peer server = serverOf("server");
			FrameConnection upstream = pause("server", Side.UPSTREAM);
			server.send(BEFORE);
			server.reset();
			awaitSevered(upstream);
			resume(upstream);
			assertThat(client.readUntilReset()).asString().isEqualTo(BEFORE);
		}
		Closure closure = expect("server", Side.UPSTREAM, CloseReason.UPSTREAM_RESET, EndedBy.UPSTREAM);
		assertThat(closure.framesIn()).isEqualTo(3000);
		expect("server", Side.INBOUND, CloseReason.UPSTREAM_RESET, EndedBy.UPSTREAM);
		assertThat(gateway.metric("framegate_frames_undelivered_total{route=\"server\"}")).isZero();
	}

	@Test
	void clientThatGotNothingIsResetAtOnce() {
		try (TestClient client = gateway.connect(route("nothing").to(this.mute))) {
			serverOf("nothing").reset();
			assertThat(client.readUntilReset()).isEmpty();
		}
		assertThat(expect("nothing", Side.INBOUND, CloseReason.UPSTREAM_RESET, EndedBy.UPSTREAM).detail())
			.doesNotContain("drain timer");
	}

	/** What finds the reset is a write that fails. */
	@Test
	void clientThatGoesOnSendingGetsAllThatTheServerSentBeforeItsReset() {
		try (TestClient client = gateway.connect(route("writing").to(this.mute))) {
			Peer server = serverOf("writing");
			FrameConnection upstream = pause("writing", Side.UPSTREAM);
			server.send(BEFORE);
			server.reset();
			for (int i = 0; i < 10 && upstream.cause() == null; i++) {
				client.sendLine("more");
			}
			awaitSevered(upstream);
			resume(upstream);
			assertThat(client.readUntilReset()).asString().isEqualTo(BEFORE);
		}
		expect("writing", Side.UPSTREAM, CloseReason.UPSTREAM_RESET, EndedBy.UPSTREAM);
	}

	@Test
	@NeedsNativeSockets("report the reset of a peer that is not read")
	void slowServerGetsAllThatTheClientSentBeforeItsReset() {
		try (TestClient client = gateway.connect(route("client").framing("crlf", "length4").to(this.mute))) {
			Peer server = serverOf("client");
			FrameConnection inbound = pause("client", Side.INBOUND);
			client.send(BEFORE + "fragm");
			client.reset();
			awaitSevered(inbound);
			resume(inbound);
			assertThat(server.readUntilReset()).hasSize(3000 * 14);
		}
		Closure closure = expect("client", Side.INBOUND, CloseReason.INBOUND_RESET, EndedBy.INBOUND);
		assertThat(closure.partialFrameBytes()).isEqualTo(5);
		assertThat(closure.undelivered().frames()).isZero();
		assertThat(expect("client", Side.UPSTREAM, CloseReason.INBOUND_RESET, EndedBy.INBOUND).framesOut())
			.isEqualTo(3000);
	}

	/** More than the gateway itself would hold. */
	@Test
	@NeedsNativeSockets("report the reset of a peer that is not read")
	void everythingInTheKernelIsReadOut() {
		byte[] line = "x".repeat(8190).concat("\r\n").getBytes();
		try (TestClient client = gateway.connect(route("full").framing("crlf", "stream").to(this.mute))) {
			Peer server = serverOf("full");
			Thread.ofVirtual().start(() -> sendForEver(client, line));
			FrameConnection upstream = live("full", Side.UPSTREAM);
			awaitStuck(upstream);
			client.reset();
			awaitSevered(live("full", Side.INBOUND));
			byte[] got = server.readUntilReset();
			Closure closure = expect("full", Side.INBOUND, CloseReason.INBOUND_RESET, EndedBy.INBOUND);
			assertThat(got.length).isEqualTo(closure.framesIn() * 8190);
			assertThat(closure.framesIn()).isEqualTo(closure.bytesIn() / line.length);
		}
		assertThat(gateway.metric("framegate_frames_undelivered_total{route=\"full\"}")).isZero();
	}

	private static void sendForEver(TestSocket socket, byte[] line) {
		try {
			while (true) {
				socket.send(line);
			}
		}
		catch (UncheckedIOException ex) {
			// The end of it.
		}
	}

	private static void awaitStuck(FrameConnection connection) {
		AtomicLong taken = new AtomicLong();
		AtomicLong since = new AtomicLong();
		Gateway.await("full buffers", () -> {
			if (connection.bytesOut() != taken.getAndSet(connection.bytesOut())) {
				since.set(System.nanoTime());
			}
			return Optional.of(connection)
				.filter((one) -> one.pendingBytes() > 0 && System.nanoTime() - since.get() > 100_000_000);
		});
	}

	/** The client has not read everything when the operator wants it to end. */
	@Test
	void drainedClientStillGetsAllThatTheServerSentBeforeItsReset() {
		try (TestClient client = gateway.connect(route("to-client").framing("stream", "stream").to(this.mute))) {
			Peer server = serverOf("to-client");
			FrameConnection inbound = live("to-client", Side.INBOUND);
			server.send(new byte[MUCH]);
			Gateway.await("all that was sent", () -> Optional.of(inbound).filter((one) -> one.bytesOut() == MUCH));
			server.reset();
			expect("to-client", Side.UPSTREAM, CloseReason.UPSTREAM_RESET, EndedBy.UPSTREAM);
			drain(inbound);
			assertThat(client.readUntilReset()).hasSize(MUCH);
		}
		expect("to-client", Side.INBOUND, CloseReason.UPSTREAM_RESET, EndedBy.UPSTREAM);
	}

	@Test
	void drainedServerGetsNoFinAfterAllThatTheClientSentBeforeItsReset() {
		try (TestClient client = gateway.connect(route("to-server").framing("stream", "stream").to(this.mute))) {
			Peer server = serverOf("to-server");
			FrameConnection upstream = live("to-server", Side.UPSTREAM);
			client.send(new byte[MUCH]);
			Gateway.await("all that was sent", () -> Optional.of(upstream).filter((one) -> one.bytesOut() == MUCH));
			client.reset();
			expect("to-server", Side.INBOUND, CloseReason.INBOUND_RESET, EndedBy.INBOUND);
			drain(upstream);
			assertThat(server.readUntilReset()).hasSize(MUCH);
		}
		expect("to-server", Side.UPSTREAM, CloseReason.INBOUND_RESET, EndedBy.INBOUND);
	}

	private static void drain(FrameConnection connection) {
		Cause cause = new Cause(CloseReason.OPERATOR_CLOSE, EndedBy.OPERATOR, "by the test");
		connection.loop().eventLoop().submit(() -> connection.handler().drain(connection, cause)).syncUninterruptibly();
	}

	/** What came with FIN is whole, whatever comes later. */
	@Test
	void clientGetsTheServersFinThatCameBeforeItsReset() {
		try (TestClient client = gateway.connect(route("whole").to(this.mute))) {
			Peer server = serverOf("whole");
			FrameConnection upstream = pause("whole", Side.UPSTREAM);
			server.send(BEFORE);
			server.halfClose();
			server.reset();
			for (int i = 0; i < 10 && upstream.cause() == null; i++) {
				client.sendLine("more");
			}
			awaitSevered(upstream);
			resume(upstream);
			assertThat(client.readAll()).asString().isEqualTo(BEFORE);
		}
		expect("whole", Side.UPSTREAM, CloseReason.UPSTREAM_RESET, EndedBy.UPSTREAM);
	}

	@Test
	@NeedsNativeSockets("report the reset of a peer that is not read")
	void oneWayFramesOfAClientThatResetsAreDelivered() {
		gateway.configure(route("one-way").with("mode=one-way", "upstream.pool.max-connections=1").to(this.mute));
		Peer server = serverOf("one-way");
		try (TestClient client = gateway.connect("one-way")) {
			FrameConnection inbound = live("one-way", Side.INBOUND);
			inbound.loop().eventLoop().submit(inbound::pause).syncUninterruptibly();
			client.send(BEFORE);
			client.reset();
			awaitSevered(inbound);
			resume(inbound);
			assertThat(server.readExactly(BEFORE.length())).asString().isEqualTo(BEFORE);
		}
		Closure closure = expect("one-way", Side.INBOUND, CloseReason.INBOUND_RESET, EndedBy.INBOUND);
		assertThat(closure.framesIn()).isEqualTo(3000);
		assertThat(closure.undelivered().frames()).isZero();
	}

	@Test
	void repliesBeforeALinksResetReachTheirClientWhoGetsFin() {
		RouteSpec ordered = route("request-reply").ordered()
			.with("upstream.pool.rest=0", "upstream.pool.max-connections=1")
			.to(this.mute);
		try (TestClient client = gateway.connect(ordered)) {
			client.send("one\r\ntwo\r\nthree\r\n");
			Peer server = serverOf("request-reply");
			assertThat(server.readLine()).isEqualTo("one");
			assertThat(server.readLine()).isEqualTo("two");
			server.send("1\r\n2\r\n");
			server.reset();
			assertThat(client.readAll()).asString().isEqualTo("1\r\n2\r\n");
		}
		expect("request-reply", Side.INBOUND, CloseReason.UPSTREAM_RESET, EndedBy.UPSTREAM);
	}

}
