package io.framegate.actuate;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.time.Instant;
import java.util.Base64;

import io.framegate.security.ConfiguredUsers;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.TestClient;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.security.crypto.bcrypt.BCryptPasswordEncoder;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Who may see and change what over HTTP.
 */
class SecurityTests {

	private static final String IDLE = "/actuator/timeouts/t/idle";

	private static final String[] ON = { "management.endpoint.routes.access=unrestricted",
			"management.endpoint.connections.access=unrestricted", "management.endpoint.timeouts.access=unrestricted" };

	private static Gateway start(String... properties) {
		return Gateway.start(Gateway.all(Gateway.route("t", "crlf", "crlf", "127.0.0.1:9"), properties));
	}

	private static int change(Gateway gateway, String... headers) {
		return gateway.exchange("POST", IDLE, "{\"value\":\"1m\"}", headers).statusCode();
	}

	private static String[] basic(String user, String password) {
		String credentials = Base64.getEncoder()
			.encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
		return new String[] { "Authorization", "Basic " + credentials };
	}

	@Nested
	@ExtendWith(OutputCaptureExtension.class)
	class ByDefault {

		private static Gateway gateway;

		/** The same with levers. */
		private static Gateway operated;

		private static String log;

		@BeforeAll
		static void start(CapturedOutput output) {
			gateway = SecurityTests.start();
			operated = SecurityTests.start(ON);
			log = output.getOut();
		}

		@AfterAll
		static void stop() {
			gateway.close();
			operated.close();
		}

		@ParameterizedTest
		@ValueSource(strings = { "", "/health", "/info", "/prometheus", "/metrics", "/routes", "/connections",
				"/closures", "/timeouts", "/auditevents", "/sbom" })
		void thisMachineSeesWhatIsHarmless(String endpoint) {
			assertThat(gateway.exchange("GET", "/actuator" + endpoint, null).statusCode()).isEqualTo(200);
		}

		@Test
		void thisMachineSeesWhatHealthIsMadeOf() {
			assertThat(gateway.get("/actuator/health").at("/components/routes").isMissingNode()).isFalse();
		}

		@ParameterizedTest
		@CsvSource({ "localhost,200", "127.0.0.1:8080,200", "[::1]:8080,200", "evil.example,401",
				"localhost.evil.example,401", "192.0.2.7,401", "localhost:99999,401", "localhost:-1,401" })
		void readsAreTakenUnderThisMachinesNamesAlone(String host, int status) {
			assertThat(status("GET /actuator/routes", "Host: " + host)).isEqualTo(status);
		}

		@ParameterizedTest
		@CsvSource({ "X-Forwarded-For,127.0.0.1", "Forwarded,for=127.0.0.1", "X-Real-IP,127.0.0.1",
				"x-forwarded-proto,https", "True-Client-IP,127.0.0.1", "Via,1.1 proxy" })
		void whatComesThroughAProxyIsNotFromThisMachine(String header, String value) {
			assertThat(gateway.exchange("GET", "/actuator/routes", null, header, value).statusCode()).isEqualTo(401);
		}

		@ParameterizedTest
		@CsvSource({ "/health/,404", "/health/none,404", "/health/none/t/listener,404", "/health/liveness/none/t,404",
				"/health/routes/none/listener,404", "/health,200", "/health/liveness,200", "/health/readiness,200",
				"/prometheus,200", "'',401", "/info,401", "/metrics,401", "/routes,401", "/connections,401",
				"/closures,401", "/timeouts,401", "/integrationgraph,401", "/auditevents,401", "/sbom,401",
				"/heapdump,401", "/nothing,401" })
		void strangersGetHealthAndPrometheusAlone(String endpoint, int status) {
			assertThat(status("GET /actuator" + endpoint, "Host: elsewhere")).isEqualTo(status);
		}

		@ParameterizedTest
		@CsvSource({ "GET /actuator/health HTTP/1.1,200", "GET /actuator/routes HTTP/1.1,401", "GET /%00 HTTP/1.1,400",
				"SPEAK NO HTTP PLEASE,400" })
		void everyAnswerHasTheHeadersForBrowsers(String request, int status) {
			try (TestClient http = TestClient.connect(gateway.httpPort())) {
				http.send(request + "\r\nHost: elsewhere\r\nConnection: close\r\n\r\n");
				assertThat(http.readAll()).asString(StandardCharsets.UTF_8)
					.startsWith("HTTP/1.1 " + status)
					.containsIgnoringCase("x-content-type-options: nosniff")
					.containsIgnoringCase("x-frame-options: DENY")
					.containsIgnoringCase("referrer-policy: no-referrer")
					.containsIgnoringCase("content-security-policy: default-src 'none'")
					.containsIgnoringCase("no-store")
					.doesNotContainIgnoringCase("strict-transport-security");
			}
		}

		@Test
		void strangersDoNotSeeWhatHealthIsMadeOf() {
			try (TestClient http = TestClient.connect(gateway.httpPort())) {
				http.send("GET /actuator/health HTTP/1.1\r\nHost: elsewhere\r\nConnection: close\r\n\r\n");
				assertThat(http.readAll()).asString(StandardCharsets.UTF_8).contains("UP").doesNotContain("components");
			}
		}

		@Test
		void integrationGraphNeedsARole() {
			assertThat(gateway.exchange("GET", "/actuator/integrationgraph", null).statusCode()).isEqualTo(401);
			assertThat(gateway.operate("GET", "/actuator/integrationgraph", null).statusCode()).isEqualTo(200);
		}

		@ParameterizedTest
		@ValueSource(strings = { "routes/t", "timeouts/t/idle", "connections/x" })
		void changesNeedCredentialsAlsoOnThisMachine(String path) {
			HttpResponse<String> response = operated.exchange("DELETE", "/actuator/" + path, null);
			assertThat(response.statusCode()).isEqualTo(401);
			assertThat(response.headers().firstValue("www-authenticate"))
				.hasValueSatisfying((challenge) -> assertThat(challenge).startsWith("Basic"));
		}

		@Test
		void operatorWhosePasswordIsMadeUpMayChange() {
			assertThat(operated.operate("POST", IDLE, "{\"value\":\"1m\"}").statusCode()).isEqualTo(200);
			assertThat(change(operated, basic("operator", "guess"))).isEqualTo(401);
		}

		@Test
		void madeUpPasswordIsLoggedOnce() {
			String password = gateway.bean(ConfiguredUsers.class).generatedPassword();
			assertThat(log).containsOnlyOnce("'operator': " + password + " ");
			assertThat(password).hasSizeGreaterThan(20)
				.isNotEqualTo(operated.bean(ConfiguredUsers.class).generatedPassword());
		}

		private int status(String request, String header) {
			try (TestClient http = TestClient.connect(gateway.httpPort())) {
				http.send(request + " HTTP/1.1\r\n" + header + "\r\nConnection: close\r\n\r\n");
				return Integer.parseInt(http.readLine().split(" ", 3)[1]);
			}
		}

		@ParameterizedTest
		@CsvSource(delimiter = '|', textBlock = """
				POST   | /actuator/routes/t       | {"action":"pause"} | routes
				DELETE | /actuator/connections/x  |                    | connections
				POST   | /actuator/timeouts/t/idle | {"value":"1s"}    | timeouts
				DELETE | /actuator/timeouts/t/idle |                   | timeouts
				""")
		void nothingCanBeChangedAndTheAnswerSaysHowToTurnItOn(String method, String path, String body,
				String endpoint) {
			HttpResponse<String> response = gateway.exchange(method, path, body);
			assertThat(response.statusCode()).isEqualTo(403);
			assertThat(response.body()).contains("management.endpoint." + endpoint + ".access=unrestricted");
			assertThat(gateway.get("/actuator/routes/t").at("/state").asString()).isEqualTo("LISTENING");
		}

		@ParameterizedTest
		@ValueSource(strings = { "env", "configprops", "beans", "heapdump", "loggers", "shutdown", "threaddump" })
		void whatTellsSecretsIsNotExposed(String endpoint) {
			assertThat(gateway.exchange("GET", "/actuator/" + endpoint, null).statusCode()).isEqualTo(404);
		}

		@Test
		void springBootMakesUpNoUser() {
			assertThat(gateway.context()
				.getBeanNamesForType(org.springframework.security.core.userdetails.ReactiveUserDetailsService.class))
				.containsExactly("framegateUsers");
			assertThat(gateway.exchange("GET", "/actuator/routes", null).headers().map())
				.doesNotContainKeys("www-authenticate", "set-cookie");
			assertThat(change(gateway, basic("user", "password"))).isEqualTo(401);
		}

	}

	@Nested
	class FromOtherSites {

		private static Gateway gateway;

		@BeforeAll
		static void start() {
			gateway = SecurityTests.start(ON);
		}

		@AfterAll
		static void stop() {
			gateway.close();
		}

		@Test
		void formsOfOtherSitesChangeNothing() {
			assertThat(gateway.exchange("POST", IDLE, null).statusCode()).isGreaterThanOrEqualTo(400);
			try (TestClient http = TestClient.connect(gateway.httpPort())) {
				String body = "{\"value\":\"1m\"}";
				http.send("POST " + IDLE + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\n"
						+ String.join(": ", gateway.operator()) + "\r\nConnection: close\r\nContent-Length: "
						+ body.length() + "\r\n\r\n" + body);
				assertThat(http.readLine()).startsWith("HTTP/1.1 415");
			}
			HttpResponse<String> preflight = gateway.exchange("OPTIONS", IDLE, null, "Origin", "http://evil.example",
					"Access-Control-Request-Method", "DELETE");
			assertThat(preflight.headers().map()).doesNotContainKey("access-control-allow-origin");
		}

	}

	@Nested
	class WithUsers {

		private static final String[] ANN = basic("ann", "sesame");

		private static final String[] BOB = basic("bob", "open: it");

		private static Gateway gateway;

		@BeforeAll
		static void start() {
			BCryptPasswordEncoder bcrypt = new BCryptPasswordEncoder(4);
			gateway = SecurityTests.start(Gateway.all(ON,
					new String[] { "framegate.management.users.ann.password={bcrypt}" + bcrypt.encode("sesame"),
							"framegate.management.users.bob.password=" + bcrypt.encode("open: it"),
							"framegate.management.users.bob.roles=operator",
							"management.endpoint.health.group.one.include=routes/t",
							"management.endpoints.web.exposure.include=*", "management.endpoint.env.show-values=always",
							"management.endpoint.heapdump.access=read-only",
							"management.endpoint.configprops.show-values=always" }));
		}

		@AfterAll
		static void stop() {
			gateway.close();
		}

		@ParameterizedTest
		@ValueSource(strings = { "/health", "/health/liveness", "/health/readiness", "/health/one", "/prometheus" })
		void probesAndScrapersNeedNoCredentials(String endpoint) {
			assertThat(gateway.exchange("GET", "/actuator" + endpoint, null).statusCode()).isEqualTo(200);
		}

		@ParameterizedTest
		@ValueSource(strings = { "", "/info", "/metrics", "/routes", "/routes/t", "/connections", "/closures",
				"/timeouts", "/integrationgraph", "/auditevents", "/sbom" })
		void theRestNeedsARole(String endpoint) {
			HttpResponse<String> response = gateway.exchange("GET", "/actuator" + endpoint, null);
			assertThat(response.statusCode()).isEqualTo(401);
			assertThat(response.headers().firstValue("www-authenticate"))
				.hasValueSatisfying((challenge) -> assertThat(challenge).startsWith("Basic"));
			assertThat(response.body())
				.isEqualTo("{\"title\":\"Unauthorized\",\"status\":401,\"detail\":\"Credentials are required\"}");
			assertThat(gateway.exchange("GET", "/actuator" + endpoint, null, ANN).statusCode()).isEqualTo(200);
			assertThat(gateway.exchange("GET", "/actuator" + endpoint, null, BOB).statusCode()).isEqualTo(200);
		}

		@ParameterizedTest
		@ValueSource(strings = { "", "/one" })
		void strangersSeeTheStatusOfHealthAlone(String group) {
			String health = "/actuator/health" + group;
			assertThat(gateway.get(health).at("/status").asString()).isEqualTo("UP");
			assertThat(gateway.get(health).has("components")).isFalse();
			assertThat(gateway.exchange("GET", "/actuator/health/routes/t", null).statusCode()).isEqualTo(404);
			assertThat(gateway.exchange("GET", health, null, ANN).body()).contains("\"listener\"", "\"details\"");
			assertThat(gateway.exchange("GET", health, null, BOB).body()).contains("\"listener\"", "\"details\"");
			assertThat(gateway.exchange("GET", "/actuator/health/routes/t", null, ANN).statusCode()).isEqualTo(200);
		}

		@Test
		void wrongPasswordsAreRefusedAlsoAfterRightOnes() {
			assertThat(gateway.exchange("GET", "/actuator/routes", null, ANN).statusCode()).isEqualTo(200);
			for (String[] wrong : new String[][] { basic("ann", "Sesame"), basic("ann", ""), basic("eve", "sesame"),
					basic("bob", "sesame") }) {
				HttpResponse<String> response = gateway.exchange("GET", "/actuator/routes", null, wrong);
				assertThat(response.statusCode()).isEqualTo(401);
				assertThat(response.headers().map()).containsKey("www-authenticate");
			}
			assertThat(gateway.exchange("GET", "/actuator/routes", null, ANN).headers().map())
				.doesNotContainKey("set-cookie");
		}

		@ParameterizedTest
		@CsvSource({ "/env,403", "/configprops,403", "/heapdump,403", "/threaddump,200", "/beans,200" })
		void whatHoldsSecretsNeedsAnOperator(String endpoint, int viewer) {
			assertThat(gateway.exchange("GET", "/actuator" + endpoint, null).statusCode()).isEqualTo(401);
			assertThat(gateway.exchange("GET", "/actuator" + endpoint, null, ANN).statusCode()).isEqualTo(viewer);
		}

		@Test
		void noOperatorIsMadeUpWhereOneIsDeclared() {
			assertThat(gateway.bean(ConfiguredUsers.class).generatedPassword()).isNull();
			assertThat(change(gateway, basic("operator", "null"))).isEqualTo(401);
		}

		@ParameterizedTest
		@ValueSource(strings = { "/env", "/env/framegate.management.users.bob.password", "/configprops", "/beans" })
		void passwordsAreShownNowhere(String endpoint) {
			assertThat(gateway.exchange("GET", "/actuator" + endpoint, null).statusCode()).isEqualTo(401);
			HttpResponse<String> shown = gateway.exchange("GET", "/actuator" + endpoint, null, BOB);
			assertThat(shown.statusCode()).isEqualTo(200);
			assertThat(shown.body()).doesNotContain("{bcrypt}");
		}

		@Test
		void changesNeedAnOperatorAndAreAuditedUnderTheName() {
			assertThat(change(gateway)).isEqualTo(401);
			HttpResponse<String> viewer = gateway.exchange("POST", IDLE, "{\"value\":\"1m\"}", ANN);
			assertThat(viewer.statusCode()).isEqualTo(403);
			assertThat(viewer.body())
				.isEqualTo("{\"title\":\"Forbidden\",\"status\":403,\"detail\":\"Changes require the role operator\"}");
			assertThat(change(gateway, BOB)).isEqualTo(200);
			assertThat(gateway.exchange("POST", "/actuator/routes/t", "{\"action\":\"pause\"}", BOB).statusCode())
				.isEqualTo(200);
			assertThat(gateway.exchange("POST", "/actuator/routes/t", "{\"action\":\"resume\"}", BOB).statusCode())
				.isEqualTo(200);
			HttpResponse<String> audit = gateway.exchange("GET", "/actuator/auditevents?principal=bob", null, BOB);
			JsonNode events = tools.jackson.databind.json.JsonMapper.shared().readTree(audit.body()).at("/events");
			assertThat(events.valueStream().map((event) -> event.at("/type").asString()))
				.contains("FRAMEGATE_TIMEOUT_CHANGED", "FRAMEGATE_ROUTE_PAUSED", "FRAMEGATE_ROUTE_RESUMED");
		}

		@Test
		void operatorsMayComeFromAnywhere() {
			assertThat(change(gateway, BOB[0], BOB[1], "X-Forwarded-For", "192.0.2.7")).isEqualTo(200);
		}

	}

	@Nested
	class WithTokens {

		private static KeyPair keys;

		private static Gateway gateway;

		@BeforeAll
		static void start(@TempDir Path directory) throws GeneralSecurityException, IOException {
			KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
			generator.initialize(2048);
			keys = generator.generateKeyPair();
			Path pem = directory.resolve("public.pem");
			Files.writeString(pem,
					"-----BEGIN PUBLIC KEY-----\n"
							+ Base64.getMimeEncoder().encodeToString(keys.getPublic().getEncoded())
							+ "\n-----END PUBLIC KEY-----\n");
			gateway = SecurityTests.start(Gateway.all(ON,
					new String[] { "spring.security.oauth2.resourceserver.jwt.public-key-location=" + pem.toUri() }));
		}

		@AfterAll
		static void stop() {
			gateway.close();
		}

		private static String[] token(String claims) throws GeneralSecurityException {
			return token("carol", claims);
		}

		private static String[] token(String subject, String claims) throws GeneralSecurityException {
			Base64.Encoder base64 = Base64.getUrlEncoder().withoutPadding();
			String unsigned = base64.encodeToString("{\"alg\":\"RS256\"}".getBytes(StandardCharsets.UTF_8)) + "."
					+ base64.encodeToString(
							("{\"sub\":\"" + subject + "\"," + claims + "}").getBytes(StandardCharsets.UTF_8));
			Signature signature = Signature.getInstance("SHA256withRSA");
			signature.initSign(keys.getPrivate());
			signature.update(unsigned.getBytes(StandardCharsets.UTF_8));
			return new String[] { "Authorization",
					"Bearer " + unsigned + "." + base64.encodeToString(signature.sign()) };
		}

		@ParameterizedTest
		@CsvSource(delimiter = '|', textBlock = """
				"roles":["operator"]       | 200 | 200
				"roles":["viewer","other"] | 200 | 403
				"scope":"openid operator"  | 200 | 200
				"scp":["viewer"]           | 200 | 403
				"roles":["admin"]          | 403 | 403
				"aud":"x"                  | 403 | 403
				"roles":["operator"],"exp":1000 | 401 | 401
				""")
		void rolesAreReadFromTheToken(String claims, int seen, int changed) throws GeneralSecurityException {
			assertThat(gateway.exchange("GET", "/actuator/routes", null, token(claims)).statusCode()).isEqualTo(seen);
			assertThat(change(gateway, token(claims))).isEqualTo(changed);
		}

		@Test
		void withoutTokenOnlyProbesAreAnswered() {
			HttpResponse<String> response = gateway.exchange("GET", "/actuator/routes", null);
			assertThat(response.statusCode()).isEqualTo(401);
			assertThat(response.headers().firstValue("www-authenticate")).hasValue("Bearer");
			assertThat(gateway.exchange("GET", "/actuator/health", null).statusCode()).isEqualTo(200);
			assertThat(change(gateway)).isEqualTo(401);
		}

		@Test
		void subjectCannotForgeALine() throws GeneralSecurityException {
			String[] operator = token("dan\\n2026 INFO all is well", "\"roles\":[\"operator\"]");
			assertThat(change(gateway, operator)).isEqualTo(200);
			assertThat(gateway.exchange("GET", "/actuator/auditevents?type=FRAMEGATE_TIMEOUT_CHANGED", null, operator)
				.body()).contains("\"dan\\\\u000a2026 INFO all is well\"");
		}

		@Test
		void noOperatorIsMadeUpWhereTokensAreAccepted() {
			assertThat(gateway.bean(ConfiguredUsers.class).generatedPassword()).isNull();
			assertThat(change(gateway, basic("operator", "null"))).isEqualTo(401);
		}

		@Test
		void changesAreAuditedUnderTheTokensSubject() throws GeneralSecurityException {
			Instant before = Instant.now().minusSeconds(1);
			String[] operator = token("\"roles\":[\"operator\"]");
			assertThat(change(gateway, operator)).isEqualTo(200);
			assertThat(gateway.exchange("GET", "/actuator/auditevents?principal=carol&after=" + before, null, operator)
				.body()).contains("FRAMEGATE_TIMEOUT_CHANGED");
		}

	}

	@Nested
	class OnAPortOfItsOwn {

		@Test
		void managementIsAsSafe() throws IOException, InterruptedException {
			try (Gateway gateway = SecurityTests.start(Gateway.all(ON,
					new String[] { "management.server.port=0",
							"framegate.management.users.ann.password="
									+ new BCryptPasswordEncoder(4).encode("sesame") }));
					HttpClient http = HttpClient.newHttpClient()) {
				URI routes = URI.create("http://127.0.0.1:"
						+ gateway.context().getEnvironment().getProperty("local.management.port") + "/actuator/routes");
				assertThat(http.send(HttpRequest.newBuilder(routes).build(), HttpResponse.BodyHandlers.ofString())
					.statusCode()).isEqualTo(401);
				HttpResponse<String> seen = http.send(
						HttpRequest.newBuilder(routes).headers(basic("ann", "sesame")).build(),
						HttpResponse.BodyHandlers.ofString());
				assertThat(seen.statusCode()).isEqualTo(200);
				HttpResponse<String> changed = http.send(HttpRequest.newBuilder(URI.create(routes + "/t"))
					.headers(basic("ann", "sesame"))
					.DELETE()
					.build(), HttpResponse.BodyHandlers.ofString());
				assertThat(changed.statusCode()).isEqualTo(403);
				assertThat(changed.body()).contains("\"detail\"");
			}
		}

	}

}
