package io.framegate.tls;

import java.nio.file.Path;
import java.util.function.Consumer;

import javax.net.ssl.SSLParameters;

import io.framegate.closure.CloseReason;
import io.framegate.closure.Closure;
import io.framegate.closure.Side;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.LoopTime;
import io.framegate.testkit.TestCertificates;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestUpstream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A client with TLS that sends faster than it may.
 */
class TlsReadLimitTests {

	private static final TestCertificates CA = TestCertificates.authority("CN=Test CA");

	private static final TestCertificates.Identity EDGE = CA.issue("CN=edge", "dns:localhost", "ip:127.0.0.1");

	private static final long MILLI = 1_000_000;

	@TempDir
	private static Path directory;

	private final TestUpstream server = TestUpstream.lineEcho();

	private Gateway start(String limit) {
		return Gateway.start(Gateway.all(EDGE.bundle("edge", directory), Gateway.route("s", "crlf", "crlf",
				this.server.address(), "listen.tls.bundle=edge", "listen.max-frame-size=1MB", limit)));
	}

	private static Consumer<SSLParameters> version(String version) {
		return (tls) -> tls.setProtocols(new String[] { version });
	}

	@ParameterizedTest
	@ValueSource(strings = { "TLSv1.3", "TLSv1.2" })
	void framesAndTheEndComeLater(String version) {
		try (Gateway gateway = start("listen.max-frames-per-second=10");
				TestClient client = TestClient.connect(gateway.port("s"), CA.trusting(), version(version))) {
			long begun = System.nanoTime();
			client.send("100\r\n".repeat(25));
			for (int i = 0; i < 25; i++) {
				assertThat(client.readLine()).isEqualTo("100");
			}
			client.halfClose();
			client.expectEof();
			assertThat(System.nanoTime() - begun).isGreaterThan(1300 * MILLI);
			Closure closure = gateway.awaitClosure("s", Side.INBOUND);
			assertThat(closure.reason()).isEqualTo(CloseReason.INBOUND_EOF);
			assertThat(closure.undelivered().frames()).isZero();
		}
	}

	/** Records are longer than what may be read at once. */
	@Test
	void loopRestsWhileTheClientWaits() {
		try (Gateway gateway = start("listen.max-bytes-per-second=4KB");
				TestClient client = TestClient.connect(gateway.port("s"), CA.trusting(), version("TLSv1.3"))) {
			String line = "x".repeat(24_000);
			Thread.ofVirtual().start(() -> client.sendLine(line));
			Gateway.await("the beginning",
					() -> gateway.connections("s")
						.stream()
						.filter((each) -> each.side() == Side.INBOUND && each.bytesIn() > 4096)
						.findFirst());
			LoopTime time = new LoopTime();
			long begun = System.nanoTime();
			assertThat(client.readLine()).isEqualTo(line);
			assertThat(System.nanoTime() - begun).isGreaterThan(1000 * MILLI);
			assertThat(time.share()).isLessThan(0.3);
		}
	}

}
