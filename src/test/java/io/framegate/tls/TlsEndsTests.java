package io.framegate.tls;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

import io.framegate.closure.CloseReason;
import io.framegate.closure.Closure;
import io.framegate.closure.EndedBy;
import io.framegate.closure.Side;
import io.framegate.connection.FrameConnection;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.NeedsNativeSockets;
import io.framegate.testkit.TestCertificates;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestUpstream;
import io.framegate.transport.SharedReadBuffer;
import io.framegate.transport.TestLoops;
import io.framegate.transport.Transport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * How connections with TLS end, in either direction, in order or not. A route for each
 * kind, all in one gateway.
 */
class TlsEndsTests {

	private static final TestCertificates CA = TestCertificates.authority("CN=Test CA");

	private static final TestCertificates.Identity EDGE = CA.issue("CN=edge", "dns:localhost", "ip:127.0.0.1");

	private static final SSLContext CLIENT = CA.trusting();

	private static final int LINES = 10_000;

	private static final String LINE = "x".repeat(998);

	@TempDir
	private static Path directory;

	/** Answers everything after it was asked for everything. */
	private static TestUpstream afterwards;

	/** The same with TLS 1.3, and with 1.2. */
	private static TestUpstream secured;

	private static TestUpstream older;

	private static TestUpstream flood;

	private static TestUpstream sink;

	private static TestUpstream echo;

	/** One for each client that is gone. */
	private static final Semaphore gone = new Semaphore(0);

	private static TestUpstream bye;

	private static Gateway gateway;

	@BeforeAll
	static void start() {
		afterwards = TestUpstream.handling(TlsEndsTests::answerAfterwards);
		secured = TestUpstream.handling(EDGE.context(), version("TLSv1.3"), TlsEndsTests::answerAfterwards);
		older = TestUpstream.handling(EDGE.context(), version("TLSv1.2"), TlsEndsTests::answerAfterwards);
		flood = TestUpstream.handling((peer) -> {
			peer.readLine();
			for (int i = 0; i < LINES; i++) {
				peer.sendLine(LINE);
			}
			peer.awaitEof();
		});
		sink = TestUpstream.sink();
		echo = TestUpstream.handling((peer) -> {
			peer.sendLine(peer.readLine());
			peer.awaitEof();
			gone.acquireUninterruptibly();
		});
		bye = TestUpstream.handling(EDGE.context(), version("TLSv1.3"), (peer) -> {
			peer.sendLine("bye");
			peer.halfClose();
			peer.within(Duration.ofHours(1)).readAll();
		});
		gateway = Gateway.start(Gateway.all(new String[] { "management.endpoint.connections.access=unrestricted" },
				EDGE.bundle("edge", directory), route("in", afterwards, "listen.tls.bundle=edge"),
				route("out13", secured, "upstream.tls.bundle=edge"), route("out12", older, "upstream.tls.bundle=edge"),
				route("bye", bye, "upstream.tls.bundle=edge"), route("flood", flood, "listen.tls.bundle=edge"),
				route("quick", echo, "listen.tls.bundle=edge"), route("sink", sink, "listen.tls.bundle=edge"),
				route("reset", sink, "listen.tls.bundle=edge")));
	}

	@AfterAll
	static void stop() {
		afterwards.close();
		secured.close();
		older.close();
		flood.close();
		sink.close();
		echo.close();
		bye.close();
		gateway.close();
	}

	private static String[] route(String name, TestUpstream server, String... more) {
		return Gateway.route(name, "crlf", "crlf", server.address(), more);
	}

	private static Consumer<SSLParameters> version(String version) {
		return (tls) -> tls.setProtocols(new String[] { version });
	}

	private static void answerAfterwards(io.framegate.testkit.Peer peer) {
		int lines = 0;
		peer.within(Duration.ofHours(1));
		while (peer.readLineOrEof() != null) {
			lines++;
		}
		for (int i = 0; i < lines; i++) {
			peer.sendLine("answer " + i);
		}
	}

	private static TestClient connect(String route, String version) {
		return TestClient.connect(gateway.port(route), CLIENT, version(version));
	}

	private static void ask(TestClient client, int lines) {
		for (int i = 0; i < lines; i++) {
			client.sendLine("question " + i);
		}
	}

	private static void abort(FrameConnection connection) {
		var response = gateway.operate("DELETE", "/actuator/connections/" + connection.getConnectionId() + "?how=abort",
				null);
		assertThat(response.statusCode()).as(response.body()).isEqualTo(202);
	}

	private static Closure upstreamOf(Closure inbound) {
		return Gateway.await("the upstream's closure",
				() -> gateway.closures(inbound.route())
					.stream()
					.filter((one) -> inbound.id().equals(one.peerId()))
					.findFirst());
	}

	/** As most programs close: they wait for nobody's close_notify. */
	@ParameterizedTest
	@ValueSource(strings = { "TLSv1.2", "TLSv1.3" })
	@NeedsNativeSockets("report a reset after FIN")
	void clientThatClosesAfterItsCloseNotifyEndsNormally(String version) throws IOException {
		try (Socket socket = new Socket("127.0.0.1", gateway.port("quick"));
				SSLSocket tls = (SSLSocket) CLIENT.getSocketFactory().createSocket(socket, "127.0.0.1", 1, true)) {
			tls.setEnabledProtocols(new String[] { version });
			tls.getOutputStream().write("hello\r\n".getBytes(StandardCharsets.US_ASCII));
			assertThat(tls.getInputStream().readNBytes(7)).asString(StandardCharsets.US_ASCII).isEqualTo("hello\r\n");
			String remote = "127.0.0.1:" + socket.getLocalPort();
			tls.shutdownOutput();
			// As one does whose kernel finds something unread.
			socket.setSoLinger(true, 0);
			socket.close();
			Closure closure = Gateway.await("the closure",
					() -> gateway.closures("quick").stream().filter((one) -> one.remote().equals(remote)).findFirst());
			gone.release();
			assertThat(closure.reason()).isEqualTo(CloseReason.INBOUND_EOF);
			assertThat(closure.undelivered().frames()).isZero();
		}
		gateway.awaitNoConnections("quick");
	}

	@Test
	void repliesStillComeAfterTheClientsCloseNotify() {
		try (TestClient client = connect("in", "TLSv1.3")) {
			ask(client, 100);
			client.halfClose();
			for (int i = 0; i < 100; i++) {
				assertThat(client.readLine()).isEqualTo("answer " + i);
			}
			client.expectEof();
			Closure closure = gateway.awaitClosure("in", client);
			assertThat(closure.reason()).isEqualTo(CloseReason.INBOUND_EOF);
			assertThat(closure.detail()).isEmpty();
			assertThat(closure.framesIn()).isEqualTo(100);
			assertThat(closure.framesOut()).isEqualTo(100);
			assertThat(closure.undelivered()).isEqualTo(new Closure.Undelivered(0, 0));
		}
	}

	@Test
	void closeNotifyOfTls12EndsBothDirections() {
		try (TestClient client = connect("in", "TLSv1.2")) {
			ask(client, 100);
			client.halfClose();
			Closure closure = gateway.awaitClosure("in", client);
			assertThat(closure.reason()).isEqualTo(CloseReason.INBOUND_EOF);
			assertThat(closure.endedBy()).isEqualTo(EndedBy.INBOUND);
			assertThat(closure.detail()).isEqualTo("its close_notify ended both directions, as TLS 1.2 has it");
			assertThat(closure.framesIn()).isEqualTo(100);
			assertThat(closure.framesOut()).isZero();
			Closure upstream = upstreamOf(closure);
			assertThat(upstream.framesOut()).isEqualTo(100);
			assertThat(upstream.undelivered().frames()).isEqualTo(100);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "out13", "out12" })
	void serversAnswerAfterOurCloseNotify(String route) {
		try (TestClient client = gateway.connect(route)) {
			ask(client, 100);
			client.halfClose();
			if (route.equals("out13")) {
				for (int i = 0; i < 100; i++) {
					assertThat(client.readLine()).isEqualTo("answer " + i);
				}
			}
			client.readUntilEnd();
			Closure closure = upstreamOf(gateway.awaitClosure(route, client));
			assertThat(closure.framesOut()).isEqualTo(100);
			if (route.equals("out13")) {
				assertThat(closure.reason()).isEqualTo(CloseReason.INBOUND_EOF);
				assertThat(closure.framesIn()).isEqualTo(100);
			}
		}
	}

	@Test
	void serversCloseNotifyLeavesTheOtherDirectionOpen() {
		try (TestClient client = gateway.connect("bye")) {
			assertThat(client.readLine()).isEqualTo("bye");
			client.expectEof();
			ask(client, 100);
			client.halfClose();
			Closure closure = upstreamOf(gateway.awaitClosure("bye", client));
			assertThat(closure.reason()).isEqualTo(CloseReason.UPSTREAM_EOF);
			assertThat(closure.framesOut()).isEqualTo(100);
			assertThat(closure.undelivered()).isEqualTo(new Closure.Undelivered(0, 0));
		}
	}

	@Test
	void finWithoutCloseNotifyBetweenFramesIsOnlyADetail() {
		try (TestClient client = connect("in", "TLSv1.3")) {
			ask(client, 3);
			client.halfCloseWire();
			for (int i = 0; i < 3; i++) {
				assertThat(client.readLine()).isEqualTo("answer " + i);
			}
			client.expectEof();
			Closure closure = gateway.awaitClosure("in", client);
			assertThat(closure.reason()).isEqualTo(CloseReason.INBOUND_EOF);
			assertThat(closure.detail()).isEqualTo("FIN without close_notify");
		}
	}

	@Test
	void finWithoutCloseNotifyInsideAFrameIsATruncatedFrame() {
		try (TestClient client = connect("in", "TLSv1.3")) {
			client.send("question 0\r\nhalf a que");
			client.halfCloseWire();
			assertThat(client.readLine()).isEqualTo("answer 0");
			client.expectEof();
			Closure closure = gateway.awaitClosure("in", client);
			assertThat(closure.reason()).isEqualTo(CloseReason.TRUNCATED_FRAME);
			assertThat(closure.partialFrameBytes()).isEqualTo(10);
		}
	}

	@Test
	void finInsideARecordIsATruncatedFrame() {
		try (TestClient client = connect("in", "TLSv1.3")) {
			ask(client, 1);
			client.sendOnWire(new byte[] { 0x17, 3, 3, 0, 50, 1, 2, 3 });
			client.halfCloseWire();
			assertThat(client.readLine()).isEqualTo("answer 0");
			Closure closure = gateway.awaitClosure("in", client);
			assertThat(closure.reason()).isEqualTo(CloseReason.TRUNCATED_FRAME);
			assertThat(closure.detail()).isEqualTo("FIN inside a TLS record");
		}
	}

	@Test
	void damagedRecordIsATlsFault() {
		try (TestClient client = connect("sink", "TLSv1.3")) {
			client.sendLine("whole");
			client.sendOnWire(new byte[] { 0x17, 3, 3, 0, 20, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17,
					18, 19, 20 });
			Closure closure = gateway.awaitClosure("sink", client);
			assertThat(closure.reason()).isEqualTo(CloseReason.TLS_FAILED);
			assertThat(closure.endedBy()).isEqualTo(EndedBy.INBOUND);
			assertThat(closure.framesIn()).isEqualTo(1);
		}
	}

	/**
	 * What the client asks for is answered each time, and it reads none of the answers.
	 */
	@Test
	void endlessKeyUpdatesAreAFault() {
		try (TestClient client = connect("sink", "TLSv1.3")) {
			client.sendLine("one");
			assertThatThrownBy(() -> {
				for (int i = 0; i < 100_000; i++) {
					client.updateKeys();
				}
			}).isInstanceOf(UncheckedIOException.class);
			Closure closure = gateway.awaitClosure("sink", client);
			assertThat(closure.reason()).isEqualTo(CloseReason.TLS_FAILED);
			assertThat(closure.endedBy()).isEqualTo(EndedBy.INBOUND);
			assertThat(closure.detail()).isEqualTo("too many KeyUpdates in a row");
		}
	}

	@Test
	void keyUpdatesBetweenFramesAreServed() {
		try (TestClient client = connect("in", "TLSv1.3")) {
			for (int i = 0; i < 100; i++) {
				client.sendLine("question " + i);
				client.updateKeys();
			}
			client.halfClose();
			for (int i = 0; i < 100; i++) {
				assertThat(client.readLine()).isEqualTo("answer " + i);
			}
			client.expectEof();
		}
	}

	@Test
	void plainTextAfterTheHandshakeIsATlsFaultThatShowsNoneOfIt() {
		try (TestClient client = connect("sink", "TLSv1.3")) {
			client.sendOnWire("password=secret\r\n".repeat(100).getBytes(StandardCharsets.US_ASCII));
			Closure closure = gateway.awaitClosure("sink", client);
			assertThat(closure.reason()).isEqualTo(CloseReason.TLS_FAILED);
			assertThat(closure.detail()).isEqualTo("not TLS, after the handshake");
		}
	}

	@Test
	void resetPassesOn() {
		try (TestClient client = connect("reset", "TLSv1.3")) {
			client.sendLine("one");
			FrameConnection upstream = Gateway.await("the frame upstream",
					() -> gateway.connections("reset")
						.stream()
						.filter((one) -> one.side() == Side.UPSTREAM && one.framesOut() == 1)
						.findFirst());
			client.reset();
			Closure closure = gateway.awaitClosure("reset", client);
			assertThat(closure.reason()).isEqualTo(CloseReason.INBOUND_RESET);
			assertThat(upstreamOf(closure).id()).isEqualTo(upstream.getConnectionId());
		}
	}

	@Test
	void abortShowsNoCloseNotify() {
		try (TestClient client = connect("sink", "TLSv1.3")) {
			client.sendLine("one");
			FrameConnection connection = Gateway.await("the connection",
					() -> gateway.connections("sink")
						.stream()
						.filter((one) -> one.side() == Side.INBOUND && one.framesIn() == 1)
						.findFirst());
			abort(connection);
			assertThatThrownBy(client::readLine).hasMessageContaining("reset");
			assertThat(gateway.awaitClosure("sink", client).reason()).isEqualTo(CloseReason.OPERATOR_ABORT);
		}
	}

	/**
	 * A client that stops reading in the middle: whatever it has decrypted whole counts
	 * as taken at most, and the rest as undelivered.
	 */
	@Test
	void countsOfAnAbortedFloodAreExact() throws Exception {
		CountDownLatch stuck = new CountDownLatch(1);
		try (TestClient client = TestClient.connect(gateway.port("flood"), 8 * 1024, CLIENT, version("TLSv1.3"))) {
			client.sendLine("go");
			for (int i = 0; i < 10; i++) {
				assertThat(client.readLine()).isEqualTo(LINE);
			}
			FrameConnection connection = Gateway.await("a slow reader",
					() -> gateway.connections("flood")
						.stream()
						.filter((one) -> one.side() == Side.INBOUND && one.pendingBytes() > 0 && !one.isWritable())
						.findFirst());
			assertThat(connection.pendingBytes()).isLessThan(1_000_000);
			stuck.countDown();
			abort(connection);
			Closure closure = gateway.awaitClosure("flood", client);
			Closure upstream = upstreamOf(closure);
			assertThat(closure.bytesOut() / 1000).isEqualTo(closure.framesOut());
			// With io_uring a read can be on its way when the client is closed already:
			// what it
			// brings is in the server's record alone.
			long onTheirWay = (TestLoops.transport() == Transport.IO_URING) ? 2 * SharedReadBuffer.READ_SIZE / 1000 : 0;
			assertThat(upstream.framesIn() - closure.framesOut() - closure.undelivered().frames()).isBetween(0L,
					onTheirWay);
			assertThat(closure.framesOut()).isGreaterThan(10);
		}
	}

	/** The answers to key updates between frames would pile up here. */
	@Test
	void keyUpdatesWhoseAnswersNobodyReadsAreATlsFault() {
		try (TestClient client = TestClient.connect(gateway.port("flood"), 8 * 1024, CLIENT, version("TLSv1.3"))) {
			client.sendLine("go");
			Gateway.await("back pressure",
					() -> gateway.connections("flood").stream().anyMatch((one) -> !one.isWritable()) ? Optional.of(true)
							: Optional.empty());
			assertThatThrownBy(() -> {
				for (int i = 0; i < 1_000_000; i++) {
					client.updateKeys();
					if (i % 16 == 0) {
						client.sendLine("more");
					}
				}
			}).isInstanceOf(UncheckedIOException.class);
			assertThat(gateway.awaitClosure("flood", client).reason()).isEqualTo(CloseReason.TLS_FAILED);
		}
	}

	@Test
	void keyUpdatesBetweenFramesAreNoFault() {
		try (TestClient client = connect("in", "TLSv1.3")) {
			for (int i = 0; i < 1000; i++) {
				client.updateKeys();
				client.sendLine("question " + i);
			}
			client.halfClose();
			for (int i = 0; i < 1000; i++) {
				assertThat(client.readLine()).isEqualTo("answer " + i);
			}
			client.expectEof();
		}
	}

	@Test
	void slowReaderGetsEverything() {
		try (TestClient client = TestClient.connect(gateway.port("flood"), 8 * 1024, CLIENT, version("TLSv1.3"))) {
			client.sendLine("go");
			Gateway.await("back pressure",
					() -> gateway.connections("flood").stream().anyMatch((one) -> !one.isWritable()) ? Optional.of(true)
							: Optional.empty());
			for (int i = 0; i < LINES; i++) {
				assertThat(client.readLine()).isEqualTo(LINE);
			}
			client.halfClose();
			client.expectEof();
			Closure closure = gateway.awaitClosure("flood", client);
			assertThat(closure.framesOut()).isEqualTo(LINES);
			assertThat(closure.bytesOut()).isEqualTo(LINES * 1000);
			assertThat(closure.undelivered()).isEqualTo(new Closure.Undelivered(0, 0));
		}
	}

}
