package io.framegate.actuate;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import io.framegate.testkit.Gateway;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestUpstream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.security.crypto.bcrypt.BCryptPasswordEncoder;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What strangers send to the management port reaches nobody else, and what is refused is
 * noted.
 */
@ExtendWith(OutputCaptureExtension.class)
class StrangersTests {

	private static final String IDLE = "/actuator/timeouts/t/idle";

	private static final String[] ANN = basic("ann", "sesame");

	private static TestUpstream server;

	private static Gateway gateway;

	private static Path file;

	@BeforeAll
	static void start(@TempDir Path directory) throws IOException {
		server = TestUpstream.lineEcho();
		file = directory.resolve("users.yml");
		write("ann", "eve");
		gateway = Gateway.start(file,
				Gateway.all(Gateway.route("t", "crlf", "crlf", server.address()),
						Gateway.route("other", "crlf", "crlf", server.address()),
						new String[] { "management.endpoint.routes.access=unrestricted",
								"management.endpoint.timeouts.access=unrestricted",
								"logging.level.io.framegate.audit=info" }));
	}

	@AfterAll
	static void stop() {
		gateway.close();
		server.close();
	}

	private static void write(String... operators) throws IOException {
		StringBuilder users = new StringBuilder("framegate:\n  management:\n    users:\n");
		for (String operator : operators) {
			users.append("      %s: {password: '%s', roles: operator}\n".formatted(operator,
					new BCryptPasswordEncoder(9).encode("sesame")));
		}
		Files.writeString(file, users);
	}

	private static String[] basic(String user, String password) {
		return new String[] { "Authorization", "Basic "
				+ Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8)) };
	}

	private static List<JsonNode> events(String type) {
		return JsonMapper.shared()
			.readTree(gateway.exchange("GET", "/actuator/auditevents?type=" + type, null, ANN).body())
			.at("/events")
			.valueStream()
			.toList();
	}

	@Test
	void idleConnectionsTakeNoDescriptorsFromRoutesAndProbes() {
		List<TestClient> idle = new ArrayList<>();
		try {
			for (int i = 0; i < 300; i++) {
				idle.add(TestClient.connect(gateway.httpPort()));
			}
			try (TestClient probe = TestClient.connect(gateway.httpPort())) {
				probe.send("GET /actuator/health/liveness HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
				assertThat(probe.readLine()).isEqualTo("HTTP/1.1 200 OK");
			}
			// The oldest had to go.
			idle.getFirst().expectEof();
			idle.get(90).expectEof();
			// The newest are still there.
			idle.getLast().send("GET /actuator/health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
			assertThat(idle.getLast().readLine()).isEqualTo("HTTP/1.1 200 OK");
			try (TestClient client = gateway.connect("t")) {
				client.sendLine("hello");
				assertThat(client.readLine()).isEqualTo("hello");
			}
		}
		finally {
			idle.forEach(TestClient::close);
		}
	}

	@Test
	void guessingPasswordsIsRefusedSoonAndKeepsNobodyOut() throws ExecutionException, InterruptedException {
		assertThat(gateway.exchange("GET", "/actuator/routes", null, ANN).statusCode()).isEqualTo(200);
		try (ExecutorService strangers = Executors.newVirtualThreadPerTaskExecutor()) {
			List<Callable<Integer>> guesses = new ArrayList<>();
			for (int i = 0; i < 60; i++) {
				String[] guess = basic((i % 2 == 0) ? "ann" : "nobody" + i, "guess" + i);
				guesses.add(() -> gateway.exchange("GET", "/actuator/routes", null, guess).statusCode());
			}
			List<Integer> answers = new ArrayList<>();
			for (Future<Integer> answer : strangers.invokeAll(guesses)) {
				answers.add(answer.get());
			}
			assertThat(answers).containsOnly(401, 429);
			assertThat(answers.stream().filter((status) -> status == 401).count()).isBetween(1L, 15L);
			assertThat(gateway.exchange("GET", "/actuator/health/liveness", null).statusCode()).isEqualTo(200);
			// Who was right before is known, also from an address that guesses.
			assertThat(gateway.exchange("GET", "/actuator/routes", null, ANN).statusCode()).isEqualTo(200);
			assertThat(events("AUTHENTICATION_FAILURE")).anySatisfy((event) -> {
				assertThat(event.at("/principal").asString()).isEqualTo("ann");
				assertThat(event.at("/data/remote").asString()).isEqualTo("127.0.0.1");
			});
		}
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			/actuator/timeouts/t/idle?route=other              | {"value":"41s"}                 | t     | idle
			/actuator/timeouts/t/idle?name=reply&route=other   | {"value":"42s"}                 | t     | idle
			/actuator/timeouts/t/idle                          | {"value":"43s","route":"other"} | t     | idle
			/actuator/timeouts/t/idle                          | {"value":"44s","name":"reply"}  | t     | idle
			""")
	void whatStandsInThePathIsMeant(String path, String body, String route, String timer) {
		JsonNode others = read("/actuator/timeouts/other");
		assertThat(gateway.exchange("POST", path, body, ANN).statusCode()).isEqualTo(200);
		assertThat(body).contains(read("/actuator/timeouts/" + route).at("/" + timer + "/value").asString());
		assertThat(read("/actuator/timeouts/other")).isEqualTo(others);
		assertThat(read("/actuator/timeouts/t").at("/reply/source").asString()).isEqualTo("default");
		assertThat(read("/actuator/routes/t?name=other").at("/name").asString()).isEqualTo("t");
	}

	private static JsonNode read(String path) {
		return JsonMapper.shared().readTree(gateway.exchange("GET", path, null, ANN).body());
	}

	@Test
	void everyRefusedChangeIsNotedWithNameAddressAndReason(CapturedOutput output) {
		assertThat(gateway.exchange("POST", IDLE, "{\"value\":\"soon\"}", ANN).statusCode()).isEqualTo(400);
		assertThat(gateway.exchange("POST", IDLE, "{\"value\":\"1s\"}").statusCode()).isEqualTo(401);
		assertThat(events("FRAMEGATE_CHANGE_REFUSED")).anySatisfy((event) -> {
			assertThat(event.at("/principal").asString()).isEqualTo("ann");
			assertThat(event.at("/data/status").asInt()).isEqualTo(400);
			assertThat(event.at("/data/path").asString()).isEqualTo(IDLE);
			assertThat(event.at("/data/message").asString()).contains("'soon'");
			assertThat(event.at("/data/remote").asString()).isEqualTo("127.0.0.1");
		}).anySatisfy((event) -> {
			assertThat(event.at("/principal").asString()).isEqualTo("anonymous");
			assertThat(event.at("/data/status").asInt()).isEqualTo(401);
		});
		assertThat(output.getOut().lines()).anyMatch((line) -> line.contains("FRAMEGATE_CHANGE_REFUSED by ann: ")
				&& line.contains("'soon'") && line.contains("remote=127.0.0.1"));
	}

	@Test
	void changesAreLoggedWithNameAndAddress(CapturedOutput output) {
		assertThat(gateway.exchange("POST", "/actuator/timeouts/t/frame", "{\"value\":\"1m\"}", ANN).statusCode())
			.isEqualTo(200);
		assertThat(output.getOut().lines()).anyMatch((line) -> line.contains(
				"FRAMEGATE_TIMEOUT_CHANGED by ann: route=t, timer=frame, old=30s, new=1m, source=runtime, remote=127.0.0.1"));
	}

	@Test
	void namesCannotForgeLines(CapturedOutput output) {
		assertThat(
				gateway.exchange("POST", IDLE, "{\"value\":\"1s\"}", basic("eve\nINFO all is well", "x")).statusCode())
			.isIn(401, 429);
		Gateway.await("the line", () -> output.getOut().contains("by eve\\u000aINFO all is well: ") ? Optional.of(true)
				: Optional.empty());
		assertThat(output.getOut().lines()).noneMatch((line) -> line.startsWith("INFO all is well"));
	}

	@Test
	void methodThatIsNotPossibleIsRefusedWithThoseThatAre() {
		HttpResponse<String> response = gateway.exchange("PUT", IDLE, "{\"value\":\"1s\"}", ANN);
		assertThat(response.statusCode()).isEqualTo(405);
		assertThat(response.headers().firstValue("allow").orElseThrow().split(",")).containsExactlyInAnyOrder("POST",
				"DELETE");
		assertThat(response.headers().firstValue("content-type")).hasValue("application/problem+json");
		assertThat(response.body()).isEqualTo("{\"title\":\"Method Not Allowed\",\"status\":405,"
				+ "\"detail\":\"Method PUT is not allowed here: use DELETE, POST\"}");
	}

	@Test
	void userWhoIsTakenOutOfTheFileHasNoRoleAfterReload() throws IOException {
		String[] eve = basic("eve", "sesame");
		String reload = "{\"action\":\"reload\"}";
		assertThat(gateway.exchange("GET", "/actuator/routes", null, eve).statusCode()).isEqualTo(200);
		write("ann");
		assertThat(gateway.exchange("POST", "/actuator/routes", reload, ANN).statusCode()).isEqualTo(200);
		assertThat(gateway.exchange("GET", "/actuator/routes", null, eve).statusCode()).isIn(401, 429);
		assertThat(gateway.exchange("GET", "/actuator/routes", null).statusCode()).isEqualTo(401);
		write("ann", "eve");
		assertThat(gateway.exchange("POST", "/actuator/routes", reload, ANN).statusCode()).isEqualTo(200);
	}

}
