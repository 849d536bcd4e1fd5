package io.framegate.actuate;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.framegate.closure.Side;
import io.framegate.tap.Tap;
import io.framegate.tap.TapRequest;
import io.framegate.tap.Taps;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.GatewayBuilder;
import io.framegate.testkit.RouteSpec;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestUpstream;
import io.framegate.transport.MemoryBudget;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.security.crypto.bcrypt.BCryptPasswordEncoder;

import static io.framegate.testkit.RouteSpec.route;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Frames that somebody watches over HTTP, while clients and servers talk.
 */
@Timeout(60)
class FramesEndpointTests {

	private static final String SECRET = "{bcrypt}" + new BCryptPasswordEncoder(4).encode("secret");

	private static final String[] ANN = login("ann");

	private static final String[] OPERATOR = login("olga");

	@AutoClose
	private static final TestUpstream server = TestUpstream.echo();

	@AutoClose
	private static final Gateway gateway = GatewayBuilder.routes(route("always").to(server))
		.with("management.endpoint.frames.access=read-only", "framegate.management.users.ann.password=" + SECRET,
				"framegate.management.users.ann.roles=tap,viewer", "framegate.management.users.olga.password=" + SECRET,
				"framegate.management.users.olga.roles=operator", "framegate.masks[0].expression=pin=([0-9]+)",
				"framegate.masks[1].hl7=PID-5", "framegate.masks[1].routes=always")
		.start();

	private final HttpClient http = HttpClient.newHttpClient();

	private final List<Watch> watches = new ArrayList<>();

	private static String[] login(String name) {
		return new String[] { "Authorization",
				"Basic " + Base64.getEncoder().encodeToString((name + ":secret").getBytes(StandardCharsets.UTF_8)) };
	}

	@AfterEach
	void nobodyWatches() {
		this.watches.forEach(Watch::close);
		Gateway.await("no memory held",
				() -> Optional.of(gateway.bean(MemoryBudget.class).used()).filter((used) -> used < 4 * 1024 * 1024));
	}

	private Watch watch(String query) {
		Watch watch = new Watch(query);
		this.watches.add(watch);
		watch.awaitComment();
		return watch;
	}

	private static HttpResponse<String> refused(String query, String... headers) {
		return gateway.exchange("GET", "/actuator/frames" + query, null, headers);
	}

	private static JsonNode audit(String type) {
		JsonNode events = new JsonMapper()
			.readTree(gateway.exchange("GET", "/actuator/auditevents?type=" + type, null, ANN).body())
			.at("/events");
		return events.get(events.size() - 1);
	}

	static Stream<RouteSpec> modes() {
		return Stream.of(route("t-session"), route("t-crlf").framing("crlf", "length4"), route("t-pooled").pooled(),
				route("t-ordered").ordered(), route("t-one-way").with("mode=one-way"),
				route("t-blocking").with("handler=blocking"));
	}

	@ParameterizedTest
	@MethodSource("modes")
	void framesOfEveryModeAreSeenOnBothSidesAndInBothDirections(RouteSpec route) {
		gateway.configure(route.to(server));
		String name = route.name();
		boolean oneWay = name.equals("t-one-way");
		Watch watch = watch("?route=" + name + "&count=" + (oneWay ? 2 : 4));
		try (TestClient client = gateway.connect(name)) {
			client.sendLine("hello");
			List<JsonNode> events = watch.awaitEnd();
			List<String> seen = events.stream()
				.filter((event) -> event.has("side"))
				.map((event) -> event.at("/side").asString() + " " + event.at("/direction").asString())
				.toList();
			if (oneWay) {
				assertThat(seen).containsExactly("inbound in", "upstream out");
			}
			else {
				assertThat(seen).containsExactly("inbound in", "upstream out", "upstream in", "inbound out");
			}
			JsonNode first = events.getFirst();
			assertThat(first.at("/route").asString()).isEqualTo(name);
			assertThat(Base64.getDecoder().decode(first.at("/bytes").asString())).asString().isEqualTo("hello");
			assertThat(first.at("/length").asInt()).isEqualTo(5);
			assertThat(first.at("/truncated").asBoolean()).isFalse();
			assertThat(first.at("/masked").asBoolean()).isFalse();
			assertThat(first.at("/remote").asString()).startsWith("127.0.0.1:");
			assertThat(gateway.connections(name)).extracting((each) -> each.getConnectionId())
				.contains(first.at("/connection").asString());
			assertThat(events.getLast())
				.hasToString("{\"reason\":\"count\",\"frames\":%d,\"lost\":0}".formatted(oneWay ? 2 : 4));
		}
	}

	@Test
	void whatNobodyMaySeeIsHiddenBeforeItIsCut() {
		Watch watch = watch("?route=always&size=20&count=4");
		try (TestClient client = gateway.connect("always")) {
			client.sendLine("MSH|x;card=4111111111111111");
			List<JsonNode> events = watch.awaitEnd();
			assertThat(Base64.getDecoder().decode(events.getFirst().at("/bytes").asString())).asString()
				.isEqualTo("MSH|x;card=*********");
			assertThat(events.getFirst().at("/masked").asBoolean()).isTrue();
			assertThat(events.getFirst().at("/truncated").asBoolean()).isTrue();
			assertThat(events.getFirst().at("/length").asInt()).isEqualTo(27);
		}
	}

	@Test
	void longAndEmptyFramesAreSeen() {
		gateway.configure(route("long").framing("length4", "length4")
			.with("listen.max-frame-size=2MB", "upstream.max-frame-size=2MB")
			.to(server));
		Watch watch = watch("?route=long&size=8192&count=8");
		try (TestClient client = gateway.connect("long")) {
			byte[] frame = new byte[4 + 4 + (1 << 20)];
			frame[5] = 16;
			// Where the code is not compiled yet, masking may take longer than it may.
			List<JsonNode> events = Gateway.await("the end", () -> {
				client.send(frame);
				client.readExactly(frame.length);
				return watch.ended();
			}).stream().filter((event) -> event.has("side")).toList();
			assertThat(events).hasSize(8);
			assertThat(events).extracting((event) -> event.at("/length").asInt()).containsOnly(0, 1 << 20);
			assertThat(events)
				.allSatisfy((event) -> assertThat(Base64.getDecoder().decode(event.at("/bytes").asString()))
					.hasSize(Math.min(event.at("/length").asInt(), 8192)));
		}
	}

	@Test
	void onlyTheConnectionOrPeerThatWasNamedIsSeen() {
		try (TestClient one = gateway.connect("always");
				TestClient two = TestClient.connectFrom("127.0.0.9", gateway.port("always"))) {
			Gateway.await("both", () -> Optional.of(gateway.connections("always")).filter((all) -> all.size() == 4));
			String id = gateway.connections("always")
				.stream()
				.filter((each) -> each.side() == Side.INBOUND && each.getHostAddress().equals("127.0.0.1"))
				.findFirst()
				.orElseThrow()
				.getConnectionId();
			Watch byId = watch("?connection=" + id + "&count=2");
			Watch byPeer = watch("?remote=127.0.0.9&count=2");
			two.sendLine("two");
			two.readLine();
			one.sendLine("one");
			one.readLine();
			assertThat(byId.awaitEnd().subList(0, 2))
				.allMatch((event) -> event.at("/connection").asString().equals(id));
			assertThat(byPeer.awaitEnd().subList(0, 2))
				.allMatch((event) -> event.at("/remote").asString().startsWith("127.0.0.9:"));
			Watch closing = watch("?connection=" + id);
			one.close();
			assertThat(closing.awaitEnd().getLast().at("/reason").asString()).isEqualTo("closed");
		}
	}

	@Test
	void tapEndsWithItsTimeAndWithItsRoute() {
		gateway.configure(route("goes").to(server));
		Watch timed = watch("?route=always&until=100ms");
		Watch gone = watch("?route=goes");
		assertThat(timed.awaitEnd().getLast().at("/reason").asString()).isEqualTo("time");
		gateway.configure(route("goes").pooled().to(server));
		assertThat(gone.awaitEnd().getLast().at("/reason").asString()).isEqualTo("reload");
		Watch removed = watch("?route=goes");
		gateway.configure(route("comes").to(server));
		assertThat(removed.awaitEnd().getLast().at("/reason").asString()).isEqualTo("removed");
	}

	@Test
	void tenMayWatchAtOnceAndAPlaceIsFreeWhenOneGoes() {
		IntStream.range(0, 10).forEach((i) -> watch("?route=always"));
		HttpResponse<String> refused = refused("?route=always", ANN);
		assertThat(refused.statusCode()).isEqualTo(429);
		assertThat(refused.body()).contains("10 frame taps are open");
		this.watches.getFirst().close();
		Gateway.await("a place", () -> Optional.of(refused("?route=always&until=1ms", ANN))
			.filter((response) -> response.statusCode() == 200));
		assertThat(audit("FRAMEGATE_TAP_ENDED").at("/principal").asString()).isEqualTo("ann");
	}

	/** Those who go at once leave at every moment at which an answer may begin. */
	@Test
	void whoGoesBeforeTheAnswerBeginsLeavesNothing() throws Exception {
		byte[] request = "GET /actuator/frames?route=always&until=1h HTTP/1.1\r\nHost: localhost\r\n%s: %s\r\n\r\n"
			.formatted(ANN[0], ANN[1])
			.getBytes(StandardCharsets.US_ASCII);
		for (int i = 0; i < 300; i++) {
			try (Socket caller = new Socket("127.0.0.1", gateway.httpPort())) {
				caller.getOutputStream().write(request);
			}
		}
		assertThat(gateway.get("/actuator/health").at("/status").asString()).isEqualTo("UP");
		Taps taps = gateway.bean(Taps.class);
		TapRequest any = new TapRequest("always", null, null, 1, 1, 1);
		Gateway.await("all places", () -> {
			List<Tap> opened = IntStream.range(0, Taps.MOST)
				.mapToObj((place) -> Optional.ofNullable(taps.open(any)))
				.flatMap(Optional::stream)
				.toList();
			opened.forEach(Tap::close);
			return Optional.of(opened).filter((all) -> all.size() == Taps.MOST);
		});
	}

	@Test
	void whoWatchedWhatIsRecorded() {
		Watch watch = watch("?route=always&count=1&size=7&until=30s");
		try (TestClient client = gateway.connect("always")) {
			client.sendLine("x");
			watch.awaitEnd();
			client.readLine();
		}
		assertThat(audit("FRAMEGATE_TAP_STARTED").at("/data"))
			.hasToString("{\"route\":\"always\",\"connection\":\"any\",\"remotes\":\"any\",\"count\":1,\"size\":7,"
					+ "\"time\":\"30s\",\"remote\":\"127.0.0.1\"}");
		Gateway.await("the end", () -> Optional.of(audit("FRAMEGATE_TAP_ENDED").at("/data").toString())
			.filter(("{\"route\":\"always\",\"connection\":\"any\",\"remotes\":\"any\",\"reason\":\"count\",\"frames\":1,"
					+ "\"lost\":0,\"remote\":\"127.0.0.1\"}")::equals));
		assertThat(refused("?route=always", OPERATOR).statusCode()).isEqualTo(403);
		assertThat(audit("FRAMEGATE_TAP_REFUSED").at("/principal").asString()).isEqualTo("olga");
	}

	@Test
	void watchingTakesARoleOfItsOwn() {
		assertThat(refused("?route=always").statusCode()).isEqualTo(401);
		HttpResponse<String> response = refused("?route=always", OPERATOR);
		assertThat(response.statusCode()).isEqualTo(403);
		assertThat(response.body()).contains("Watching frames requires the role tap");
		assertThat(refused("?route=always", ANN[0], ANN[1], "Sec-Fetch-Site", "cross-site").statusCode())
			.isEqualTo(403);
		assertThat(gateway
			.exchange("GET", "/actuator/%66rames?route=always&count=1&until=1s", null, ANN[0], ANN[1], "Sec-Fetch-Site",
					"cross-site")
			.statusCode()).isEqualTo(403);
		try (Gateway off = GatewayBuilder.routes(route("off").to(server))
			.with("framegate.management.users.ann.password=" + SECRET, "framegate.management.users.ann.roles=tap")
			.start()) {
			HttpResponse<String> disabled = off.exchange("GET", "/actuator/frames?route=off", null, ANN);
			assertThat(disabled.statusCode()).isEqualTo(403);
			assertThat(disabled.body()).contains("management.endpoint.frames.access=read-only turns it on");
		}
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			''                                  | 400 | Name what to watch: route, connection or remote
			?route=other                        | 400 | must be one of always
			?connection=none                    | 404 | Unknown connection 'none'
			?route=always&count=0               | 400 | a whole number from 1 to 10000
			?route=always&size=9000             | 400 | a whole number from 1 to 8192
			?route=always&until=2h              | 400 | at most an hour away
			?route=always&until=soon            | 400 | at most an hour away
			?route=always&until=2020-01-31T12:00:00Z | 400 | at most an hour away
			?route=always&format=pcap           | 400 | must be one of sse, pcapng
			""")
	void mistakesAreNamed(String query, int status, String message) {
		gateway.configure();
		HttpResponse<String> response = refused(query, ANN);
		assertThat(response.statusCode()).isEqualTo(status);
		assertThat(response.body()).contains(message);
	}

	@Test
	void slowReaderLosesFramesAndIsToldWhileClientsLoseNothing() throws Exception {
		gateway.configure(route("busy").to(server));
		try (Socket slow = new Socket()) {
			slow.setReceiveBufferSize(4096);
			slow.connect(new java.net.InetSocketAddress("127.0.0.1", gateway.httpPort()));
			slow.getOutputStream()
				.write(("GET /actuator/frames?route=busy&size=8192&count=10000&until=1h HTTP/1.1\r\nHost: localhost\r\n"
						+ ANN[0] + ": " + ANN[1] + "\r\n\r\n")
					.getBytes(StandardCharsets.US_ASCII));
			assertThat(slow.getInputStream().read()).isEqualTo('H');
			byte[] frame = ("x".repeat(8000) + "\r\n").getBytes(StandardCharsets.US_ASCII);
			try (TestClient client = gateway.connect("busy")) {
				for (int i = 0; i < 1000; i++) {
					client.send(frame);
					assertThat(client.readExactly(frame.length)).isEqualTo(frame);
				}
			}
			assertThat(gateway.bean(MemoryBudget.class).used()).isLessThan(8 * 1024 * 1024);
			byte[] some = new byte[1 << 16];
			StringBuilder told = new StringBuilder();
			InputStream in = slow.getInputStream();
			while (!told.toString().contains("event: lost")) {
				int count = in.read(some);
				assertThat(count).isPositive();
				told.append(new String(some, 0, count, StandardCharsets.US_ASCII));
			}
			assertThat(told.toString()).containsPattern("event: lost\ndata: \\{\"frames\":[1-9][0-9]*}");
		}
	}

	@Test
	void captureIsAFileThatOthersRead() throws Exception {
		HttpRequest request = HttpRequest
			.newBuilder(URI.create(
					"http://127.0.0.1:" + gateway.httpPort() + "/actuator/frames?route=always&format=pcapng&count=4"))
			.headers(ANN)
			.header("Accept", "text/html,*/*;q=0.8")
			.build();
		HttpResponse<InputStream> response = this.http.send(request, HttpResponse.BodyHandlers.ofInputStream());
		assertThat(response.headers().firstValue("Content-Type")).contains("application/x-pcapng");
		assertThat(response.headers().firstValue("Content-Disposition"))
			.contains("attachment; filename=\"frames.pcapng\"");
		try (TestClient client = gateway.connect("always")) {
			client.sendLine("MSH|x");
			client.readLine();
		}
		byte[] capture = response.body().readAllBytes();
		assertThat(io.framegate.tap.Capture.read(capture).payloads()).containsExactly("MSH|x", "MSH|x", "MSH|x",
				"MSH|x");
	}

	@Test
	void shutdownEndsTaps() {
		try (Gateway stopping = GatewayBuilder.routes(route("stopping").to(server))
			.with("management.endpoint.frames.access=read-only", "framegate.management.users.ann.password=" + SECRET,
					"framegate.management.users.ann.roles=tap")
			.start()) {
			Watch watch = new Watch(stopping.httpPort(), "?route=stopping");
			watch.awaitComment();
			stopping.close();
			assertThat(watch.awaitEnd().getLast().at("/reason").asString()).isEqualTo("shutdown");
		}
	}

	/** Somebody who watches. */
	private final class Watch implements AutoCloseable {

		private final ConcurrentLinkedQueue<String> lines = new ConcurrentLinkedQueue<>();

		private final InputStream body;

		private Watch(String query) {
			this(gateway.httpPort(), query);
		}

		private Watch(int port, String query) {
			try {
				HttpResponse<InputStream> response = FramesEndpointTests.this.http
					.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/actuator/frames" + query))
						.headers(ANN)
						.header("Accept", "text/event-stream")
						.build(), HttpResponse.BodyHandlers.ofInputStream());
				assertThat(response.statusCode()).isEqualTo(200);
				this.body = response.body();
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
			Thread.ofVirtual().start(this::read);
		}

		private void read() {
			try (java.io.BufferedReader reader = new java.io.BufferedReader(
					new java.io.InputStreamReader(this.body, StandardCharsets.UTF_8))) {
				reader.lines().forEach(this.lines::add);
			}
			catch (IOException | UncheckedIOException ex) {
				this.lines.add("closed");
			}
		}

		void awaitComment() {
			Gateway.await("the stream", () -> this.lines.stream().filter(": watching"::equals).findFirst());
		}

		List<JsonNode> awaitEnd() {
			return Gateway.await("the end", this::ended);
		}

		Optional<List<JsonNode>> ended() {
			return Optional.of(events()).filter((events) -> !events.isEmpty() && events.getLast().has("reason"));
		}

		private List<JsonNode> events() {
			return this.lines.stream()
				.filter((line) -> line.startsWith("data: "))
				.map((line) -> new JsonMapper().readTree(line.substring(6)))
				.toList();
		}

		@Override
		public void close() {
			try {
				this.body.close();
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

	}

}
