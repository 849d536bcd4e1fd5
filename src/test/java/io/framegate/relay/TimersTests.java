package io.framegate.relay;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;

import io.framegate.closure.CloseReason;
import io.framegate.closure.Closure;
import io.framegate.closure.EndedBy;
import io.framegate.closure.Side;
import io.framegate.connection.ConnectionState;
import io.framegate.connection.FrameConnection;
import io.framegate.testkit.FullBacklog;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.GatewayBuilder;
import io.framegate.testkit.NeedsNativeSockets;
import io.framegate.testkit.Peer;
import io.framegate.testkit.RouteSpec;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestSocket;
import io.framegate.testkit.TestUpstream;
import io.framegate.testkit.TestUpstreams;
import io.framegate.timeout.Timeout;
import io.framegate.timeout.Timeouts;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollSocketChannel;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import static io.framegate.testkit.RouteSpec.route;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Each timer ends a session with a reason of its own, and does not when it should not.
 */
class TimersTests {

	@AutoClose
	private static Gateway gateway;

	@AutoClose
	private static Endings endings;

	@AutoClose
	private final TestUpstreams servers = new TestUpstreams();

	@BeforeAll
	static void start() {
		gateway = GatewayBuilder.routes().beans(UsersOwnCodeTests.Framed.class).start();
		endings = new Endings(gateway);
	}

	/** A route to a server that sends back what it gets. */
	private RouteSpec echoing(String name) {
		return route(name).to(this.servers.lineEcho());
	}

	/** Answers the first line with lines for ever. */
	private TestUpstream flood() {
		return this.servers.handling((peer) -> {
			byte[] line = line(8 * 1024);
			peer.readLine();
			while (true) {
				peer.send(line);
			}
		});
	}

	/** Answers with so little that the kernel takes all of it. */
	private TestUpstream some() {
		return this.servers.handling((peer) -> {
			peer.readLine();
			for (int i = 0; i < 16; i++) {
				peer.send(line(8 * 1024));
			}
			peer.awaitEof();
		});
	}

	/** A client that takes little before it reads. */
	private static TestClient small(RouteSpec route) {
		gateway.configure(route);
		return TestClient.connect("127.0.0.1", gateway.port(route.name()), 8 * 1024);
	}

	private static byte[] line(int size) {
		byte[] line = new byte[size];
		Arrays.fill(line, (byte) 'x');
		line[size - 2] = '\r';
		line[size - 1] = '\n';
		return line;
	}

	@Test
	void connect() {
		try (FullBacklog full = new FullBacklog()) {
			RouteSpec route = route("connect").with("timeouts.connect=300ms", "timeouts.write=100ms")
				.to(full.address());
			try (TestClient client = gateway.connect(route)) {
				client.sendLine("hello");
				client.expectEof();
			}
			Closure closure = endings.expect("connect", CloseReason.CONNECT_TIMEOUT, EndedBy.GATEWAY);
			assertThat(Duration.between(closure.openedAt(), closure.closedAt())).isBetween(Duration.ofMillis(300),
					Duration.ofSeconds(2));
			assertThat(closure.detail()).isEqualTo("connect timer (300ms) ran out: " + full.address());
			assertThat(closure.undelivered()).isEqualTo(new Closure.Undelivered(1, 5));
			assertThat(endings.fired("connect", "connect")).isEqualTo(1);
		}
	}

	@Test
	void firstFrame() {
		try (TestClient client = gateway.connect(echoing("first-frame").with("timeouts.first-frame=300ms"))) {
			client.send("hello");
			client.expectEof();
		}
		Closure closure = endings.expect("first-frame", CloseReason.FIRST_FRAME_TIMEOUT, EndedBy.GATEWAY);
		assertThat(closure.partialFrameBytes()).isEqualTo(5);
		assertThat(closure.detail()).isEqualTo("first-frame timer (300ms) ran out");
		assertThat(endings.fired("first-frame", "first-frame")).isEqualTo(1);
	}

	@Test
	void frameIsNotExtendedByDribbling() {
		try (TestClient client = gateway.connect(echoing("frame").with("timeouts.frame=500ms"))) {
			client.sendLine("whole");
			assertThat(client.readLine()).isEqualTo("whole");
			FrameConnection connection = endings.live("frame", Side.INBOUND);
			long before = System.nanoTime();
			for (long sent = connection.bytesIn(); connection.state() == ConnectionState.OPEN; sent++) {
				client.send("x");
				long expected = sent + 1;
				Gateway.await("a byte", () -> Optional.of(connection.bytesIn()).filter((n) -> n >= expected));
			}
			assertThat(Duration.ofNanos(System.nanoTime() - before)).isBetween(Duration.ofMillis(500),
					Duration.ofSeconds(2));
			client.expectEof();
		}
		Closure closure = endings.expect("frame", CloseReason.FRAME_TIMEOUT, EndedBy.GATEWAY);
		assertThat(closure.partialFrameBytes()).isPositive();
		assertThat(closure.framesIn()).isEqualTo(closure.framesOut()).isEqualTo(1);
		assertThat(endings.fired("frame", "frame")).isEqualTo(1);
	}

	@Test
	void frameOfAUsersOwnFraming() {
		RouteSpec route = route("bean").framing("bean:semicolon", "crlf")
			.with("timeouts.frame=300ms")
			.to(this.servers.lineEcho());
		try (TestClient client = gateway.connect(route)) {
			client.send("whole;fragm");
			assertThat(client.readAll()).asString().isEqualTo("whole;");
		}
		Closure closure = endings.expect("bean", CloseReason.FRAME_TIMEOUT, EndedBy.GATEWAY);
		assertThat(closure.partialFrameBytes()).isEqualTo(5);
		assertThat(endings.fired("bean", "frame")).isEqualTo(1);
	}

	@Test
	void idle() {
		try (TestClient client = gateway.connect(echoing("idle").with("timeouts.idle=300ms"))) {
			client.sendLine("hello");
			assertThat(client.readLine()).isEqualTo("hello");
			client.expectEof();
		}
		Closure closure = endings.expect("idle", CloseReason.IDLE_TIMEOUT, EndedBy.GATEWAY);
		assertThat(closure.undelivered().frames()).isZero();
		assertThat(endings.fired("idle", "idle")).isEqualTo(1);
	}

	@Test
	void reply() {
		try (TestClient client = gateway.connect(route("reply").with("timeouts.reply=300ms").to(this.servers.sink()))) {
			client.sendLine("hello");
			client.expectEof();
		}
		endings.expect("reply", CloseReason.REPLY_TIMEOUT, EndedBy.GATEWAY);
		assertThat(endings.fired("reply", "reply")).isEqualTo(1);
	}

	@Test
	void replyStartsWhenTheRequestHasLeft() {
		// Reads late, thinks for a while and answers.
		TestUpstream thinking = this.servers.handling((peer) -> {
			Endings.awaitMillis(1000);
			peer.readExactly(15_000_000);
			Endings.awaitMillis(400);
			peer.sendLine("done");
			peer.awaitEof();
		});
		RouteSpec route = route("thinking").framing("length4", "stream")
			.with("listen.max-frame-size=16MB", "upstream.max-frame-size=16MB", "timeouts.reply=800ms")
			.to(thinking);
		try (TestClient client = gateway.connect(route)) {
			client.sendLength4(new byte[15_000_000]);
			assertThat(client.readLength4()).asString().isEqualTo("done\r\n");
		}
		assertThat(endings.fired("thinking", "reply")).isZero();
	}

	@Test
	void replyCountsFromTheLastFrameOfASession() {
		try (TestClient client = gateway
			.connect(route("upload").with("timeouts.reply=800ms").to(this.servers.sink()))) {
			FrameConnection connection = endings.live("upload", Side.INBOUND);
			long before = System.nanoTime();
			while (System.nanoTime() - before < 2_000_000_000L) {
				client.sendLine("more");
				Endings.awaitMillis(20);
			}
			assertThat(connection.cause()).isNull();
			client.expectEof();
		}
		endings.expect("upload", CloseReason.REPLY_TIMEOUT, EndedBy.GATEWAY);
	}

	@Test
	void anythingFromTheServerStopsReplyInASession() {
		TestUpstream begun = this.servers.handling((peer) -> {
			peer.readLine();
			peer.send("begun");
			peer.awaitEof();
		});
		try (TestClient client = gateway.connect(route("begun").with("timeouts.reply=400ms").to(begun))) {
			client.sendLine("hello");
			FrameConnection upstream = endings.live("begun", Side.UPSTREAM);
			Gateway.await("a part of a reply", () -> Optional.of(upstream).filter((one) -> one.bytesIn() > 0));
			Endings.awaitMillis(900);
			assertThat(upstream.cause()).isNull();
			assertThat(endings.fired("begun", "reply")).isZero();
		}
	}

	@Test
	void streamHasNoReplies() {
		RouteSpec route = route("streamed").framing("stream", "stream")
			.with("timeouts.reply=200ms")
			.to(this.servers.sink());
		try (TestClient client = gateway.connect(route)) {
			client.sendLine("hello");
			FrameConnection upstream = endings.live("streamed", Side.UPSTREAM);
			Gateway.await("the bytes", () -> Optional.of(upstream).filter((one) -> one.bytesOut() > 0));
			Endings.awaitMillis(700);
			assertThat(upstream.cause()).isNull();
		}
	}

	@Test
	void replyIsOffInSessionsUnlessItIsSet() {
		String anywhere = "127.0.0.1:9";
		gateway.configure(route("session").to(anywhere), route("exchanges").pooled().to(anywhere),
				route("set").with("timeouts.reply=800ms").to(anywhere));
		assertThat(gateway.route("session").timeouts().limit(Timeout.REPLY))
			.isEqualTo(new Timeouts.Limit(Duration.ZERO, Timeouts.Source.DEFAULT));
		assertThat(gateway.route("exchanges").timeouts().limit(Timeout.REPLY))
			.isEqualTo(new Timeouts.Limit(Duration.ofSeconds(30), Timeouts.Source.DEFAULT));
		assertThat(gateway.route("set").timeouts().limit(Timeout.REPLY))
			.isEqualTo(new Timeouts.Limit(Duration.ofMillis(800), Timeouts.Source.CONFIG));
	}

	@Test
	void idleEndsWithFinAndReadsWhatComesLate() {
		try (TestClient client = gateway.connect(echoing("idle-late").with("timeouts.idle=300ms"))) {
			client.sendLine("hello");
			assertThat(client.readLine()).isEqualTo("hello");
			client.expectEof();
			client.sendLine("late");
			client.halfClose();
			Closure closure = endings.expect("idle-late", CloseReason.IDLE_TIMEOUT, EndedBy.GATEWAY);
			assertThat(closure.undelivered()).isEqualTo(new Closure.Undelivered(1, 4));
		}
	}

	/** Else one lost keepalive probe would end a quiet connection. */
	@Test
	void kernelKnowsTheWriteLimitOnlyWhileSomethingIsPending() {
		try (TestClient client = small(route("pending").with("timeouts.write=1m", "timeouts.drain=300ms").to(some()))) {
			client.sendLine("hello");
			FrameConnection connection = endings.live("pending", Side.INBOUND);
			Assumptions.assumeTrue(connection.channel() instanceof EpollSocketChannel, "native sockets");
			Gateway.await("the limit", () -> Optional.of(userTimeout(connection)).filter((millis) -> millis == 60_000));
			assertThat(client.readExactly(16 * 8 * 1024)).isNotEmpty();
			Gateway.await("no limit", () -> Optional.of(userTimeout(connection)).filter((millis) -> millis == 0));
			assertThat(connection.isOpen()).isTrue();
		}
	}

	private static int userTimeout(FrameConnection connection) {
		return connection.channel().config().getOption(EpollChannelOption.TCP_USER_TIMEOUT);
	}

	@Test
	void writeToAClientThatStopsReading() {
		try (TestClient client = small(
				route("reader").with("timeouts.write=500ms", "timeouts.drain=300ms").to(flood()))) {
			client.sendLine("go");
			Closure closure = endings.expect("reader", CloseReason.WRITE_TIMEOUT, EndedBy.GATEWAY);
			assertThat(closure.undelivered().frames()).isPositive();
			assertThat(client.readUntilReset()).hasSizeLessThanOrEqualTo((int) closure.bytesOut());
			assertThat(endings.fired("reader", "write")).isEqualTo(1);
		}
	}

	@Test
	void writeToAnUpstreamThatStopsReading() {
		try (TestClient client = gateway
			.connect(route("taker").with("timeouts.write=500ms", "timeouts.drain=300ms").to(this.servers.silent()))) {
			byte[] line = line(8 * 1024);
			FrameConnection connection = endings.live("taker", Side.INBOUND);
			Thread.ofVirtual().start(() -> {
				try {
					while (connection.isOpen()) {
						client.send(line);
					}
				}
				catch (UncheckedIOException ex) {
					// What was sent is not taken: RST says so.
				}
			});
			Closure closure = endings.expect("taker", CloseReason.WRITE_TIMEOUT, EndedBy.GATEWAY);
			assertThat(closure.undelivered().frames()).isPositive();
			assertThat(endings.fired("taker", "write")).isEqualTo(1);
		}
	}

	/**
	 * The sweep that would find the timer has run out may find first that the connection
	 * is gone.
	 */
	@Test
	@NeedsNativeSockets("report the reset of a peer that is not written to")
	void writeDoesNotRunOutOnAConnectionThatWasReset() {
		try (TestClient client = small(route("reset").with("timeouts.write=1s", "timeouts.drain=300ms").to(flood()))) {
			client.sendLine("go");
			FrameConnection connection = endings.live("reset", Side.INBOUND);
			Runnable muchToDo = () -> {
				if (connection.isOpen()) {
					// The kernel, which knows the limit too, is not to be first.
					connection.channel().config().setOption(EpollChannelOption.TCP_USER_TIMEOUT, 0);
				}
				long since = connection.startedAt(Timeout.WRITE);
				if (connection.isOpen() && since != 0 && System.nanoTime() - since >= 1_000_000_000) {
					client.reset();
					awaitTcpClose(connection);
				}
			};
			connection.loop().addSweeper(muchToDo);
			endings.expect("reset", CloseReason.INBOUND_RESET, EndedBy.INBOUND);
			connection.loop().removeSweeper(muchToDo);
			assertThat(endings.fired("reset", "write")).isZero();
		}
	}

	/**
	 * Waits on the loop, for ten seconds at the most, until the kernel knows of the end.
	 */
	private static void awaitTcpClose(FrameConnection connection) {
		long before = System.nanoTime();
		while (connection.channel() instanceof EpollSocketChannel socket && socket.isOpen()
				&& socket.tcpInfo().state() != 7 && System.nanoTime() - before < 10_000_000_000L) {
			Endings.awaitMillis(10);
		}
	}

	/**
	 * A kernel takes no more before a third of its send buffer is free: for this reader
	 * that is longer than the limit.
	 */
	@Test
	@NeedsNativeSockets("tell that a slow peer still takes bytes")
	void writeSparesASlowReader() {
		try (TestClient client = small(
				route("slow").with("timeouts.write=700ms", "timeouts.drain=300ms").to(flood()))) {
			client.sendLine("go");
			FrameConnection connection = endings.live("slow", Side.INBOUND);
			long before = System.nanoTime();
			while (System.nanoTime() - before < 3_000_000_000L) {
				assertThat(client.readSome()).isNotEmpty();
				Endings.awaitMillis(100);
			}
			assertThat(connection.isOpen()).as(String.valueOf(connection.cause())).isTrue();
		}
	}

	@Test
	@NeedsNativeSockets("know TCP_USER_TIMEOUT")
	void writeCountsWhatThePeersKernelTakes() {
		try (TestClient client = small(route("kernel").with("timeouts.write=1m", "timeouts.drain=300ms").to(some()))) {
			client.sendLine("hello");
			Gateway.await("an answer in the kernel's hands", () -> Optional.of(endings.live("kernel", Side.INBOUND))
				.filter((connection) -> connection.framesOut() == 16 && connection.pendingBytes() == 0));
			gateway.route("kernel").timeouts().set(Timeout.WRITE, Duration.ofMillis(500));
			Closure closure = endings.expect("kernel", CloseReason.WRITE_TIMEOUT, EndedBy.GATEWAY);
			assertThat(closure.detail())
				.isEqualTo("write timer (500ms) ran out: Connection timed out (TCP_USER_TIMEOUT)");
			assertThat(endings.fired("kernel", "write")).isEqualTo(1);
		}
	}

	@Test
	void drainOfAnUpstreamThatNeverAnswers() {
		try (TestClient client = gateway
			.connect(route("drain").with("timeouts.drain=300ms").to(this.servers.silent()))) {
			client.sendLine("hello");
			Gateway.await("the request upstream", () -> Optional.of(endings.live("drain", Side.UPSTREAM))
				.filter((upstream) -> upstream.framesOut() == 1));
			endings.close("drain");
			client.expectEof();
		}
		Closure closure = endings.expect("drain", Side.UPSTREAM, CloseReason.DRAIN_TIMEOUT, EndedBy.GATEWAY);
		assertThat(closure.detail()).isEqualTo("drain timer (300ms) ran out; drain begun by operator-close");
	}

	@Test
	void drainOfAClientThatNeverCloses() {
		try (TestClient client = gateway.connect(echoing("clinging").with("timeouts.drain=300ms"))) {
			client.sendLine("hello");
			assertThat(client.readLine()).isEqualTo("hello");
			endings.close("clinging");
			client.expectEof();
			endings.expect("clinging", Side.UPSTREAM, CloseReason.OPERATOR_CLOSE, EndedBy.OPERATOR);
			Closure closure = endings.expect("clinging", Side.INBOUND, CloseReason.DRAIN_TIMEOUT, EndedBy.GATEWAY);
			assertThat(closure.detail()).isEqualTo("drain timer (300ms) ran out; drain begun by operator-close");
			assertThat(endings.fired("clinging", "drain")).isEqualTo(1);
		}
	}

	@Test
	void drainEndsThoughBytesGoOnFlowing() {
		try (TestClient client = gateway.connect(route("flooded").with("timeouts.drain=500ms").to(flood()))) {
			client.sendLine("go");
			client.readSome();
			endings.close("flooded");
			long begun = System.nanoTime();
			client.readUntilEnd();
			assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(5));
			endings.expect("flooded", CloseReason.DRAIN_TIMEOUT, EndedBy.GATEWAY);
		}
	}

	/** FIN inside a frame would make what the client has look whole. */
	@Test
	void drainOfAClientThatTakesNothingEndsWithReset() {
		try (TestClient client = small(
				route("stalled").with("timeouts.write=1m", "timeouts.drain=300ms").to(flood()))) {
			client.sendLine("go");
			FrameConnection connection = endings.live("stalled", Side.INBOUND);
			awaitFull(connection);
			endings.close("stalled");
			Closure closure = endings.expect("stalled", CloseReason.DRAIN_TIMEOUT, EndedBy.GATEWAY);
			expectResetIfUndelivered(client, closure);
		}
	}

	@Test
	void drainOfAnUpstreamThatTakesNothingEndsWithReset() {
		TestUpstream silent = this.servers.silent();
		try (TestClient client = gateway
			.connect(route("untaken").with("timeouts.write=1m", "timeouts.drain=300ms").to(silent))) {
			FrameConnection connection = endings.live("untaken", Side.UPSTREAM);
			Peer server = Gateway.await("the server", () -> silent.connections()
				.stream()
				.filter((peer) -> connection.local() != null && peer.remotePort() == connection.local().getPort())
				.findFirst());
			byte[] line = line(8 * 1024);
			Thread.ofVirtual().start(() -> {
				try {
					while (connection.isOpen()) {
						client.send(line);
					}
				}
				catch (UncheckedIOException ex) {
					// It is over.
				}
			});
			awaitFull(connection);
			endings.close("untaken");
			Closure closure = endings.expect("untaken", Side.UPSTREAM, CloseReason.DRAIN_TIMEOUT, EndedBy.GATEWAY);
			expectResetIfUndelivered(server, closure);
		}
	}

	private static void awaitFull(FrameConnection connection) {
		Gateway.await("no room to write", () -> Optional.of(connection).filter((one) -> !one.isWritable()));
	}

	/** The kernels may have made room for all of it since. */
	private static void expectResetIfUndelivered(TestSocket peer, Closure closure) {
		byte[] taken = (closure.undelivered().frames() > 0) ? peer.readUntilReset() : peer.readUntilEnd();
		assertThat(taken).hasSizeLessThanOrEqualTo((int) closure.bytesOut());
	}

	@Test
	void maxAge() {
		try (TestClient client = gateway.connect(echoing("max-age").with("timeouts.max-age=300ms"))) {
			int answered = 0;
			for (String line = "0"; line != null; line = client.readLineOrEof()) {
				assertThat(line).isEqualTo(String.valueOf(answered));
				answered++;
				client.sendLine(String.valueOf(answered));
			}
			assertThat(answered).isGreaterThan(1);
		}
		Closure closure = endings.expect("max-age", CloseReason.MAX_AGE, EndedBy.GATEWAY);
		assertThat(closure.framesIn() - closure.undelivered().frames()).isEqualTo(closure.framesOut());
		assertThat(endings.fired("max-age", "max-age")).isEqualTo(1);
	}

	@Test
	void halfClosedConnectionOutlivesTheDrainTimer() {
		CountDownLatch answer = new CountDownLatch(1);
		TestUpstream late = this.servers.handling((peer) -> {
			byte[] request = peer.readAll();
			answer.await();
			peer.send(request);
		});
		try (TestClient client = gateway.connect(route("late").with("timeouts.drain=200ms").to(late))) {
			client.sendLine("hello");
			client.halfClose();
			Gateway.await("the half-close upstream",
					() -> Optional.of(endings.live("late", Side.UPSTREAM)).filter(FrameConnection::isOutputEnding));
			Endings.awaitMillis(600);
			answer.countDown();
			assertThat(client.readLine()).isEqualTo("hello");
			client.expectEof();
		}
		endings.expect("late", CloseReason.INBOUND_EOF, EndedBy.INBOUND);
		assertThat(endings.fired("late", "drain")).isZero();
	}

	@Test
	void changeReachesLiveConnectionsOfItsRouteAlone() {
		TestUpstream echo = this.servers.lineEcho();
		gateway.configure(route("changed").with("timeouts.idle=5m").to(echo),
				route("unchanged").with("timeouts.idle=5m").to(echo));
		List<TestClient> changed = IntStream.range(0, 25).mapToObj((i) -> gateway.connect("changed")).toList();
		List<TestClient> unchanged = IntStream.range(0, 25).mapToObj((i) -> gateway.connect("unchanged")).toList();
		unchanged.forEach((client) -> client.sendLine("before"));
		unchanged.forEach(TestClient::readLine);
		gateway.route("changed").timeouts().set(Timeout.IDLE, Duration.ofSeconds(1));
		changed.forEach(TestClient::expectEof);
		gateway.awaitNoConnections("changed");
		assertThat(gateway.closures("changed")).hasSize(50)
			.allMatch((closure) -> closure.reason() == CloseReason.IDLE_TIMEOUT);
		assertThat(endings.fired("changed", "idle")).isEqualTo(25);
		unchanged.forEach((client) -> client.sendLine("after"));
		assertThat(unchanged).extracting(TestClient::readLine).containsOnly("after");
		changed.forEach(TestClient::close);
		unchanged.forEach(TestClient::close);
	}

}
