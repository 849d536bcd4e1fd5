package io.framegate.tls;

import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;

import io.framegate.closure.CloseReason;
import io.framegate.closure.Closure;
import io.framegate.closure.EndedBy;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.TestCertificates;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestUpstream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Clients that cannot or may not be served with TLS: what they see, and what the record
 * says. A route for each kind, all in one gateway.
 */
class TlsFailuresTests {

	private static final TestCertificates CA = TestCertificates.authority("CN=Test CA");

	private static final TestCertificates OTHER_CA = TestCertificates.authority("CN=Other CA");

	private static final Consumer<SSLParameters> ANY = (tls) -> {
	};

	@TempDir
	private static Path directory;

	private static TestUpstream server;

	private static Gateway gateway;

	@BeforeAll
	static void start() {
		server = TestUpstream.lineEcho();
		String[] tls = { "listen.tls.bundle=edge" };
		String[] need = Gateway.all(tls, new String[] { "listen.tls.client-auth=need" });
		gateway = Gateway.start(Gateway.all(
				CA.issue("CN=edge", "dns:localhost").bundle("edge", directory.resolve("edge")),
				CA.issue("CN=modern", "dns:localhost")
					.bundle("modern", directory.resolve("modern"), "options.enabled-protocols=TLSv1.3"),
				route("plain", "listen.tls.bundle=edge"), route("modern", "listen.tls.bundle=modern"),
				route("need", need), route("want", Gateway.all(tls, new String[] { "listen.tls.client-auth=want" })),
				route("alpn", Gateway.all(tls, new String[] { "listen.tls.alpn=mllp" })),
				route("hurry", Gateway.all(tls, new String[] { "timeouts.tls-handshake=300ms" })),
				route("few",
						Gateway.all(need,
								new String[] { "listen.tls.allow-subjects[0]=CN=*,O=Example",
										"listen.tls.allow-subjects[1]=a.example",
										"listen.tls.allow-subjects[2]=spiffe://example/ns/*" })),
				route("named", Gateway.all(tls, new String[] { "listen.tls.sni[*.example.com]=modern",
						"listen.tls.sni[old.example.com]=edge" }))));
	}

	private static String[] route(String name, String... more) {
		return Gateway.route(name, "crlf", "crlf", server.address(), more);
	}

	@AfterAll
	static void stop() {
		server.close();
		gateway.close();
	}

	private static TestClient connect(String route, SSLContext context, Consumer<SSLParameters> settings) {
		return TestClient.connect(gateway.port(route), context, settings);
	}

	/** The client fails at once, or with TLS 1.3 when it first reads. */
	private static String refused(String route, SSLContext context, Consumer<SSLParameters> settings) {
		Throwable[] thrown = new Throwable[1];
		try (TestClient client = connect(route, context, settings)) {
			thrown[0] = catchThrowable(() -> {
				client.sendLine("hello");
				client.readLine();
			});
		}
		catch (UncheckedIOException ex) {
			thrown[0] = ex;
		}
		assertThat(thrown[0]).isNotNull();
		return thrown[0].getMessage();
	}

	private static Closure failure(String route, String detail) {
		return Gateway.await("a closure of " + route + ": " + detail,
				() -> gateway.closures(route)
					.stream()
					.filter((one) -> one.reason() == CloseReason.TLS_FAILED && one.detail().startsWith(detail))
					.findFirst());
	}

	@Test
	void clientThatTrustsAnotherAuthoritySendsAnAlert() {
		int before = server.connections().size();
		assertThat(refused("plain", OTHER_CA.trusting(), ANY)).contains("unable to find valid certification path");
		assertThat(failure("plain", "the client sent the alert").endedBy()).isEqualTo(EndedBy.INBOUND);
		assertThat(server.connections()).hasSize(before);
	}

	@ParameterizedTest
	@ValueSource(strings = { "TLSv1.3", "TLSv1.2" })
	void clientWithoutCertificateGetsAnAlert(String version) {
		assertThat(refused("need", CA.trusting(), (tls) -> tls.setProtocols(new String[] { version })))
			.matches(".*(certificate_required|bad_certificate|handshake_failure).*");
		failure("need", "no client certificate");
	}

	@ParameterizedTest
	@ValueSource(strings = { "TLSv1.3", "TLSv1.2" })
	void clientOfAnotherAuthorityGetsAnAlert(String version) {
		assertThat(refused("need", OTHER_CA.issue("CN=stranger").contextTrusting(CA),
				(tls) -> tls.setProtocols(new String[] { version })))
			.contains("alert: certificate_unknown");
		failure("need", "the client's certificate is not trusted: unknown CA");
	}

	@Test
	void expiredClientCertificateGetsAnAlert() {
		assertThat(refused("need", CA.issueExpired("CN=old").context(), ANY)).contains("alert: certificate");
		failure("need", "the client's certificate has expired: NotAfter");
	}

	@Test
	void clientMayDeclineWhereItsCertificateIsOnlyWanted() {
		try (TestClient client = connect("want", CA.trusting(), ANY)) {
			client.sendLine("hello");
			assertThat(client.readLine()).isEqualTo("hello");
		}
	}

	@Test
	void noCommonVersion() {
		assertThat(refused("modern", CA.trusting(), (tls) -> tls.setProtocols(new String[] { "TLSv1.2" })))
			.contains("protocol_version");
		assertThat(failure("modern", "no common version of TLS").endedBy()).isEqualTo(EndedBy.INBOUND);
	}

	@Test
	void noCommonApplicationProtocol() {
		assertThat(refused("alpn", CA.trusting(), (tls) -> tls.setApplicationProtocols(new String[] { "h2" })))
			.contains("no_application_protocol");
		failure("alpn", "no common application protocol (ALPN)");
		try (TestClient client = connect("alpn", CA.trusting(),
				(tls) -> tls.setApplicationProtocols(new String[] { "h2", "mllp" }))) {
			client.sendLine("hello");
			assertThat(client.readLine()).isEqualTo("hello");
		}
	}

	@Test
	void plainClientGetsFin() {
		try (TestClient client = gateway.connect("plain")) {
			client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
			assertThat(client.readUntilEnd()).isEmpty();
			Closure closure = gateway.awaitClosure("plain", client);
			assertThat(closure.reason()).isEqualTo(CloseReason.TLS_FAILED);
			assertThat(closure.endedBy()).isEqualTo(EndedBy.INBOUND);
			assertThat(closure.detail()).isEqualTo("not TLS: looks like an HTTP request");
			assertThat(closure.bytesIn()).isZero();
		}
	}

	@Test
	void endlessClientHelloIsRefused() {
		try (TestClient client = gateway.connect("plain")) {
			client.send(new byte[] { 0x16, 3, 1, 0x40, 0, 1, 0, (byte) 0x60, 0 });
			assertThat(client.readUntilEnd()).isEmpty();
			assertThat(gateway.awaitClosure("plain", client).detail()).startsWith("a ClientHello of 24576 bytes");
		}
	}

	/** However a ClientHello is cut into records: at worst before its length. */
	@ParameterizedTest
	@ValueSource(ints = { 1, 2, 3, 4 })
	void clientHelloMayBeginWithASmallRecord(int first) throws SSLException {
		SSLEngine engine = CA.trusting().createSSLEngine();
		engine.setUseClientMode(true);
		ByteBuffer hello = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
		engine.wrap(ByteBuffer.allocate(0), hello);
		hello.flip();
		ByteBuffer cut = ByteBuffer.allocate(hello.limit() + 5);
		cut.put(hello.array(), 0, 3).putShort((short) first).put(hello.array(), 5, first);
		cut.put(hello.array(), 0, 3).putShort((short) (hello.limit() - 5 - first));
		cut.put(hello.array(), 5 + first, hello.limit() - 5 - first);
		try (TestClient client = gateway.connect("plain")) {
			client.send(cut.array());
			assertThat(client.readExactly(3)).containsExactly(0x16, 3, 3);
		}
	}

	@Test
	void clientThatSendsNothingAndGoesIsNoFault() {
		TestClient fin = gateway.connect("plain");
		fin.close();
		assertThat(gateway.awaitClosure("plain", fin).reason()).isEqualTo(CloseReason.INBOUND_EOF);
		TestClient rst = gateway.connect("plain");
		rst.reset();
		assertThat(gateway.awaitClosure("plain", rst).reason()).isEqualTo(CloseReason.INBOUND_EOF);
	}

	@Test
	void clientThatGoesDuringTheHandshakeIsAFault() {
		try (TestClient client = gateway.connect("plain")) {
			client.send(new byte[] { 0x16, 3, 1 });
			client.halfClose();
			assertThat(client.readUntilEnd()).isEmpty();
			Closure closure = gateway.awaitClosure("plain", client);
			assertThat(closure.reason()).isEqualTo(CloseReason.TLS_FAILED);
			assertThat(closure.endedBy()).isEqualTo(EndedBy.INBOUND);
			assertThat(closure.detail()).isEqualTo("FIN during the TLS handshake");
		}
	}

	@Test
	void dribblingDoesNotExtendTheHandshake() {
		try (TestClient client = gateway.connect("hurry")) {
			byte[] hello = new byte[2000];
			System.arraycopy(new byte[] { 0x16, 3, 1, 7, 0, 1, 0, 6, (byte) 0xFC }, 0, hello, 0, 9);
			Closure closure = null;
			for (int i = 0; closure == null && i < hello.length; i++) {
				try {
					client.send(new byte[] { hello[i] });
				}
				catch (UncheckedIOException ex) {
					break;
				}
				closure = gateway.closures("hurry").stream().findFirst().orElse(null);
				LockSupport.parkNanos(5_000_000);
			}
			closure = gateway.awaitClosure("hurry", client);
			assertThat(closure.reason()).isEqualTo(CloseReason.TLS_HANDSHAKE_TIMEOUT);
			assertThat(closure.endedBy()).isEqualTo(EndedBy.GATEWAY);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "CN=a,O=Example", "CN=x\\,O\\=Example", "CN=b,O=Example,C=DE", "CN=a,O=Elsewhere" })
	void onlySubjectsThatAreAllowedAreServed(String subject) {
		SSLContext context = CA.issue(subject).context();
		if (subject.equals("CN=a,O=Example")) {
			try (TestClient client = connect("few", context, ANY)) {
				client.sendLine("hello");
				assertThat(client.readLine()).isEqualTo("hello");
			}
			return;
		}
		try (TestClient client = connect("few", context, ANY)) {
			client.expectEof();
			client.close();
			Closure closure = gateway.awaitClosure("few", client);
			assertThat(closure.reason()).isEqualTo(CloseReason.DENIED);
			assertThat(closure.endedBy()).isEqualTo(EndedBy.GATEWAY);
			assertThat(closure.detail()).isEqualTo("allow-subjects does not contain " + subject);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "dns:a.example", "dns:A.Example", "uri:spiffe://example/ns/prod/sa/x" })
	void otherNamesAreAllowed(String name) {
		try (TestClient client = connect("few", CA.issue("CN=any", name).context(), ANY)) {
			client.sendLine("hello");
			assertThat(client.readLine()).isEqualTo("hello");
		}
	}

	@Test
	void namesInCertificatesForgeNoLogLine() {
		refused("few", CA.issue("CN=evil\\0Aforged,O=Elsewhere").context(), ANY);
		Closure closure = Gateway.await("the closure",
				() -> gateway.closures("few").stream().filter((one) -> one.detail().contains("evil")).findFirst());
		assertThat(closure.detail()).contains("CN=evil\\u000aforged,O=Elsewhere");
		assertThat(closure.tls().subject()).isEqualTo("CN=evil\\u000aforged,O=Elsewhere");
	}

	@Test
	void certificateIsThatOfTheServerName() {
		for (String[] pair : List.of(new String[] { "a.example.com", "CN=modern" },
				new String[] { "old.example.com", "CN=edge" }, new String[] { "a.b.example.com", "CN=edge" },
				new String[] { "example.com", "CN=edge" })) {
			try (TestClient client = connect("named", CA.trusting(),
					(tls) -> tls.setServerNames(List.of(new SNIHostName(pair[0]))))) {
				client.sendLine("hello");
				assertThat(client.readLine()).isEqualTo("hello");
				assertThat(client.peer()).isEqualTo(pair[1]);
			}
		}
	}

}
