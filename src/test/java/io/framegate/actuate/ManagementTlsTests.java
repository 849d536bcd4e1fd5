package io.framegate.actuate;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;

import javax.net.ssl.SSLContext;

import io.framegate.testkit.Gateway;
import io.framegate.testkit.TestCertificates;
import io.framegate.testkit.TestClient;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.security.crypto.bcrypt.BCryptPasswordEncoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

/**
 * The management port over TLS, with certificates as logins.
 */
@ExtendWith(OutputCaptureExtension.class)
class ManagementTlsTests {

	private static final String IDLE = "/actuator/timeouts/t/idle";

	private static final String REFUSED = "FRAMEGATE_CHANGE_REFUSED";

	private static final TestCertificates AUTHORITY = TestCertificates.authority("CN=Operations");

	private static final HttpClient NOBODY = client(AUTHORITY.trusting());

	private static final HttpClient ANN = client(AUTHORITY.issue("CN=ann, O=Example").context());

	private static final HttpClient BOB = client(AUTHORITY.issue("O=Example, CN=bob").context());

	private static final HttpClient EVE = client(AUTHORITY.issue("CN=eve, OU=ann").context());

	private static Gateway gateway;

	private static HttpClient client(SSLContext tls) {
		return HttpClient.newBuilder().sslContext(tls).build();
	}

	@BeforeAll
	static void start(@TempDir Path directory) {
		gateway = Gateway.start(Gateway.all(Gateway.route("t", "crlf", "crlf", "127.0.0.1:9"),
				AUTHORITY.issue("CN=gateway", "ip:127.0.0.1").bundle("management", directory),
				new String[] { "server.ssl.bundle=management", "server.ssl.client-auth=want",
						"server.http2.enabled=true", "management.endpoint.timeouts.access=unrestricted",
						"framegate.management.users.ann.roles=operator", "framegate.management.users.bob.roles=viewer",
						"framegate.management.users.carol.password=" + new BCryptPasswordEncoder(4).encode("sesame"),
						"framegate.management.users.carol.roles=operator" }));
	}

	@AfterAll
	static void stop() {
		gateway.close();
		List.of(NOBODY, ANN, BOB, EVE).forEach(HttpClient::close);
	}

	private static HttpRequest.Builder request(String path) {
		return HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + gateway.httpPort() + path));
	}

	private static HttpRequest.Builder change() {
		return request(IDLE).header("Content-Type", "application/json")
			.POST(HttpRequest.BodyPublishers.ofString("{\"value\":\"1m\"}"));
	}

	private static HttpResponse<String> send(HttpClient client, HttpRequest.Builder request)
			throws IOException, InterruptedException {
		return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
	}

	private static String[] basic(String credentials) {
		return new String[] { "Authorization",
				"Basic " + Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8)) };
	}

	private static List<JsonNode> events(String type) throws IOException, InterruptedException {
		return JsonMapper.shared()
			.readTree(send(BOB, request("/actuator/auditevents?type=" + type)).body())
			.at("/events")
			.valueStream()
			.toList();
	}

	@ParameterizedTest
	@EnumSource(HttpClient.Version.class)
	void probesAndMetricsNeedNoCertificate(HttpClient.Version version) throws IOException, InterruptedException {
		for (String open : List.of("health", "health/liveness", "health/readiness", "prometheus")) {
			HttpResponse<String> response = send(NOBODY, request("/actuator/" + open).version(version));
			assertThat(response.statusCode()).isEqualTo(200);
			assertThat(response.version()).isEqualTo(version);
		}
		assertThat(send(NOBODY, request("/actuator/routes").version(version)).statusCode()).isEqualTo(401);
	}

	@ParameterizedTest
	@EnumSource(HttpClient.Version.class)
	void certificateIsALoginWithTheRolesOfItsUser(HttpClient.Version version) throws IOException, InterruptedException {
		assertThat(send(BOB, request("/actuator/routes").version(version)).statusCode()).isEqualTo(200);
		assertThat(send(ANN, change().version(version)).statusCode()).isEqualTo(200);
		assertThat(events("FRAMEGATE_TIMEOUT_CHANGED")).anySatisfy((event) -> {
			assertThat(event.at("/principal").asString()).isEqualTo("ann");
			assertThat(event.at("/data/remote").asString()).isEqualTo("127.0.0.1");
		});
		HttpResponse<String> viewer = send(BOB, change().version(version));
		assertThat(viewer.statusCode()).isEqualTo(403);
		assertThat(viewer.body()).contains("Changes require the role operator");
		assertThat(events(REFUSED))
			.anySatisfy((event) -> assertThat(event.at("/principal").asString()).isEqualTo("bob"));
	}

	@Test
	void certificateThatNamesNoUserIsNoLogin() throws IOException, InterruptedException {
		assertThat(send(EVE, request("/actuator/prometheus")).statusCode()).isEqualTo(200);
		HttpResponse<String> refused = send(EVE, request("/actuator/routes"));
		assertThat(refused.statusCode()).isEqualTo(401);
		assertThat(refused.body()).contains("The certificate of 'CN=eve,OU=ann' names no user");
		assertThat(send(EVE, change()).statusCode()).isEqualTo(401);
		assertThat(events("AUTHENTICATION_FAILURE"))
			.anySatisfy((event) -> assertThat(event.at("/principal").asString()).isEqualTo("CN=eve,OU=ann"));
	}

	@Test
	void certificateOfAnotherAuthorityIsRefusedInTheHandshake(CapturedOutput output)
			throws IOException, InterruptedException {
		TestCertificates other = TestCertificates.authority("CN=Operations");
		try (HttpClient ann = client(other.issue("CN=ann").contextTrusting(AUTHORITY));
				HttpClient expired = client(AUTHORITY.issueExpired("CN=ann").context())) {
			// An alert, or a reset: with TLS 1.3 the request is on its way by then.
			assertThatIOException().isThrownBy(() -> send(ann, request("/actuator/routes")));
			assertThatIOException().isThrownBy(() -> send(expired, request("/actuator/routes")));
		}
		assertThat(send(ANN, request("/actuator/routes")).statusCode()).isEqualTo(200);
		assertThat(output.getAll()).doesNotContain("SSLHandshakeException");
	}

	@Test
	void passwordsComeFirst() throws IOException, InterruptedException {
		assertThat(send(NOBODY, change().headers(basic("carol:sesame"))).statusCode()).isEqualTo(200);
		assertThat(send(BOB, change().headers(basic("carol:sesame"))).statusCode()).isEqualTo(200);
		assertThat(send(ANN, change().headers(basic("carol:guess"))).statusCode()).isEqualTo(401);
	}

	@ParameterizedTest
	@CsvSource({ "ann:", "ann:null", "ann:{noop}" })
	void userWithoutAPasswordCannotLogInWithOne(String credentials) throws IOException, InterruptedException {
		assertThat(send(NOBODY, request("/actuator/routes").headers(basic(credentials))).statusCode()).isIn(401, 429);
	}

	@ParameterizedTest
	@CsvSource({ "/actuator/health,200", "/actuator/routes,401", "/actuator/nothing,401", "/%00,400" })
	void everyAnswerHasTheHeadersForBrowsers(String path, int status) throws IOException, InterruptedException {
		for (HttpClient.Version version : HttpClient.Version.values()) {
			HttpResponse<String> response = send(NOBODY, request(path).version(version));
			assertThat(response.statusCode()).isEqualTo(status);
			Map<String, List<String>> headers = response.headers().map();
			assertThat(headers.get("strict-transport-security")).singleElement().asString().contains("max-age=");
			assertThat(headers).containsEntry("x-content-type-options", List.of("nosniff"))
				.containsEntry("x-frame-options", List.of("DENY"))
				.containsEntry("referrer-policy", List.of("no-referrer"))
				.containsEntry("content-security-policy", List.of("default-src 'none'; frame-ancestors 'none'"));
			assertThat(headers.get("cache-control")).singleElement().asString().contains("no-store");
		}
	}

	@Test
	void plainHttpIsRefusedWithoutALogLine(CapturedOutput output) {
		try (TestClient plain = TestClient.connect(gateway.httpPort())) {
			plain.send("GET /actuator/health HTTP/1.1\r\nHost: localhost\r\n\r\n");
			// At most an alert of TLS.
			assertThat(plain.readAll()).hasSizeLessThan(16);
		}
		assertThat(output.getAll().lines()).noneMatch((line) -> line.contains("NotSslRecordException")
				|| line.contains("http") && (line.contains("WARN") || line.contains("ERROR")));
	}

	@Test
	void handshakeThatStallsIsClosed() {
		try (TestClient silent = TestClient.connect(gateway.httpPort());
				TestClient slow = TestClient.connect(gateway.httpPort())) {
			slow.send(new byte[] { 22, 3, 1, 2, 0, 1, 0 });
			slow.expectEof();
			silent.expectEof();
		}
	}

	@Test
	void handshakesTakeNoDescriptorsFromProbes() throws IOException, InterruptedException {
		List<TestClient> silent = new ArrayList<>();
		try {
			for (int i = 0; i < 300; i++) {
				silent.add(TestClient.connect(gateway.httpPort()));
			}
			silent.getFirst().expectEof();
			silent.get(90).expectEof();
			try (HttpClient probe = client(AUTHORITY.trusting())) {
				assertThat(send(probe, request("/actuator/health/liveness")).statusCode()).isEqualTo(200);
			}
		}
		finally {
			silent.forEach(TestClient::close);
		}
	}

}
