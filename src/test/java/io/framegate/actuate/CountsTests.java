package io.framegate.actuate;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import io.framegate.testkit.Gateway;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestUpstream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the endpoints count is what the peers sent and got, exactly.
 */
class CountsTests {

	private static final int CLIENTS = 20;

	@Test
	void endpointsAndMetricsAgreeWithThePeers() {
		try (TestUpstream server = TestUpstream.length4Echo();
				Gateway gateway = Gateway.start(Gateway.route("t", "crlf", "length4", server.address()))) {
			List<Talk> talks = new ArrayList<>();
			for (int i = 0; i < CLIENTS; i++) {
				talks.add(new Talk(gateway.connect("t"), i));
			}
			talks.forEach(Talk::hold);
			long frames = talks.stream().mapToLong((talk) -> talk.frames).sum();
			long bytes = talks.stream().mapToLong((talk) -> talk.bytes).sum();
			JsonNode live = gateway.get("/actuator/connections?side=inbound").at("/connections");
			assertThat(live.size()).isEqualTo(CLIENTS);
			talks.forEach((talk) -> talk.assertCounted(find(live, talk.remote)));
			assertRoute(gateway, frames, bytes, CLIENTS, 0);
			JsonNode upstream = gateway.get("/actuator/connections?side=upstream").at("/connections");
			assertThat(sum(upstream, "framesOut")).isEqualTo(frames);
			assertThat(sum(upstream, "framesIn")).isEqualTo(frames);
			assertThat(sum(upstream, "bytesOut")).isEqualTo(bytes + 2 * frames).isEqualTo(server.receivedCount());
			assertThat(sum(upstream, "bytesIn")).isEqualTo(bytes + 2 * frames);
			talks.forEach(Talk::end);
			gateway.awaitNoConnections("t");
			JsonNode closures = gateway.get("/actuator/closures?side=inbound").at("/closures");
			assertThat(closures.size()).isEqualTo(CLIENTS);
			talks.forEach((talk) -> talk.assertCounted(find(closures, talk.remote)));
			assertRoute(gateway, frames, bytes, 0, CLIENTS);
		}
	}

	private static JsonNode find(JsonNode all, String remote) {
		return all.valueStream()
			.filter((one) -> one.at("/remote").asString().equals(remote))
			.findFirst()
			.orElseThrow(() -> new AssertionError(remote + " is not in " + all));
	}

	private static long sum(JsonNode all, String name) {
		return all.valueStream().mapToLong((one) -> one.get(name).asLong()).sum();
	}

	private static void assertRoute(Gateway gateway, long frames, long bytes, int active, int closed) {
		JsonNode route = gateway.get("/actuator/routes/t");
		assertThat(route.at("/connections"))
			.hasToString("{\"active\":%d,\"opened\":%d,\"closed\":%d}".formatted(active, CLIENTS, closed));
		assertThat(route.at("/frames")).hasToString("{\"in\":%1$d,\"out\":%1$d}".formatted(frames));
		assertThat(route.at("/bytes")).hasToString("{\"in\":%1$d,\"out\":%1$d}".formatted(bytes));
		for (String direction : List.of("in", "out")) {
			String tags = "{direction=\"" + direction + "\",route=\"t\"}";
			assertThat(gateway.metric("framegate_frames_total" + tags)).isEqualTo(frames);
			assertThat(gateway.metric("framegate_bytes_total" + tags)).isEqualTo(bytes);
		}
		for (String side : List.of("inbound", "upstream")) {
			String tags = "{route=\"t\",side=\"" + side + "\"}";
			assertThat(gateway.metric("framegate_connections_active" + tags)).isEqualTo(active);
			assertThat(gateway.metric("framegate_connections_opened_total" + tags)).isEqualTo(CLIENTS);
			assertThat(gateway
				.metric("framegate_connections_closed_total{reason=\"inbound-eof\",route=\"t\",side=\"" + side + "\"}"))
				.isEqualTo(closed);
		}
		assertThat(gateway.metric("framegate_frames_undelivered_total{route=\"t\"}")).isZero();
	}

	/** A client and what it sent and got. */
	private static final class Talk {

		private final TestClient client;

		private final String remote;

		private final Random random;

		private long frames;

		private long bytes;

		private Talk(TestClient client, int seed) {
			this.client = client;
			this.remote = "127.0.0.1:" + client.localPort();
			this.random = new Random(seed);
		}

		private void hold() {
			for (int round = 0; round < 10; round++) {
				int count = 1 + this.random.nextInt(20);
				List<String> lines = new ArrayList<>();
				for (int i = 0; i < count; i++) {
					lines.add("x".repeat(this.random.nextInt(500)));
				}
				this.client.send(String.join("\r\n", lines) + "\r\n");
				for (String line : lines) {
					assertThat(this.client.readLine()).isEqualTo(line);
					this.frames++;
					this.bytes += line.length() + 2;
				}
			}
		}

		private void end() {
			this.client.halfClose();
			this.client.expectEof();
			this.client.close();
		}

		private void assertCounted(JsonNode connection) {
			assertThat(connection.at("/framesIn").asLong()).isEqualTo(this.frames);
			assertThat(connection.at("/framesOut").asLong()).isEqualTo(this.frames);
			assertThat(connection.at("/bytesIn").asLong()).isEqualTo(this.bytes);
			assertThat(connection.at("/bytesOut").asLong()).isEqualTo(this.bytes);
		}

	}

}
