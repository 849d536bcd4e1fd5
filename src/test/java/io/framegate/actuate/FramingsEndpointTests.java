package io.framegate.actuate;

import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.framegate.closure.Closure;
import io.framegate.closure.Side;
import io.framegate.framing.Framings;
import io.framegate.framing.Presets;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.GatewayBuilder;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestUpstream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.security.crypto.bcrypt.BCryptPasswordEncoder;

import static io.framegate.testkit.RouteSpec.route;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * {@code GET} and {@code POST /actuator/framings}.
 */
class FramingsEndpointTests {

	private static final String PATH = "/actuator/framings";

	private static final JsonMapper JSON = new JsonMapper();

	private static final String[] READER = basic("rita");

	private static final String[] OPERATOR = basic("olga");

	private static TestUpstream server;

	private static Gateway gateway;

	@BeforeAll
	static void start() {
		server = TestUpstream.lineEcho();
		String password = new BCryptPasswordEncoder(4).encode("sesame");
		gateway = GatewayBuilder.routes(route("cards").framing("visa", "length2").to(server),
				route("lines").with("timeouts.frame=300ms").to(server), route("hl7").framing("mllp", "crlf").to(server))
			.with("framegate.framings.visa.length-field-length=2", "framegate.framings.visa.length-adjustment=2",
					"framegate.framings.visa.initial-bytes-to-strip=4", "framegate.framings.visa.header=00000000",
					"framegate.management.users.rita.password=" + password,
					"framegate.management.users.rita.roles=viewer",
					"framegate.management.users.olga.password=" + password,
					"framegate.management.users.olga.roles=operator")
			.start();
	}

	@AfterAll
	static void stop() {
		gateway.close();
		server.close();
	}

	private static String[] basic(String name) {
		return new String[] { "Authorization",
				"Basic " + Base64.getEncoder().encodeToString((name + ":sesame").getBytes(StandardCharsets.UTF_8)) };
	}

	private static HttpResponse<String> post(String body) {
		return gateway.exchange("POST", PATH, body, READER);
	}

	private static JsonNode tryOn(String bytes) {
		HttpResponse<String> response = post(JSON.writeValueAsString(Map.of("bytes", bytes)));
		assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
		return JSON.readTree(response.body());
	}

	private static JsonNode tryConnection(String id) {
		HttpResponse<String> response = post("{\"connection\":\"" + id + "\"}");
		assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
		return JSON.readTree(response.body());
	}

	private static JsonNode named(JsonNode all, String name) {
		return all.at("/framings")
			.valueStream()
			.filter((one) -> one.at("/name").asString().equals(name))
			.findFirst()
			.orElseThrow();
	}

	private static List<String> best(JsonNode tried) {
		List<String> best = new ArrayList<>();
		tried.at("/framings").forEach((one) -> {
			if (one.at("/best").asBoolean()) {
				best.add(one.at("/name").asString());
			}
		});
		return best;
	}

	@Test
	void allFramingsAreListed() {
		JsonNode all = JSON.readTree(gateway.exchange("GET", PATH, null, READER).body());
		List<String> names = all.at("/framings").valueStream().map((one) -> one.at("/name").asString()).toList();
		assertThat(names).containsAll(Framings.NAMES).contains("visa").containsAll(Presets.ALL.keySet());
		JsonNode visa = named(all, "visa");
		assertThat(visa.at("/kind").asString()).isEqualTo("declared");
		assertThat(visa.at("/declaration").toString()).isEqualTo(
				"{\"length-field-length\":2,\"length-adjustment\":2,\"initial-bytes-to-strip\":\"4\",\"header\":\"00000000\"}");
		assertThat(visa.at("/routes").toString()).isEqualTo("[{\"route\":\"cards\",\"side\":\"inbound\"}]");
		JsonNode gt06 = named(all, "gt06");
		assertThat(gt06.at("/kind").asString()).isEqualTo("preset");
		assertThat(gt06.at("/title").asString()).contains("GT06");
		assertThat(gt06.at("/document").asString()).isNotEmpty();
		assertThat(gt06.at("/declaration/first-of/0/starts-with").asString()).isEqualTo("7878");
		assertThat(gt06.at("/routes").isEmpty()).isTrue();
		assertThat(named(all, "jt808").at("/declaration/escape").toString())
			.isEqualTo("{\"byte\":\"7D\",\"map\":{\"01\":\"7D\",\"02\":\"7E\"}}");
		assertThat(named(all, "mllp").at("/kind").asString()).isEqualTo("built-in");
		assertThat(named(all, "mllp").at("/declaration/delimiter/0").asString()).isEqualTo("1C0D");
		assertThat(named(all, "length2").at("/routes").toString())
			.isEqualTo("[{\"route\":\"cards\",\"side\":\"upstream\"}]");
	}

	@Test
	void bytesFindTheirFraming() {
		JsonNode tried = tryOn("""
				00000000: 0006 0000 3038 3030 3132 0004 0000 3038  ....080012....08
				00000010: 3130                                     10
				""");
		assertThat(tried.at("/bytes").asInt()).isEqualTo(18);
		assertThat(best(tried)).contains("visa").doesNotContain("length2", "stream");
		JsonNode visa = tried.at("/framings/0");
		assertThat(visa.at("/name").asString()).as("declared ones first").isEqualTo("visa");
		assertThat(visa.at("/reason").asString()).isEqualTo("2 frames exactly to the end");
		assertThat(visa.at("/complete").asBoolean()).isTrue();
		assertThat(visa.at("/frames").asInt()).isEqualTo(2);
		assertThat(visa.at("/leftover").asInt()).isZero();
		assertThat(visa.at("/pieces").toString())
			.isEqualTo("[{\"offset\":0,\"length\":10,\"payload\":6,\"hex\":\"303830303132\"},"
					+ "{\"offset\":10,\"length\":8,\"payload\":4,\"hex\":\"30383130\"}]");
		JsonNode mllp = named(tried, "mllp");
		assertThat(mllp.at("/fault/reason").asString()).isEqualTo("bad-frame");
		assertThat(mllp.at("/fault/detail").asString()).contains("expected VT");
		assertThat(named(tried, "stream").at("/reason").asString()).isEqualTo("any bytes fit");
	}

	@Test
	void incompleteCaptureFindsItsFraming() {
		JsonNode tried = tryOn(
				HexFormat.of().formatHex("0010hello123450010world123450010he".getBytes(StandardCharsets.UTF_8)));
		assertThat(tried.at("/looksLike").asString()).contains("ascii4");
		assertThat(best(tried)).containsExactly("ascii4");
		assertThat(tried.at("/framings/0/reason").asString()).isEqualTo("2 frames, and the first 6 bytes of another");
	}

	@Test
	void endedConnectionIsTriedWithoutShowingItsBytes() {
		String secret = "4111111111111111";
		try (TestClient client = gateway.connect("hl7")) {
			client.send("0019" + "0200" + secret.substring(0, 15) + "0016" + secret);
			client.expectEof();
		}
		Closure closure = gateway.awaitClosure("hl7", Side.INBOUND);
		JsonNode tried = tryConnection(closure.id());
		assertThat(tried.at("/route").asString()).isEqualTo("hl7");
		assertThat(tried.at("/side").asString()).isEqualTo("inbound");
		assertThat(tried.at("/framing").asString()).isEqualTo("mllp");
		assertThat(tried.at("/bytes").asInt()).isEqualTo(43);
		assertThat(best(tried)).containsExactly("ascii4");
		assertThat(tried.at("/framings/0/pieces").toString())
			.isEqualTo("[{\"offset\":0,\"length\":23,\"payload\":19},{\"offset\":23,\"length\":20,\"payload\":16}]");
		assertThat(named(tried, "mllp").at("/fault").toString()).isEqualTo("{\"reason\":\"bad-frame\",\"offset\":0}");
		assertThat(tried.toString()).doesNotContain("4111", "34313131", "0x30");
	}

	@Test
	void openConnectionIsTriedWithItsIncompleteFrame() {
		try (TestClient client = gateway.connect("cards")) {
			client.send(new byte[] { 0, 9, 0, 0, 'a', 'b' });
			String id = Gateway.await("a part of a frame",
					() -> gateway.connections("cards")
						.stream()
						.filter((each) -> each.side() == Side.INBOUND && each.bytesIn() == 6)
						.map((each) -> each.getConnectionId())
						.findAny());
			JsonNode tried = tryConnection(id);
			assertThat(tried.at("/bytes").asInt()).isEqualTo(6);
			assertThat(tried.at("/framing").asString()).isEqualTo("visa");
			assertThat(named(tried, "visa").at("/leftover").asInt()).isEqualTo(6);
			client.send("cdefghi");
			Gateway.await("the rest of the frame",
					() -> Optional.of(post("{\"connection\":\"" + id + "\"}").statusCode())
						.filter((status) -> status == 409));
		}
	}

	@Test
	void lateFrameIsKept() {
		try (TestClient client = gateway.connect("lines")) {
			client.send("5:hello,5:world,");
			client.expectEof();
		}
		Closure closure = gateway.awaitClosure("lines", Side.INBOUND);
		assertThat(closure.detail()).contains("looks like a netstring (framing `netstring`)");
		assertThat(best(tryConnection(closure.id()))).contains("netstring");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			{}                                  | 400 | one of the two
			{"bytes":"00","connection":"x"}     | 400 | one of the two
			{"bytes":" "}                       | 400 | one of the two
			{"bytes":"0g"}                      | 400 | has the character 'g'
			{"bytes":"000"}                     | 400 | an odd number
			{"bytes":["00"]}                    | 400 | must be a JSON object of names and texts
			{"connection":"nobody-1"}           | 404 | Nothing is kept of a connection 'nobody-1'
			""")
	void invalidRequestsAreRefused(String body, int status, String message) {
		HttpResponse<String> response = post(body);
		assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
		assertThat(response.body()).contains(message);
	}

	@Test
	void bytesAreLimited() {
		assertThat(post("{\"bytes\":\"" + "00".repeat(65_536) + "\"}").statusCode()).isEqualTo(200);
		assertThat(post("{\"bytes\":\"" + "00".repeat(65_537) + "\"}").body()).contains("at most 65536");
		HttpResponse<String> long1 = post("{\"bytes\":\"" + "00 ".repeat(120_000) + "\"}");
		assertThat(long1.statusCode()).isEqualTo(413);
		assertThat(long1.body()).contains("256 KB");
	}

	@Test
	void whoMayReadMayPostAndStrangersMayNot() {
		String body = "{\"bytes\":\"0001 41\"}";
		assertThat(gateway.exchange("POST", PATH, body).statusCode()).isEqualTo(401);
		assertThat(gateway.exchange("GET", PATH, null).statusCode()).isEqualTo(401);
		assertThat(gateway.exchange("POST", PATH, body, READER).statusCode()).isEqualTo(200);
		assertThat(gateway.exchange("POST", PATH, body, OPERATOR).statusCode()).isEqualTo(200);
		for (String[] other : new String[][] { { "DELETE", PATH }, { "PUT", PATH }, { "POST", PATH + "/x" },
				{ "POST", "/actuator/routes" } }) {
			assertThat(gateway.exchange(other[0], other[1], body, READER).statusCode()).as(String.join(" ", other))
				.isEqualTo(403);
		}
		HttpResponse<String> audit = gateway.exchange("GET", "/actuator/auditevents?type=FRAMEGATE_CHANGE_REFUSED",
				null, OPERATOR);
		assertThat(audit.body()).as("no change was refused here").doesNotContain("\"POST\",\"path\":\"" + PATH + "\"");
	}

	@Test
	void bytesAreNeverShown() {
		for (String path : new String[] { "/actuator/closures", "/actuator/connections", "/actuator/routes" }) {
			assertThat(gateway.exchange("GET", path, null, READER).body()).doesNotContain("4111111");
		}
	}

}
