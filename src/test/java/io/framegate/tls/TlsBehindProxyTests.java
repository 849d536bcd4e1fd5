package io.framegate.tls;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

import javax.net.ssl.SSLParameters;

import io.framegate.closure.CloseReason;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.HaProxy;
import io.framegate.testkit.TestCertificates;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestUpstream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

import static io.framegate.testkit.ProxyBytes.tcp;
import static io.framegate.testkit.ProxyBytes.tlv;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * A PROXY header and then TLS, from clients and to servers.
 */
class TlsBehindProxyTests {

	private static final TestCertificates CA = TestCertificates.authority("CN=Test CA");

	private static final Consumer<SSLParameters> ANY = (tls) -> {
	};

	private static final byte[] HEADER = tcp("203.0.113.9", 40001, "198.51.100.7", 7001, tlv(0x02, "orders.example"));

	@TempDir
	private Path directory;

	private TestUpstream server;

	private Gateway gateway;

	@BeforeEach
	void start() {
		this.server = TestUpstream.lineEcho();
		String[] more = { "listen.tls.bundle=edge", "listen.proxy-trusted=127.0.0.1" };
		this.gateway = Gateway
			.start(Gateway.all(CA.issue("CN=localhost", "dns:localhost").bundle("edge", this.directory),
					Gateway.route("required", "crlf", "crlf", this.server.address(),
							Gateway.all(more, new String[] { "listen.proxy-protocol=required" })),
					Gateway.route("optional", "crlf", "crlf", this.server.address(),
							Gateway.all(more, new String[] { "listen.proxy-protocol=optional" })),
					Gateway.route("impatient", "crlf", "crlf", this.server.address(), Gateway.all(more,
							new String[] { "listen.proxy-protocol=optional", "timeouts.tls-handshake=200ms" }))));
	}

	@AfterEach
	void stop() {
		this.gateway.close();
		this.server.close();
	}

	private JsonNode shown(String route) {
		return this.gateway.get("/actuator/connections?side=inbound&route=" + route).at("/connections/0");
	}

	@ParameterizedTest
	@ValueSource(strings = { "required", "optional" })
	void headerMayShareItsSegmentWithTheClientHello(String route) {
		byte[] line = "PROXY TCP4 203.0.113.9 198.51.100.7 40001 7001\r\n".getBytes(StandardCharsets.US_ASCII);
		for (byte[] header : new byte[][] { HEADER, line }) {
			try (TestClient client = TestClient.connect(header, this.gateway.port(route), CA.trusting(), ANY)) {
				client.sendLine("hello");
				assertThat(client.readLine()).isEqualTo("hello");
				assertThat(shown(route).at("/remote").asString()).isEqualTo("203.0.113.9:40001");
				assertThat(shown(route).at("/proxy/destination").asString()).isEqualTo("198.51.100.7:7001");
				assertThat(shown(route).at("/tls/protocol").asString()).isEqualTo("TLSv1.3");
			}
			this.gateway.awaitNoConnections(route);
		}
	}

	@Test
	void clientMayComeWithTlsAloneWhereTheHeaderIsOptional() {
		try (TestClient client = TestClient.connect(this.gateway.port("optional"), CA.trusting(), ANY)) {
			client.sendLine("hello");
			assertThat(client.readLine()).isEqualTo("hello");
			assertThat(shown("optional").at("/proxy").isMissingNode()).isTrue();
		}
	}

	@Test
	void silentClientIsLateForBoth() {
		try (TestClient client = this.gateway.connect("impatient")) {
			client.readUntilEnd();
			assertThat(this.gateway.awaitClosure("impatient", client).reason())
				.isEqualTo(CloseReason.TLS_HANDSHAKE_TIMEOUT);
		}
		assertThat(this.server.connections()).isEmpty();
	}

	@Test
	void plainClientAfterAHeaderIsNoTls() {
		try (TestClient client = this.gateway.connect("required")) {
			client.send(HEADER);
			client.send("GET / HTTP/1.1\r\n\r\n");
			client.readUntilEnd();
			assertThat(Gateway.await("a closure", () -> this.gateway.closures("required").stream().findFirst()))
				.satisfies((closure) -> assertThat(closure.reason()).isEqualTo(CloseReason.TLS_FAILED))
				.satisfies((closure) -> assertThat(closure.remote()).isEqualTo("203.0.113.9:40001"));
		}
	}

	@Test
	@EnabledIf("io.framegate.testkit.HaProxy#isInstalled")
	void haproxyInFrontSendsAHeaderAndThenTls() {
		try (HaProxy proxy = HaProxy.before("",
				this.gateway.port("required") + " send-proxy-v2 ssl verify none check inter 100ms");
				TestClient client = TestClient.connect(proxy.port())) {
			client.sendLine("hello");
			assertThat(client.readLine()).isEqualTo("hello");
			assertThat(shown("required").at("/tls/protocol").asString()).isEqualTo("TLSv1.3");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "v1", "v2" })
	@EnabledIf("io.framegate.testkit.HaProxy#isInstalled")
	void serverGetsTheHeaderBeforeTls(String version) throws Exception {
		stop();
		Path files = CA.issue("CN=server", "ip:127.0.0.1").write(this.directory.resolve("server"));
		Path both = Files.writeString(this.directory.resolve("both.pem"),
				Files.readString(files.resolve("tls.crt")) + Files.readString(files.resolve("tls.key")));
		this.server = TestUpstream.lineEcho();
		try (HaProxy proxy = HaProxy.before("accept-proxy ssl crt " + both, this.server.port() + " send-proxy")) {
			this.gateway = Gateway.start(Gateway.all(
					new String[] {
							"spring.ssl.bundle.pem.trust.truststore.certificate=file:" + files.resolve("ca.crt") },
					Gateway.route("s", "crlf", "crlf", "127.0.0.1:" + proxy.port(), "upstream.tls.bundle=trust",
							"upstream.proxy-protocol=" + version, "upstream.health-check.interval=100ms")));
			try (TestClient client = this.gateway.connect("s")) {
				assertThat(client.readLine())
					.isEqualTo("PROXY TCP4 127.0.0.1 127.0.0.1 " + client.localPort() + " " + this.gateway.port("s"));
				client.sendLine("hello");
				assertThat(client.readLine()).isEqualTo("hello");
				client.halfClose();
				client.expectEof();
			}
			assertThat(this.gateway.targetState("s", 0)).isEqualTo("UP");
		}
	}

}
