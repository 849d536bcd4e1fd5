package io.framegate.relay;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.framegate.closure.CloseReason;
import io.framegate.closure.Closure;
import io.framegate.closure.Side;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.GatewayBuilder;
import io.framegate.testkit.Programs;
import io.framegate.testkit.TestPorts;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static io.framegate.testkit.RouteSpec.route;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * MQTT between clients that are Paho's and Mosquitto.
 */
@Timeout(60)
class MqttTests {

	private static final int[] SIZES = { 0, 1, 100, 130, 16_000, 16_400, 60_000 };

	@Test
	void publishedMessagesArrive() throws Exception {
		Programs.assumeInstalled("mosquitto");
		int port = TestPorts.refused();
		Process broker = Programs.start("mosquitto", "-p", String.valueOf(port));
		try (Gateway gateway = GatewayBuilder.routes().start()) {
			Programs.awaitPort(port);
			gateway.configure(route("mqtt").framing("mqtt", "mqtt").to("127.0.0.1:" + port));
			String address = "tcp://127.0.0.1:" + gateway.port("mqtt");
			BlockingQueue<String> received = new LinkedBlockingQueue<>();
			List<MqttClient> clients = new ArrayList<>();
			for (String name : List.of("subscriber", "publisher")) {
				MqttClient client = new MqttClient(address, name, new MemoryPersistence());
				client.connect();
				clients.add(client);
			}
			clients.getFirst()
				.subscribe("sizes/#", 2, (topic, message) -> received.add(topic + " " + message.getPayload().length));
			List<String> sent = new ArrayList<>();
			for (int size : SIZES) {
				for (int quality = 0; quality <= 2; quality++) {
					sent.add("sizes/%1$d %1$d".formatted(size));
					clients.getLast()
						.publish("sizes/" + size, "x".repeat(size).getBytes(StandardCharsets.US_ASCII), quality, false);
				}
			}
			List<String> arrived = new ArrayList<>();
			for (int i = 0; i < sent.size(); i++) {
				arrived.add(received.poll(20, TimeUnit.SECONDS));
			}
			// Qualities of service overtake each other.
			assertThat(arrived).containsExactlyInAnyOrderElementsOf(sent);
			for (MqttClient client : clients) {
				client.disconnect();
				client.close();
			}
			List<Closure> closures = Gateway.await("ends", () -> Optional.of(gateway.closures("mqtt"))
				.filter((all) -> all.stream().filter((each) -> each.side() == Side.INBOUND).count() == 2));
			assertThat(closures).allSatisfy((closure) -> {
				assertThat(closure.reason().isNormalEnd()).isTrue();
				assertThat(closure.partialFrameBytes()).isZero();
			}).extracting(Closure::reason).doesNotContain(CloseReason.BAD_FRAME);
		}
		finally {
			broker.destroy();
		}
	}

}
