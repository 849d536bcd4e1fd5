package io.framegate.tls;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

import io.framegate.closure.CloseReason;
import io.framegate.closure.Side;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.GatewayBuilder;
import io.framegate.testkit.HaProxy;
import io.framegate.testkit.RouteSpec;
import io.framegate.testkit.TestCertificates;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestUpstream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

import static io.framegate.testkit.RouteSpec.route;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * TLS with programs that people have: OpenSSL and HAProxy, in front of the gateway and
 * behind it.
 */
@Timeout(60)
class TlsProgramsTests {

	private static final TestCertificates CA = TestCertificates.authority("CN=Test CA");

	@TempDir
	private static Path directory;

	private static TestUpstream echo;

	private static Gateway gateway;

	@BeforeAll
	static void start() {
		echo = TestUpstream.lineEcho();
		gateway = GatewayBuilder.routes()
			.with(CA.issue("CN=gateway.example", "dns:gateway.example", "ip:127.0.0.1").bundle("own", directory))
			.start();
		CA.issue("CN=peer.example,O=Example", "ip:127.0.0.1").write(directory.resolve("peer"));
	}

	@AfterAll
	static void stop() {
		gateway.close();
		echo.close();
	}

	private static RouteSpec secured(String name) {
		return route(name).to(echo).with("listen.tls.bundle=own", "listen.tls.client-auth=want");
	}

	private static String file(String name) {
		return directory.resolve(name).toString();
	}

	@ParameterizedTest
	@ValueSource(strings = { "tls1_2", "tls1_3" })
	void clientOfOpenSslIsServedAndShown(String version) throws Exception {
		assumeInstalled("openssl");
		String route = version.replace('_', '-');
		gateway.configure(secured(route));
		try (Program client = new Program("openssl", "s_client", "-quiet", "-no_ign_eof", "-" + version, "-CAfile",
				file("ca.crt"), "-verify_return_error", "-servername", "gateway.example", "-cert", file("peer/tls.crt"),
				"-key", file("peer/tls.key"), "-connect", "127.0.0.1:" + gateway.port(route))) {
			client.send("hello\r\n");
			assertThat(client.line()).isEqualTo("hello");
			JsonNode tls = gateway.get("/actuator/connections?route=" + route + "&side=inbound")
				.at("/connections/0/tls");
			assertThat(tls.at("/protocol").asString()).isEqualTo(version.replace("tls1_", "TLSv1."));
			assertThat(tls.at("/serverName").asString()).isEqualTo("gateway.example");
			assertThat(tls.at("/subject").asString()).contains("CN=peer.example");
			client.endInput();
			assertThat(client.line()).isNull();
		}
		gateway.awaitNoConnections(route);
		assertThat(gateway.closures(route)).filteredOn((closure) -> closure.side() == Side.INBOUND)
			.singleElement()
			.satisfies((closure) -> assertThat(closure.reason()).isEqualTo(CloseReason.INBOUND_EOF));
	}

	@Test
	void clientOfHaproxyBringsTheAddressInsideItsHeaderAndSpeaksTlsAfterIt() {
		assumeTrue(HaProxy.isInstalled(), "HAProxy is not installed");
		gateway.configure(secured("front").with("listen.proxy-protocol=required", "listen.proxy-trusted=127.0.0.1"));
		try (HaProxy proxy = HaProxy.before("",
				gateway.port("front") + " send-proxy-v2 ssl verify required ca-file %s sni str(gateway.example) crt %s"
					.formatted(file("ca.crt"), both()));
				TestClient client = TestClient.connect(proxy.port())) {
			client.sendLine("hello");
			assertThat(client.readLine()).isEqualTo("hello");
			JsonNode shown = gateway.get("/actuator/connections?route=front&side=inbound").at("/connections/0");
			assertThat(shown.at("/remote").asString()).isEqualTo("127.0.0.1:" + client.localPort());
			assertThat(shown.at("/tls/subject").asString()).contains("CN=peer.example");
			client.halfClose();
			client.expectEof();
			assertThat(proxy.faults()).isEmpty();
		}
		gateway.awaitNoConnections("front");
	}

	@Test
	void serverBehindHaproxyIsReachedWithHeaderAndTls() {
		assumeTrue(HaProxy.isInstalled(), "HAProxy is not installed");
		try (HaProxy proxy = HaProxy.before(
				"accept-proxy ssl crt %s verify required ca-file %s".formatted(both(), file("ca.crt")),
				String.valueOf(echo.port()))) {
			gateway.configure(route("behind").to("127.0.0.1:" + proxy.port())
				.with("upstream.tls.bundle=own", "upstream.proxy-protocol=v2"));
			try (TestClient client = TestClient.connect(gateway.port("behind"))) {
				client.sendLine("hello");
				assertThat(client.readLine()).isEqualTo("hello");
				client.halfClose();
				client.expectEof();
			}
			gateway.awaitNoConnections("behind");
			assertThat(proxy.faults()).isEmpty();
		}
		assertThat(gateway.closures("behind")).allSatisfy((closure) -> {
			assertThat(closure.reason().isNormalEnd()).isTrue();
			assertThat(closure.framesOut()).isOne();
		});
	}

	private static String both() {
		Path both = directory.resolve("both.pem");
		try {
			Files.writeString(both,
					Files.readString(Path.of(file("peer/tls.crt"))) + Files.readString(Path.of(file("peer/tls.key"))));
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
		return both.toString();
	}

	private static void assumeInstalled(String program) {
		assumeTrue(
				Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
					.anyMatch((each) -> Files.isExecutable(Path.of(each, program))),
				() -> program + " is not installed");
	}

	/** A program that is spoken to through its standard input and output. */
	private static final class Program implements AutoCloseable {

		private final Process process;

		private final OutputStream input;

		private final BufferedReader output;

		Program(String... command) throws IOException {
			this.process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
			this.input = this.process.getOutputStream();
			this.output = this.process.inputReader(StandardCharsets.US_ASCII);
		}

		void send(String text) throws IOException {
			this.input.write(text.getBytes(StandardCharsets.US_ASCII));
			this.input.flush();
		}

		void endInput() throws IOException {
			this.input.close();
		}

		String line() throws IOException {
			return this.output.readLine();
		}

		@Override
		public void close() {
			this.process.destroyForcibly();
		}

	}

}
