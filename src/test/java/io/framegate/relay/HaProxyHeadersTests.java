package io.framegate.relay;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import io.framegate.closure.CloseReason;
import io.framegate.closure.Side;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.GatewayBuilder;
import io.framegate.testkit.HaProxy;
import io.framegate.testkit.RouteSpec;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestUpstream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * PROXY headers that HAProxy sends.
 */
@EnabledIf("io.framegate.testkit.HaProxy#isInstalled")
class HaProxyHeadersTests {

	@TempDir
	private static Path directory;

	private static TestUpstream server;

	private static Gateway gateway;

	@BeforeAll
	static void start() {
		server = TestUpstream.lineEcho();
		gateway = GatewayBuilder
			.routes(RouteSpec.route("behind")
				.to(server)
				.with("listen.proxy-protocol=required", "listen.proxy-trusted=127.0.0.1"))
			.start();
	}

	@AfterAll
	static void stop() {
		gateway.close();
		server.close();
	}

	private static JsonNode shown() {
		return gateway.get("/actuator/connections?route=behind&side=inbound").at("/connections/0");
	}

	@ParameterizedTest
	@ValueSource(
			strings = { "send-proxy", "send-proxy-v2", "send-proxy-v2 proxy-v2-options crc32c,unique-id,authority" })
	void headerOfHaproxyInFrontIsTaken(String options) {
		try (HaProxy proxy = HaProxy.before("", gateway.port("behind") + " " + options);
				TestClient client = TestClient.connect(proxy.port())) {
			client.sendLine("hello");
			assertThat(client.readLine()).isEqualTo("hello");
			assertThat(shown().at("/remote").asString()).isEqualTo("127.0.0.1:" + client.localPort());
			assertThat(shown().at("/proxy/destination").asString()).isEqualTo("127.0.0.1:" + proxy.port());
			assertThat(shown().at("/proxy/via").asString()).isNotEqualTo("127.0.0.1:" + client.localPort());
			client.halfClose();
			client.expectEof();
			assertThat(proxy.faults()).isEmpty();
		}
		gateway.awaitNoConnections("behind");
	}

	@Test
	void headerOfOneHaproxyIsBelievedByTheNextAndByTheGateway() {
		try (HaProxy inner = HaProxy.before("accept-proxy", gateway.port("behind") + " send-proxy-v2");
				TestClient client = TestClient.connect(inner.port())) {
			client.send("PROXY TCP6 2001:db8::7 2001:db8::1 40001 443\r\n");
			client.sendLine("hello");
			assertThat(client.readLine()).isEqualTo("hello");
			assertThat(shown().at("/remote").asString()).isEqualTo("[2001:db8::7]:40001");
			assertThat(shown().at("/proxy/destination").asString()).isEqualTo("[2001:db8::1]:443");
		}
		gateway.awaitNoConnections("behind");
	}

	@Test
	void valuesOfATlsClientOfHaproxyAreShown() throws Exception {
		Path certificate = certificate();
		try (HaProxy proxy = HaProxy.before("ssl crt %1$s ca-file %1$s verify optional".formatted(certificate),
				gateway.port("behind")
						+ " send-proxy-v2-ssl-cn proxy-v2-options ssl,cert-key,cert-sig,ssl-cipher,authority,crc32c")) {
			Process client = new ProcessBuilder("openssl", "s_client", "-quiet", "-connect",
					"127.0.0.1:" + proxy.port(), "-servername", "orders.example", "-cert", certificate.toString())
				.redirectError(ProcessBuilder.Redirect.DISCARD)
				.start();
			client.getOutputStream().write("hello\r\n".getBytes());
			client.getOutputStream().flush();
			assertThat(client.inputReader().readLine()).isEqualTo("hello");
			JsonNode tlvs = shown().at("/proxy/tlvs");
			assertThat(tlvs.at("/authority").asString()).isEqualTo("orders.example");
			assertThat(tlvs.at("/ssl_version").asString()).startsWith("TLSv1.");
			assertThat(tlvs.at("/ssl_cipher").asString()).isNotEmpty();
			assertThat(tlvs.at("/ssl_key_alg").asString()).isEqualTo("RSA2048");
			assertThat(tlvs.at("/ssl_sig_alg").asString()).isEqualTo("RSA-SHA256");
			assertThat(tlvs.at("/ssl_cn").asString()).isEqualTo("orders.example");
			assertThat(tlvs.at("/ssl_verify").asString()).isEqualTo("0");
			client.destroy();
		}
		gateway.awaitNoConnections("behind");
	}

	private static Path certificate() throws IOException, InterruptedException {
		Path key = directory.resolve("key.pem");
		Path certificate = directory.resolve("certificate.pem");
		assertThat(new ProcessBuilder("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
				"/CN=orders.example", "-keyout", key.toString(), "-out", certificate.toString())
			.redirectErrorStream(true)
			.redirectOutput(ProcessBuilder.Redirect.DISCARD)
			.start()
			.waitFor()).isZero();
		Path both = directory.resolve("both.pem");
		Files.writeString(both, Files.readString(certificate) + Files.readString(key));
		return both;
	}

	@Test
	void checksOfHaproxyAreNoFault() {
		try (HaProxy proxy = HaProxy.before("", gateway.port("behind") + " send-proxy-v2 check inter 100ms")) {
			Gateway.await("a check",
					() -> gateway.closures("behind")
						.stream()
						.filter((closure) -> closure.side() == Side.INBOUND && closure.framesIn() == 0)
						.findFirst());
			try (TestClient client = TestClient.connect(proxy.port())) {
				client.sendLine("hello");
				assertThat(client.readLine()).isEqualTo("hello");
			}
		}
		gateway.awaitNoConnections("behind");
		assertThat(gateway.closures("behind")).noneMatch((closure) -> closure.reason() == CloseReason.PROXY_HEADER_BAD);
	}

}
