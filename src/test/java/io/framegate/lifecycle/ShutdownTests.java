package io.framegate.lifecycle;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.framegate.testkit.Gateway;
import io.framegate.testkit.GatewayProcess;
import io.framegate.testkit.OnceOnly;
import io.framegate.testkit.Peer;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestUpstream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * What signals do to a gateway that is in use. Each runs in a process of its own.
 */
class ShutdownTests {

	private static final int CLIENTS = 50;

	private static final int IN_FLIGHT = 8;

	private static final JsonMapper JSON = new JsonMapper();

	@Test
	void sigtermUnderLoadLosesNothing() throws Exception {
		CountDownLatch answer = new CountDownLatch(1);
		try (TestUpstream late = TestUpstream.handling(new OnceOnly(Duration.ofMillis(200)));
				TestUpstream held = TestUpstream.handling((peer) -> {
					String line = peer.within(Duration.ofSeconds(30)).readLine();
					answer.await();
					peer.sendLine(line);
					peer.awaitEof();
				});
				GatewayProcess gateway = GatewayProcess
					.start(Gateway.all(Gateway.route("load", "crlf", "crlf", late.address()),
							Gateway.route("held", "crlf", "crlf", held.address(), "timeouts.drain=20s"),
							new String[] { "framegate.shutdown.quiet-period=3s",
									"logging.structured.format.console=ecs" }));
				ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor();
				TestClient last = TestClient.connect(gateway.port("held"))) {
			int port = gateway.port("load");
			last.sendLine("the last one");
			List<Future<Integer>> answered = IntStream.range(0, CLIENTS)
				.mapToObj((number) -> clients.submit(() -> talk(port, number)))
				.toList();
			Gateway.await("load", () -> Optional.of(late.receivedCount()).filter((bytes) -> bytes > CLIENTS * 200L));
			gateway.terminate();
			Gateway.await("readiness down", () -> Optional.of(gateway.get("/actuator/health/readiness"))
				.filter((health) -> health.statusCode() == 503));
			// The quiet period.
			try (TestClient client = TestClient.connect(port)) {
				client.sendLine("99 0");
				assertThat(client.readLine()).isEqualTo("99 0");
			}
			awaitDrain(gateway, "load");
			assertThatThrownBy(() -> TestClient.connect(port)).hasMessageContaining("refused");
			int total = 0;
			for (Future<Integer> one : answered) {
				total += one.get(20, TimeUnit.SECONDS);
			}
			assertThat(late.connections()).hasSize(CLIENTS + 1).extracting(Peer::failure).containsOnlyNulls();
			assertThat(total).isEqualTo(late.connections()
				.stream()
				.flatMap((peer) -> new String(peer.received()).lines())
				.filter((line) -> !line.startsWith("99 "))
				.count());
			// One session is still draining, so its operator can watch.
			String prometheus = gateway.get("/actuator/prometheus").body();
			assertThat(prometheus)
				.contains("framegate_connections_closed_total{reason=\"shutdown\",route=\"load\",side=\"inbound\"} %d.0"
					.formatted(CLIENTS));
			JsonNode closures = JSON.readTree(gateway.get("/actuator/closures?route=load&reason=shutdown").body())
				.at("/closures");
			assertThat(closures.size()).isEqualTo(2 * CLIENTS);
			closures.forEach((closure) -> assertThat(closure.at("/endedBy").asString()).isEqualTo("gateway"));
			assertThat(JSON.readTree(gateway.get("/actuator/routes/held").body()).at("/state").asString())
				.isEqualTo("DRAINING");
			answer.countDown();
			assertThat(last.readLine()).isEqualTo("the last one");
			last.expectEof();
			last.close();
			assertThat(gateway.awaitExit()).isIn(0, 143);
			assertLogAgrees(gateway, closures);
		}
	}

	/**
	 * Sends lines, eight ahead of their answers, until the gateway sends FIN.
	 * @return how many were answered, each with itself and in order
	 */
	private static int talk(int port, int number) {
		try (TestClient client = TestClient.connect(port).within(Duration.ofSeconds(20))) {
			int sent = 0;
			while (sent < IN_FLIGHT) {
				client.sendLine(number + " " + sent++);
			}
			int answered = 0;
			for (String line = client.readLineOrEof(); line != null; line = client.readLineOrEof()) {
				assertThat(line).isEqualTo(number + " " + answered++);
				client.sendLine(number + " " + sent++);
			}
			return answered;
		}
	}

	private static void awaitDrain(GatewayProcess gateway, String route) {
		Gateway.await("the drain", () -> Optional.of(gateway.get("/actuator/routes/" + route).body())
			.filter((body) -> body.contains("\"DRAINING\"")));
	}

	/**
	 * One line of JSON for each ended connection, with the fields of its record.
	 */
	private static void assertLogAgrees(GatewayProcess gateway, JsonNode closures) {
		Map<String, JsonNode> lines = gateway.output()
			.lines()
			.filter((line) -> line.startsWith("{"))
			.map(JSON::readTree)
			.filter((line) -> line.has("endedBy"))
			.collect(Collectors.toMap((line) -> line.at("/id").asString(), (line) -> line));
		assertThat(lines).hasSize(2 * (CLIENTS + 2));
		closures.forEach((closure) -> {
			JsonNode line = lines.get(closure.at("/id").asString());
			for (String field : List.of("route", "side", "remote", "reason", "endedBy", "detail", "framesIn",
					"framesOut", "bytesIn", "bytesOut", "partialFrameBytes", "openedAt", "closedAt")) {
				assertThat(line.at("/" + field)).as(field).isEqualTo(closure.at("/" + field));
			}
			assertThat(line.at("/undeliveredFrames")).isEqualTo(closure.at("/undelivered/frames"));
			assertThat(line.at("/undeliveredBytes")).isEqualTo(closure.at("/undelivered/bytes"));
		});
	}

	@Test
	void portIsFreeAfterSigkillAndPeersThatNeverEndAreEndedByTheDrainTimer() {
		List<TestClient> clients = new CopyOnWriteArrayList<>();
		try (TestUpstream silent = TestUpstream.silent(); TestUpstream echo = TestUpstream.lineEcho()) {
			int port;
			try (GatewayProcess killed = GatewayProcess
				.start(Gateway.route("silent", "crlf", "crlf", silent.address()))) {
				port = killed.port("silent");
				connect(clients, port);
				killed.kill();
			}
			try (GatewayProcess gateway = GatewayProcess.start(Gateway.all(
					Gateway.route("silent", "crlf", "crlf", silent.address(), "listen.port=" + port,
							"timeouts.drain=2s"),
					Gateway.route("echo", "crlf", "crlf", echo.address(), "timeouts.drain=2s"),
					new String[] { "logging.structured.format.console=logstash" }))) {
				assertThat(gateway.port("silent")).isEqualTo(port);
				connect(clients, port);
				connect(clients, gateway.port("echo"));
				Gateway.await("sessions", () -> Optional.of(gateway.get("/actuator/connections").body())
					.filter((body) -> JSON.readTree(body).at("/total").asInt() == 12));
				long begun = System.nanoTime();
				gateway.terminate();
				assertThat(gateway.awaitExit()).isIn(0, 143);
				assertThat(Duration.ofNanos(System.nanoTime() - begun)).isBetween(Duration.ofSeconds(2),
						Duration.ofSeconds(5));
				List<JsonNode> ends = gateway.output()
					.lines()
					.filter((line) -> line.startsWith("{"))
					.map(JSON::readTree)
					.filter((line) -> line.has("endedBy"))
					.toList();
				System.out.println(gateway.output());
				assertThat(ends).hasSize(12).allSatisfy((line) -> {
					boolean orderly = line.at("/route").asString().equals("echo")
							&& line.at("/side").asString().equals("upstream");
					assertThat(line.at("/reason").asString()).isEqualTo(orderly ? "shutdown" : "drain-timeout");
					assertThat(line.at("/endedBy").asString()).isEqualTo("gateway");
					if (!orderly) {
						assertThat(line.at("/detail").asString())
							.isEqualTo("drain timer (2s) ran out; drain begun by shutdown");
					}
				});
			}
		}
		finally {
			clients.forEach(TestClient::close);
		}
	}

	private static void connect(List<TestClient> clients, int port) {
		for (int i = 0; i < 3; i++) {
			TestClient client = TestClient.connect(port);
			client.sendLine("hello");
			clients.add(client);
		}
	}

	@Test
	void secondSigtermEndsAtOnce() {
		try (TestUpstream silent = TestUpstream.silent();
				GatewayProcess gateway = GatewayProcess
					.start(Gateway.route("s", "crlf", "crlf", silent.address(), "timeouts.drain=1m"));
				TestClient client = TestClient.connect(gateway.port("s"))) {
			client.sendLine("hello");
			silent.awaitConnections(1);
			gateway.terminate();
			awaitDrain(gateway, "s");
			long begun = System.nanoTime();
			gateway.terminate();
			assertThat(gateway.awaitExit()).isEqualTo(143);
			assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(2));
		}
	}

}
