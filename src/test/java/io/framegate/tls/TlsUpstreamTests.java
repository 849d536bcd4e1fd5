package io.framegate.tls;

import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;

import javax.net.ssl.SSLParameters;

import io.framegate.closure.CloseReason;
import io.framegate.closure.Closure;
import io.framegate.closure.EndedBy;
import io.framegate.closure.Side;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.TestCertificates;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestUpstream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Servers that the gateway does not trust, or that do not trust it. A route for each
 * kind, all in one gateway.
 */
class TlsUpstreamTests {

	private static final TestCertificates CA = TestCertificates.authority("CN=Test CA");

	private static final TestCertificates OTHER_CA = TestCertificates.authority("CN=Other CA");

	private static final Consumer<SSLParameters> ANY = (tls) -> {
	};

	@TempDir
	private static Path directory;

	private static TestUpstream good;

	private static TestUpstream stranger;

	private static TestUpstream expired;

	private static TestUpstream misnamed;

	private static TestUpstream demanding;

	private static TestUpstream plain;

	private static TestUpstream silent;

	private static TestUpstream again;

	private static Gateway gateway;

	@BeforeAll
	static void start() {
		good = server(CA.issue("CN=server", "ip:127.0.0.1"));
		stranger = server(OTHER_CA.issue("CN=server", "ip:127.0.0.1"));
		expired = server(CA.issueExpired("CN=server", "ip:127.0.0.1"));
		misnamed = server(CA.issue("CN=server", "dns:other.example"));
		demanding = TestUpstream.handling(CA.issue("CN=server", "ip:127.0.0.1").context(),
				(tls) -> tls.setNeedClientAuth(true), (peer) -> peer.sendLine("re: " + peer.readLine()));
		plain = TestUpstream.handling((peer) -> peer.sendLine("220 hello"));
		silent = TestUpstream.silent();
		again = TestUpstream.handling(good().context(), (tls) -> tls.setProtocols(new String[] { "TLSv1.2" }),
				(peer) -> {
					for (String line = peer.readLineOrEof(); line != null; line = peer.readLineOrEof()) {
						peer.updateKeys();
						peer.sendLine("re: " + line);
					}
				});
		String health = "upstream.health-check.interval=100ms";
		gateway = Gateway.start(Gateway.all(
				new String[] { "spring.ssl.bundle.pem.trust.truststore.certificate=file:"
						+ good().write(directory).resolve("ca.crt") },
				CA.issue("CN=gateway,O=Example").bundle("own", directory.resolve("own")), route("good", good.address()),
				route("stranger", stranger.address()), route("expired", expired.address()),
				route("misnamed", misnamed.address()),
				route("renamed", misnamed.address(), "upstream.tls.server-name=other.example"),
				route("lenient", misnamed.address(), "upstream.tls.verify-hostname=false"),
				route("underlined", misnamed.address(), "upstream.tls.server-name=a_b.example",
						"upstream.tls.verify-hostname=false"),
				route("absolute", misnamed.address(), "upstream.tls.server-name=other.example."),
				route("again", again.address(), "upstream.tls.verify-hostname=false"),
				route("pooled", silent.address() + "," + good.address(), "upstream.balance=failover",
						"mode=request-reply", "timeouts.tls-handshake=200ms", "upstream.pool.max-wait=1m"),
				route("anonymous", demanding.address()), route("known", demanding.address(), "upstream.tls.bundle=own"),
				route("plain", plain.address()), route("silent", silent.address(), "timeouts.tls-handshake=200ms"),
				route("next", stranger.address() + "," + good.address(), "upstream.balance=failover"),
				route("healthy", good.address(), health), route("ill", stranger.address(), health)));
	}

	private static TestCertificates.Identity good() {
		return CA.issue("CN=any");
	}

	private static TestUpstream server(TestCertificates.Identity identity) {
		return TestUpstream.handling(identity.context(), ANY, (peer) -> {
			for (String line = peer.readLineOrEof(); line != null; line = peer.readLineOrEof()) {
				peer.sendLine("re: " + line);
			}
		});
	}

	private static String[] route(String name, String targets, String... more) {
		return Gateway.route(name, "crlf", "crlf", targets,
				Gateway.all(new String[] { "upstream.tls.bundle=trust" }, more));
	}

	@AfterAll
	static void stop() {
		good.close();
		stranger.close();
		expired.close();
		misnamed.close();
		demanding.close();
		plain.close();
		silent.close();
		again.close();
		gateway.close();
	}

	private static void expectAnswer(String route) {
		try (TestClient client = gateway.connect(route)) {
			client.sendLine("hello");
			assertThat(client.readLine()).isEqualTo("re: hello");
		}
	}

	@ParameterizedTest
	@CsvSource({ "stranger, the server's certificate is not trusted: unknown CA",
			"expired, the server's certificate has expired: NotAfter",
			"misnamed, the server's certificate is for another name: ", "plain, not TLS" })
	void serverThatCannotBeTrustedIsNotUsed(String route, String detail) {
		try (TestClient client = gateway.connect(route)) {
			client.sendLine("hello");
			client.expectEof();
			Closure closure = gateway.awaitClosure(route, Side.UPSTREAM);
			assertThat(closure.reason()).isEqualTo(CloseReason.TLS_FAILED);
			assertThat(closure.endedBy()).isEqualTo(EndedBy.UPSTREAM);
			assertThat(closure.detail()).contains(": " + detail);
			assertThat(closure.framesOut()).isZero();
			client.close();
			assertThat(gateway.awaitClosure(route, client).reason()).isEqualTo(CloseReason.TLS_FAILED);
		}
	}

	@ParameterizedTest
	@CsvSource({ "good", "renamed", "lenient", "known", "next", "underlined", "absolute" })
	void serverThatIsTrustedAnswers(String route) {
		expectAnswer(route);
	}

	@Test
	void serverMayShakeHandsAgain() {
		try (TestClient client = gateway.connect("again")) {
			for (int i = 0; i < 3; i++) {
				client.sendLine("hello " + i);
				assertThat(client.readLine()).isEqualTo("re: hello " + i);
			}
		}
	}

	/** With TLS 1.3 the server refuses when our handshake is done. */
	@Test
	void serverThatWantsACertificateRefusesAfterTheHandshake() {
		try (TestClient client = gateway.connect("anonymous")) {
			client.sendLine("hello");
			client.readUntilEnd();
			Closure closure = gateway.awaitClosure("anonymous", Side.UPSTREAM);
			assertThat(closure.reason()).isEqualTo(CloseReason.TLS_FAILED);
			assertThat(closure.endedBy()).isEqualTo(EndedBy.UPSTREAM);
			assertThat(closure.detail()).contains("the server sent the alert certificate_required");
		}
	}

	@Test
	void serverThatDoesNotShakeHandsIsATimeout() {
		try (TestClient client = gateway.connect("silent")) {
			client.expectEof();
			Closure closure = gateway.awaitClosure("silent", Side.UPSTREAM);
			assertThat(closure.reason()).isEqualTo(CloseReason.TLS_HANDSHAKE_TIMEOUT);
			assertThat(closure.detail()).isEqualTo("tls-handshake timer (200ms) ran out");
		}
	}

	/**
	 * A link to the next target was given up for the first one, which had just failed.
	 */
	@Test
	void poolKeepsWhatItHasInsteadOfAServerThatDoesNotShakeHands() {
		expectAnswer("pooled");
		assertThat(gateway.closures("pooled")).filteredOn((one) -> one.side() == Side.UPSTREAM)
			.extracting(Closure::reason)
			.containsExactly(CloseReason.TLS_HANDSHAKE_TIMEOUT);
	}

	@Test
	void healthChecksSpeakTls() {
		Gateway.await("targets",
				() -> gateway.targetState("ill", 0).equals("DOWN") && gateway.targetState("healthy", 0).equals("UP")
						? Optional.of(true) : Optional.empty());
	}

}
