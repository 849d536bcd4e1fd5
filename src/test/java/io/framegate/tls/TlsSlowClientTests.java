package io.framegate.tls;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import javax.net.ssl.SSLSocket;

import io.framegate.closure.CloseReason;
import io.framegate.closure.Closure;
import io.framegate.closure.EndedBy;
import io.framegate.closure.Side;
import io.framegate.connection.FrameConnection;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.TestCertificates;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestUpstream;
import io.framegate.transport.Transport;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A client with TLS that reads nothing, or leaves, while its server sends much.
 */
class TlsSlowClientTests {

	private static final TestCertificates CA = TestCertificates.authority("CN=Test CA");

	private static final TestCertificates.Identity EDGE = CA.issue("CN=edge", "dns:localhost", "ip:127.0.0.1");

	private static final int REQUESTS = 2000;

	/** The client's receive buffer, in bytes. */
	private static final int SMALL = 16 * 1024;

	private static final int MEGABYTE = 1_000_000;

	/** So often the same is seen when nothing moves any more. */
	private static final int STILL = 15;

	@TempDir
	private static Path directory;

	private long seen;

	private int times;

	private static TestUpstream flood() {
		return TestUpstream.handling((peer) -> {
			peer.readLine();
			while (true) {
				peer.sendLine("x".repeat(998));
			}
		});
	}

	private static Gateway start(TestUpstream server, String drain, String... more) {
		return Gateway.start(Gateway.all(EDGE.bundle("edge", directory), Gateway.route("s", "crlf", "crlf",
				server.address(), "listen.tls.bundle=edge", "timeouts.drain=" + drain), more));
	}

	@ParameterizedTest
	@EnumSource(Transport.class)
	void littleWaitsForIt(Transport transport) {
		Assumptions.assumeTrue(transport.isAvailable(), "it is forbidden here");
		try (TestUpstream server = flood();
				Gateway gateway = start(server, "500ms", "framegate.transport=" + transport.label());
				TestClient client = TestClient.connect(gateway.port("s"), SMALL, CA.trusting(), (tls) -> {
				})) {
			client.sendLine("go");
			awaitNoMoreReads(gateway);
			assertThat(connection(gateway, Side.INBOUND).pendingBytes()).isBetween(1L, (long) MEGABYTE);
		}
	}

	/**
	 * The JDK's SSLSocket.close() sends user_canceled and close_notify, or in TLS 1.2
	 * close_notify alone, and the JDK's engine then encrypts nothing more: the connection
	 * hung, and its loop turned without end. Its server was never read again.
	 */
	@ParameterizedTest
	@CsvSource({ "TLSv1.3, it sent user_canceled with its close_notify",
			"TLSv1.2, 'its close_notify ended both directions, as TLS 1.2 has it'" })
	void oneThatClosesEndsItsServerToo(String version, String detail) throws IOException {
		try (TestUpstream server = flood(); Gateway gateway = start(server, "500ms"); Socket wire = new Socket()) {
			wire.setReceiveBufferSize(SMALL);
			wire.connect(new InetSocketAddress("127.0.0.1", gateway.port("s")));
			SSLSocket client = (SSLSocket) CA.trusting()
				.getSocketFactory()
				.createSocket(wire, "localhost", gateway.port("s"), false);
			client.setEnabledProtocols(new String[] { version });
			client.getOutputStream().write("go\r\n".getBytes(StandardCharsets.US_ASCII));
			awaitNoMoreReads(gateway);
			// It reads what comes until the gateway's close_notify.
			Thread.ofVirtual().start(() -> close(client));
			Closure closure = gateway.awaitClosure("s", Side.INBOUND);
			assertThat(closure.reason()).isEqualTo(CloseReason.INBOUND_EOF);
			assertThat(closure.endedBy()).isEqualTo(EndedBy.INBOUND);
			assertThat(closure.detail()).isEqualTo(detail);
			Closure upstream = gateway.awaitClosure("s", Side.UPSTREAM);
			assertThat(upstream.reason()).isEqualTo(CloseReason.DRAIN_TIMEOUT);
			assertThat(upstream.detail()).isEqualTo("drain timer (500ms) ran out");
			assertThat(closure.framesOut() + upstream.undelivered().frames()).isEqualTo(upstream.framesIn());
		}
	}

	/** A server that is slow was reset when it had answered with 1 MiB. */
	@ParameterizedTest
	@ValueSource(strings = { "TLSv1.3", "TLSv1.2" })
	void whatOneThatClosesHasSentReachesItsServer(String version) throws IOException {
		CountDownLatch gone = new CountDownLatch(1);
		AtomicInteger read = new AtomicInteger();
		try (TestUpstream server = TestUpstream.handling((peer) -> {
			gone.await();
			while (peer.readLineOrEof() != null) {
				read.incrementAndGet();
				peer.sendLine("x".repeat(2000));
			}
		}); Gateway gateway = start(server, "30s"); Socket wire = new Socket("127.0.0.1", gateway.port("s"))) {
			SSLSocket client = (SSLSocket) CA.trusting()
				.getSocketFactory()
				.createSocket(wire, "localhost", gateway.port("s"), false);
			client.setEnabledProtocols(new String[] { version });
			client.getOutputStream()
				.write(("x".repeat(198) + "\r\n").repeat(REQUESTS).getBytes(StandardCharsets.US_ASCII));
			close(client);
			Closure closure = gateway.awaitClosure("s", Side.INBOUND);
			assertThat(closure.undelivered().frames()).isZero();
			gone.countDown();
			Closure upstream = gateway.awaitClosure("s", Side.UPSTREAM);
			assertThat(upstream.reason()).isEqualTo(CloseReason.INBOUND_EOF);
			assertThat(upstream.undelivered().frames()).isEqualTo(REQUESTS);
			assertThat(read).hasValue(REQUESTS);
		}
	}

	private static void close(Socket socket) {
		try {
			socket.close();
		}
		catch (IOException expected) {
			return;
		}
	}

	private void awaitNoMoreReads(Gateway gateway) {
		Gateway.await("a server that is not read", () -> isStill(connection(gateway, Side.UPSTREAM).bytesIn()));
	}

	private Optional<Long> isStill(long read) {
		this.times = (read == this.seen && read > MEGABYTE) ? this.times + 1 : 0;
		this.seen = read;
		return (this.times < STILL) ? Optional.empty() : Optional.of(read);
	}

	private static FrameConnection connection(Gateway gateway, Side side) {
		return Gateway.await("a connection",
				() -> gateway.connections("s").stream().filter((one) -> one.side() == side).findFirst());
	}

}
