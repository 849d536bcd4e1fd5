package io.framegate.console;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.framegate.testkit.Gateway;
import io.framegate.testkit.TestClient;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.security.crypto.bcrypt.BCryptPasswordEncoder;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The console's files as a browser gets them, and who may have what.
 */
class ConsolePagesTests {

	private static final int MAX_SIZE = 300 * 1024;

	private static final Path FILES = Path.of("src", "main", "resources", "console");

	private static Gateway gateway;

	@BeforeAll
	static void start() {
		String hash = "{bcrypt}" + new BCryptPasswordEncoder(4).encode("sesame");
		gateway = Gateway.start(Gateway.all(Gateway.route("t", "crlf", "crlf", "127.0.0.1:9"),
				new String[] { "framegate.management.users.ann.password=" + hash,
						"framegate.management.users.olga.password=" + hash,
						"framegate.management.users.olga.roles=operator",
						"management.endpoint.timeouts.access=unrestricted" }));
	}

	@AfterAll
	static void stop() {
		gateway.close();
	}

	private static String[] basic(String user, String password) {
		return new String[] { "Authorization", "Basic "
				+ Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8)) };
	}

	@Test
	void everybodyGetsThePageAndNothingElse() {
		assertThat(ask("/", "Host: elsewhere")).startsWith("HTTP/1.1 200").contains("<title>Framegate</title>");
		assertThat(ask("/console/app.js", "Host: elsewhere")).startsWith("HTTP/1.1 200")
			.containsIgnoringCase("content-type: text/javascript");
		assertThat(ask("/console/", "Host: elsewhere")).startsWith("HTTP/1.1 401");
		assertThat(ask("/console/package-info", "Host: elsewhere")).startsWith("HTTP/1.1 401");
		assertThat(ask("/webjars/lit-html/3.3.2/lit-html.js", "Host: elsewhere")).startsWith("HTTP/1.1 401");
		assertThat(ask("/actuator/routes", "Host: elsewhere")).startsWith("HTTP/1.1 401");
	}

	private static String ask(String path, String header) {
		try (TestClient http = TestClient.connect(gateway.httpPort())) {
			http.send("GET " + path + " HTTP/1.1\r\n" + header + "\r\nConnection: close\r\n\r\n");
			return new String(http.readAll(), StandardCharsets.UTF_8);
		}
	}

	@Test
	void pageMayRunItsOwnModulesAndAskThisGatewayOnly() {
		HttpResponse<String> page = gateway.exchange("GET", "/", null);
		assertThat(page.headers().allValues("content-security-policy")).singleElement()
			.asString()
			.contains("default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'",
					"frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'")
			.doesNotContain("unsafe", "*", "http", "data:");
		assertThat(page.headers().firstValue("x-content-type-options")).hasValue("nosniff");
		assertThat(page.headers().firstValue("referrer-policy")).hasValue("no-referrer");
		assertThat(page.headers().firstValue("x-frame-options")).hasValue("DENY");
		assertThat(page.headers().map()).doesNotContainKey("set-cookie");
	}

	@Test
	void answersOfEndpointsAreStillNoPages() {
		HttpResponse<String> answer = gateway.exchange("GET", "/actuator/console", null);
		assertThat(answer.headers().allValues("content-security-policy"))
			.containsExactly("default-src 'none'; frame-ancestors 'none'");
		assertThat(answer.headers().firstValue("cache-control"))
			.hasValueSatisfying((caching) -> assertThat(caching).contains("no-store"));
	}

	@Test
	void fileIsSentOnce() {
		HttpResponse<String> first = gateway.exchange("GET", "/console/app.js", null);
		String etag = first.headers().firstValue("etag").orElseThrow();
		HttpResponse<String> again = gateway.exchange("GET", "/console/app.js", null, "If-None-Match", etag);
		assertThat(again.statusCode()).isEqualTo(304);
		assertThat(again.body()).isEmpty();
		assertThat(first.headers().firstValue("cache-control")).hasValue("no-cache");
	}

	@Test
	void browserLoadsLittle() {
		assertThat(gateway.bean(ConsolePages.class).size()).isBetween(30_000, MAX_SIZE);
	}

	@Test
	void everythingThatAModuleImportsIsServed() throws IOException {
		Pattern imported = Pattern.compile("from '\\./([^']+)'");
		try (Stream<Path> files = Files.list(FILES)) {
			List<String> names = files.filter((file) -> file.toString().endsWith(".js"))
				.flatMap((file) -> matches(imported, file))
				.distinct()
				.toList();
			assertThat(names).hasSizeGreaterThan(20)
				.allSatisfy(
						(name) -> assertThat(gateway.exchange("GET", "/console/" + name, null).statusCode()).as(name)
							.isEqualTo(200));
		}
	}

	private static Stream<String> matches(Pattern pattern, Path file) {
		try {
			return pattern.matcher(Files.readString(file))
				.results()
				.map((MatchResult found) -> found.group(1))
				.toList()
				.stream();
		}
		catch (IOException ex) {
			throw new java.io.UncheckedIOException(ex);
		}
	}

	@Test
	void nothingMakesMarkupOrCodeOfText() throws IOException {
		try (Stream<Path> files = Files.list(FILES)) {
			assertThat(files).allSatisfy((file) -> assertThat(Files.readString(file)).as(file.toString())
				.doesNotContain("innerHTML", "outerHTML", "insertAdjacentHTML", "unsafeHTML", "eval(", "new Function",
						"document.write", "style=", "localStorage", "sessionStorage", "document.cookie"));
		}
		assertThat(Files.readString(FILES.resolve("index.html"))).doesNotContain("<style")
			.doesNotContainPattern("<script[^>]*>[^<]");
	}

	@ParameterizedTest
	@ValueSource(strings = { "POST", "PUT", "DELETE" })
	void pageIsOnlyRead(String method) {
		assertThat(gateway.exchange(method, "/", "{}").statusCode()).isEqualTo(401);
	}

	@Test
	void pageLearnsWhoLooksAndWhatMayBeChanged() {
		JsonNode nobody = rights();
		assertThat(nobody.at("/user").isNull()).isTrue();
		assertThat(nobody.at("/roles")).isEmpty();
		JsonNode ann = rights(basic("ann", "sesame"));
		assertThat(ann.at("/user").asString()).isEqualTo("ann");
		assertThat(ann.at("/roles").valueStream().map(JsonNode::asString)).containsExactly("viewer");
		JsonNode olga = rights(basic("olga", "sesame"));
		assertThat(olga.at("/roles").valueStream().map(JsonNode::asString)).containsExactly("operator");
		assertThat(olga.at("/changes/timeouts").asBoolean()).isTrue();
		assertThat(olga.at("/changes/routes").asBoolean()).isFalse();
	}

	private static JsonNode rights(String... headers) {
		HttpResponse<String> answer = gateway.exchange("GET", "/actuator/console", null, headers);
		assertThat(answer.statusCode()).isEqualTo(200);
		return JsonMapper.shared().readTree(answer.body());
	}

	@ParameterizedTest
	@CsvSource({ "/actuator/console,wrong", "/actuator/routes,wrong", "/actuator/routes," })
	void browserIsNotMadeToAskForAPasswordInItsOwnWay(String path, String password) {
		String[] credentials = (password != null) ? basic("ann", password) : new String[0];
		HttpResponse<String> page = gateway.exchange("GET", path, null,
				Gateway.all(credentials, new String[] { "X-Requested-With", "XMLHttpRequest" }));
		assertThat(page.statusCode()).isEqualTo(401);
		assertThat(page.headers().map()).doesNotContainKey("www-authenticate");
		HttpResponse<String> curl = gateway.exchange("GET", path, null, credentials);
		assertThat(curl.statusCode()).isEqualTo(401);
		assertThat(curl.headers().firstValue("www-authenticate"))
			.hasValueSatisfying((challenge) -> assertThat(challenge).startsWith("Basic"));
	}

	@Test
	void consoleCanBeSwitchedOff() {
		try (Gateway off = Gateway.start(Gateway.all(Gateway.route("t", "crlf", "crlf", "127.0.0.1:9"),
				new String[] { "framegate.console.enabled=false" }))) {
			assertThat(off.exchange("GET", "/", null).statusCode()).isEqualTo(404);
			assertThat(off.exchange("GET", "/console/app.js", null).statusCode()).isEqualTo(404);
			assertThat(off.exchange("GET", "/actuator/routes", null).statusCode()).isEqualTo(200);
		}
	}

	@Test
	void consoleIsWhereTheEndpointsAre() {
		try (Gateway apart = Gateway.start(Gateway.all(Gateway.route("t", "crlf", "crlf", "127.0.0.1:9"),
				new String[] { "management.server.port=0", "management.endpoints.web.base-path=/manage" }))) {
			int port = Integer.parseInt(apart.context().getEnvironment().getRequiredProperty("local.management.port"));
			assertThat(apart.exchange("GET", "/", null).statusCode()).isEqualTo(404);
			try (TestClient http = TestClient.connect(port)) {
				http.send("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
				assertThat(http.readAll()).asString(StandardCharsets.UTF_8)
					.startsWith("HTTP/1.1 200")
					.contains("<meta name=\"endpoints\" content=\"manage\">")
					.contains("script-src 'self'");
			}
		}
	}

}
