package io.framegate.tls;

import java.nio.file.Path;
import java.util.stream.IntStream;

import javax.net.ssl.SSLContext;

import io.framegate.closure.CloseReason;
import io.framegate.closure.Closure;
import io.framegate.closure.EndedBy;
import io.framegate.closure.Side;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.TestCertificates;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestUpstream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Sessions with TLS as both peers see them.
 */
class TlsSessionTests {

	private static final TestCertificates CA = TestCertificates.authority("CN=Test CA");

	private static final TestCertificates.Identity EDGE = CA.issue("CN=edge,O=Example", "dns:localhost",
			"ip:127.0.0.1");

	private static final SSLContext CLIENT = CA.trusting();

	@TempDir
	private Path directory;

	private Gateway inbound(TestUpstream server, String... more) {
		return Gateway.start(Gateway.all(EDGE.bundle("edge", this.directory), Gateway.route("s", "crlf", "crlf",
				server.address(), Gateway.all(new String[] { "listen.tls.bundle=edge" }, more))));
	}

	private Gateway upstream(TestUpstream server, String... more) {
		return Gateway.start(Gateway.all(EDGE.bundle("partner", this.directory), Gateway.route("s", "crlf", "crlf",
				server.address(), Gateway.all(new String[] { "upstream.tls.bundle=partner" }, more))));
	}

	@ParameterizedTest
	@ValueSource(strings = { "TLSv1.3", "TLSv1.2" })
	void clientsSpeakTls(String version) {
		try (TestUpstream server = TestUpstream.lineEcho();
				Gateway gateway = inbound(server);
				TestClient client = TestClient.connect(gateway.port("s"), CLIENT,
						(tls) -> tls.setProtocols(new String[] { version }))) {
			IntStream.range(0, 1000).forEach((i) -> client.sendLine("frame " + i));
			for (int i = 0; i < 1000; i++) {
				assertThat(client.readLine()).isEqualTo("frame " + i);
			}
			assertThat(client.session().getProtocol()).isEqualTo(version);
			client.close();
			Closure closure = gateway.awaitClosure("s", Side.INBOUND);
			assertThat(closure.reason()).isEqualTo(CloseReason.INBOUND_EOF);
			assertThat(closure.endedBy()).isEqualTo(EndedBy.INBOUND);
			assertThat(closure.framesIn()).isEqualTo(1000);
			assertThat(closure.framesOut()).isEqualTo(1000);
			assertThat(closure.bytesIn()).isEqualTo(closure.bytesOut()).isEqualTo(10_890);
			assertThat(closure.undelivered()).isEqualTo(new Closure.Undelivered(0, 0));
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "TLSv1.3", "TLSv1.2" })
	void serversSpeakTls(String version) {
		try (TestUpstream server = TestUpstream.handling(EDGE.context(),
				(tls) -> tls.setProtocols(new String[] { version }), (peer) -> {
					for (String line = peer.readLineOrEof(); line != null; line = peer.readLineOrEof()) {
						peer.sendLine("re: " + line);
					}
				}); Gateway gateway = upstream(server); TestClient client = gateway.connect("s")) {
			IntStream.range(0, 1000).forEach((i) -> client.sendLine("frame " + i));
			for (int i = 0; i < 1000; i++) {
				assertThat(client.readLine()).isEqualTo("re: frame " + i);
			}
			client.halfClose();
			client.expectEof();
			Closure closure = gateway.awaitClosure("s", Side.UPSTREAM);
			assertThat(closure.reason()).isEqualTo(CloseReason.INBOUND_EOF);
			assertThat(closure.framesIn()).isEqualTo(1000);
			assertThat(closure.framesOut()).isEqualTo(1000);
			assertThat(closure.undelivered()).isEqualTo(new Closure.Undelivered(0, 0));
		}
	}

}
