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
import io.framegate.testkit.Peer;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestSocket;
import io.framegate.testkit.TestUpstream;
import io.framegate.timeout.Timeout;
import io.framegate.timeout.Timeouts;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollSocketChannel;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Each timer ends a session with a reason of its own, and does not when it should not. A
 * route for each case, all in one gateway.
 */
class TimersTests {

	private static final CountDownLatch ANSWER = new CountDownLatch(1);

	private static final TestUpstream ECHO = TestUpstream.lineEcho();

	private static final TestUpstream SINK = TestUpstream.sink();

	private static final TestUpstream SILENT = TestUpstream.silent();

	/** Answers the first line with lines for ever. */
	private static final TestUpstream FLOOD = TestUpstream.handling((peer) -> {
		byte[] line = line(8 * 1024);
		peer.within(Duration.ofMinutes(1)).readLine();
		while (true) {
			peer.send(line);
		}
	});

	/** Begins an answer. */
	private static final TestUpstream BEGUN = TestUpstream.handling((peer) -> {
		peer.readLine();
		peer.send("begun");
		peer.awaitEof();
	});

	/** Answers with so little that the kernel takes all of it. */
	private static final TestUpstream SOME = TestUpstream.handling((peer) -> {
		peer.readLine();
		for (int i = 0; i < 16; i++) {
			peer.send(line(8 * 1024));
		}
		peer.awaitEof();
	});

	/** Reads late, thinks for a while and answers. */
	private static final TestUpstream THINKING = TestUpstream.handling((peer) -> {
		Endings.awaitMillis(1000);
		peer.readExactly(15_000_000);
		Endings.awaitMillis(400);
		peer.sendLine("done");
		peer.awaitEof();
	});

	/** Answers after FIN, when told to. */
	private static final TestUpstream LATE = TestUpstream.handling((peer) -> {
		byte[] request = peer.readAll();
		ANSWER.await();
		peer.send(request);
	});

	private static final FullBacklog FULL = new FullBacklog();

	private static Gateway gateway;

	private static Endings endings;

	@BeforeAll
	static void start() {
		gateway = Gateway.start(List.of(UsersOwnCodeTests.Framed.class),
				Gateway.all(route("connect", FULL.address(), "connect=300ms", "write=100ms"),
						route("first-frame", ECHO, "first-frame=300ms"), route("frame", ECHO, "frame=500ms"),
						route("idle", ECHO, "idle=300ms"), route("reply", SINK, "reply=300ms"),
						route("reader", FLOOD, "write=500ms", "drain=300ms"),
						route("taker", SILENT, "write=500ms", "drain=300ms"),
						route("reset", FLOOD, "write=1s", "drain=300ms"),
						route("slow", FLOOD, "write=700ms", "drain=300ms"), route("drain", SILENT, "drain=300ms"),
						route("clinging", ECHO, "drain=300ms"), route("flooded", FLOOD, "drain=500ms"),
						route("stalled", FLOOD, "write=1m", "drain=300ms"),
						route("untaken", SILENT, "write=1m", "drain=300ms"), route("max-age", ECHO, "max-age=300ms"),
						route("late", LATE, "drain=200ms"), route("changed", ECHO, "idle=5m"),
						route("unchanged", ECHO, "idle=5m"), route("kernel", SOME, "write=1m", "drain=300ms"),
						route("pending", SOME, "write=1m", "drain=300ms"), route("upload", SINK, "reply=800ms"),
						route("begun", BEGUN, "reply=400ms"), route("idle-late", ECHO, "idle=300ms"),
						Gateway.route("exchanges", "crlf", "crlf", ECHO.address(), "mode=request-reply"),
						Gateway.route("streamed", "stream", "stream", SINK.address(), "timeouts.reply=200ms"),
						Gateway.route("bean", "bean:semicolon", "crlf", ECHO.address(), "timeouts.frame=300ms"),
						Gateway.route("thinking", "length4", "stream", THINKING.address(), "listen.max-frame-size=16MB",
								"upstream.max-frame-size=16MB", "timeouts.reply=800ms")));
		endings = new Endings(gateway);
	}

	private static String[] route(String name, TestUpstream upstream, String... timeouts) {
		return route(name, upstream.address(), timeouts);
	}

	private static String[] route(String name, String target, String... timeouts) {
		return Gateway.route(name, "crlf", "crlf", target,
				Arrays.stream(timeouts).map((timeout) -> "timeouts." + timeout).toArray(String[]::new));
	}

	private static byte[] line(int size) {
		byte[] line = new byte[size];
		Arrays.fill(line, (byte) 'x');
		line[size - 2] = '\r';
		line[size - 1] = '\n';
		return line;
	}

	@AfterAll
	static void stop() {
		endings.close();
		gateway.close();
		FULL.close();
		List.of(ECHO, SINK, SILENT, FLOOD, SOME, BEGUN, THINKING, LATE).forEach(TestUpstream::close);
	}

	@Test
	void connect() {
		try (TestClient client = gateway.connect("connect")) {
			client.sendLine("hello");
			client.expectEof();
		}
		Closure closure = endings.expect("connect", CloseReason.CONNECT_TIMEOUT, EndedBy.GATEWAY);
		assertThat(Duration.between(closure.openedAt(), closure.closedAt())).isBetween(Duration.ofMillis(300),
				Duration.ofSeconds(2));
		assertThat(closure.detail()).isEqualTo("connect timer (300ms) ran out: " + FULL.address());
		assertThat(closure.undelivered()).isEqualTo(new Closure.Undelivered(1, 5));
		assertThat(endings.fired("connect", "connect")).isEqualTo(1);
	}

	@Test
	void firstFrame() {
		try (TestClient client = gateway.connect("first-frame")) {
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
		try (TestClient client = gateway.connect("frame")) {
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
		try (TestClient client = gateway.connect("bean")) {
			client.send("whole;fragm");
			assertThat(client.readAll()).asString().isEqualTo("whole;");
		}
		Closure closure = endings.expect("bean", CloseReason.FRAME_TIMEOUT, EndedBy.GATEWAY);
		assertThat(closure.partialFrameBytes()).isEqualTo(5);
		assertThat(endings.fired("bean", "frame")).isEqualTo(1);
	}

	@Test
	void idle() {
		try (TestClient client = gateway.connect("idle")) {
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
		try (TestClient client = gateway.connect("reply")) {
			client.sendLine("hello");
			client.expectEof();
		}
		endings.expect("reply", CloseReason.REPLY_TIMEOUT, EndedBy.GATEWAY);
		assertThat(endings.fired("reply", "reply")).isEqualTo(1);
	}

	@Test
	void replyStartsWhenTheRequestHasLeft() {
		try (TestClient client = gateway.connect("thinking")) {
			client.sendLength4(new byte[15_000_000]);
			assertThat(client.readLength4()).asString().isEqualTo("done\r\n");
		}
		assertThat(endings.fired("thinking", "reply")).isZero();
	}

	@Test
	void replyCountsFromTheLastFrameOfASession() {
		try (TestClient client = gateway.connect("upload")) {
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
		try (TestClient client = gateway.connect("begun")) {
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
		try (TestClient client = gateway.connect("streamed")) {
			client.sendLine("hello");
			FrameConnection upstream = endings.live("streamed", Side.UPSTREAM);
			Gateway.await("the bytes", () -> Optional.of(upstream).filter((one) -> one.bytesOut() > 0));
			Endings.awaitMillis(700);
			assertThat(upstream.cause()).isNull();
		}
	}

	@Test
	void replyIsOffInSessionsUnlessItIsSet() {
		assertThat(gateway.route("clinging").timeouts().limit(Timeout.REPLY))
			.isEqualTo(new Timeouts.Limit(Duration.ZERO, Timeouts.Source.DEFAULT));
		assertThat(gateway.route("exchanges").timeouts().limit(Timeout.REPLY))
			.isEqualTo(new Timeouts.Limit(Duration.ofSeconds(30), Timeouts.Source.DEFAULT));
		assertThat(gateway.route("upload").timeouts().limit(Timeout.REPLY))
			.isEqualTo(new Timeouts.Limit(Duration.ofMillis(800), Timeouts.Source.CONFIG));
	}

	@Test
	void idleEndsWithFinAndReadsWhatComesLate() {
		try (TestClient client = gateway.connect("idle-late")) {
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
		try (TestClient client = TestClient.connect("127.0.0.1", gateway.port("pending"), 8 * 1024)) {
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
		try (TestClient client = TestClient.connect("127.0.0.1", gateway.port("reader"), 8 * 1024)) {
			client.sendLine("go");
			Closure closure = endings.expect("reader", CloseReason.WRITE_TIMEOUT, EndedBy.GATEWAY);
			assertThat(closure.undelivered().frames()).isPositive();
			assertThat(client.readUntilReset()).hasSizeLessThanOrEqualTo((int) closure.bytesOut());
			assertThat(endings.fired("reader", "write")).isEqualTo(1);
		}
	}

	@Test
	void writeToAnUpstreamThatStopsReading() {
		try (TestClient client = gateway.connect("taker")) {
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
	void writeDoesNotRunOutOnAConnectionThatWasReset() {
		try (TestClient client = TestClient.connect("127.0.0.1", gateway.port("reset"), 8 * 1024)) {
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
	void writeSparesASlowReader() {
		try (TestClient client = TestClient.connect("127.0.0.1", gateway.port("slow"), 8 * 1024)) {
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
	void writeCountsWhatThePeersKernelTakes() {
		try (TestClient client = TestClient.connect("127.0.0.1", gateway.port("kernel"), 8 * 1024)) {
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
		try (TestClient client = gateway.connect("drain")) {
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
		try (TestClient client = gateway.connect("clinging")) {
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
		try (TestClient client = gateway.connect("flooded")) {
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
		try (TestClient client = TestClient.connect("127.0.0.1", gateway.port("stalled"), 8 * 1024)) {
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
		try (TestClient client = gateway.connect("untaken")) {
			FrameConnection connection = endings.live("untaken", Side.UPSTREAM);
			Peer server = Gateway.await("the server", () -> SILENT.connections()
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
		try (TestClient client = gateway.connect("max-age")) {
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
		try (TestClient client = gateway.connect("late")) {
			client.sendLine("hello");
			client.halfClose();
			Gateway.await("the half-close upstream",
					() -> Optional.of(endings.live("late", Side.UPSTREAM)).filter(FrameConnection::isOutputEnding));
			Endings.awaitMillis(600);
			ANSWER.countDown();
			assertThat(client.readLine()).isEqualTo("hello");
			client.expectEof();
		}
		endings.expect("late", CloseReason.INBOUND_EOF, EndedBy.INBOUND);
		assertThat(endings.fired("late", "drain")).isZero();
	}

	@Test
	void changeReachesLiveConnectionsOfItsRouteAlone() {
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
