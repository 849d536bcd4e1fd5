package io.framegate.tls;

import java.nio.file.Path;
import java.util.Optional;

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
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A client with TLS that reads nothing, while its server sends without end.
 */
class TlsSlowClientTests {

	private static final TestCertificates CA = TestCertificates.authority("CN=Test CA");

	private static final TestCertificates.Identity EDGE = CA.issue("CN=edge", "dns:localhost", "ip:127.0.0.1");

	private static final int LINES = 40_000;

	/** The client's receive buffer, in bytes. */
	private static final int SMALL = 16 * 1024;

	private static final int MEGABYTE = 1_000_000;

	/** So often the same is seen when nothing moves any more. */
	private static final int STILL = 15;

	@TempDir
	private static Path directory;

	private long seen;

	private int times;

	/** Not on NIO yet: its loop is not done with such a client when the gateway stops. */
	@ParameterizedTest
	@EnumSource(value = Transport.class, names = { "IO_URING", "EPOLL" })
	void littleWaitsForIt(Transport transport) {
		Assumptions.assumeTrue(transport.isAvailable(), "it is forbidden here");
		try (TestUpstream server = TestUpstream.handling((peer) -> {
			peer.readLine();
			for (int i = 0; i < LINES; i++) {
				peer.sendLine("x".repeat(998));
			}
		});
				Gateway gateway = Gateway.start(Gateway.all(EDGE.bundle("edge", directory),
						Gateway.route("s", "crlf", "crlf", server.address(), "listen.tls.bundle=edge",
								"timeouts.drain=500ms"),
						new String[] { "framegate.transport=" + transport.label() }));
				TestClient client = TestClient.connect(gateway.port("s"), SMALL, CA.trusting(), (tls) -> {
				})) {
			client.sendLine("go");
			Gateway.await("a server that is not read", () -> isStill(connection(gateway, Side.UPSTREAM).bytesIn()));
			assertThat(connection(gateway, Side.INBOUND).pendingBytes()).isBetween(1L, (long) MEGABYTE);
		}
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
