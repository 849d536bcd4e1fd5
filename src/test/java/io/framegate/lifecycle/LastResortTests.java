package io.framegate.lifecycle;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

import io.framegate.connection.ConnectionRegistry;
import io.framegate.connection.FrameConnection;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.GatewayProcess;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestPorts;
import io.framegate.testkit.TestUpstream;
import io.netty.channel.EventLoop;
import org.junit.jupiter.api.Test;

import org.springframework.context.annotation.Bean;
import org.springframework.integration.config.GlobalChannelInterceptor;
import org.springframework.integration.ip.IpHeaders;
import org.springframework.messaging.Message;
import org.springframework.messaging.MessageChannel;
import org.springframework.messaging.support.ChannelInterceptor;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A gateway that can only live on as a corpse ends, and one that is told to end does,
 * whatever stands still. Each runs in a process of its own, started as in the README:
 * without flags for the JVM that would do as much.
 */
class LastResortTests {

	private static final String SABOTEUR = "spring.main.sources=" + Saboteur.class.getName();

	@Test
	void eventLoopThatDiesEndsTheProcess() {
		assertThat(lastLine("die")).containsPattern("Framegate ends: event loop framegate-loop-\\S+ has died");
	}

	@Test
	void exhaustedHeapOnAnEventLoopEndsTheProcess() {
		assertThat(lastLine("hoard")).contains("Framegate ends: an event loop is out of memory (Java heap space)");
	}

	private static String lastLine(String order) {
		try (TestUpstream echo = TestUpstream.lineEcho();
				GatewayProcess gateway = GatewayProcess
					.start(Gateway.all(Gateway.route("s", "crlf", "crlf", echo.address()), new String[] { SABOTEUR }));
				TestClient client = TestClient.connect(gateway.port("s"))) {
			client.sendLine(order);
			assertThat(gateway.awaitExit()).isEqualTo(3);
			return gateway.output();
		}
	}

	@Test
	void eventLoopThatStandsStillIsToldByLivenessAndDoesNotOutliveSigterm() {
		try (TestUpstream echo = TestUpstream.lineEcho();
				GatewayProcess gateway = GatewayProcess
					.start(Gateway.all(Gateway.route("s", "crlf", "crlf", echo.address(), "timeouts.drain=1s"),
							new String[] { SABOTEUR }));
				TestClient client = TestClient.connect(gateway.port("s"))) {
			assertThat(gateway.get("/actuator/health/liveness").statusCode()).isEqualTo(200);
			client.sendLine("stand");
			Gateway.await("liveness down", () -> Optional.of(gateway.get("/actuator/health/liveness"))
				.filter((health) -> health.statusCode() == 503));
			gateway.terminate();
			assertThat(gateway.awaitExit()).isEqualTo(143);
		}
	}

	@Test
	void logThatNobodyReadsStopsNobody() throws Exception {
		int management = TestPorts.free(2);
		int port = management + 1;
		try (TestUpstream echo = TestUpstream.lineEcho();
				GatewayProcess gateway = GatewayProcess
					.startUnread(Gateway.all(Gateway.route("s", "crlf", "crlf", echo.address(), "listen.port=" + port),
							new String[] { SABOTEUR, "server.port=" + management,
									"logging.level.io.framegate.connection=debug" }));
				HttpClient http = HttpClient.newHttpClient()) {
			gateway.awaitListening(port);
			// A pipe holds 64 KiB. Each of these logs a stack trace, on the event loop.
			for (int i = 0; i < 300; i++) {
				try (TestClient client = TestClient.connect(port)) {
					client.sendLine("throw");
					client.expectEof();
				}
			}
			try (TestClient client = TestClient.connect(port)) {
				client.sendLine("still there");
				assertThat(client.readLine()).isEqualTo("still there");
			}
			HttpRequest closures = HttpRequest
				.newBuilder(URI.create("http://127.0.0.1:" + management + "/actuator/closures?limit=1"))
				.timeout(Duration.ofSeconds(30))
				.build();
			assertThat(http.send(closures, HttpResponse.BodyHandlers.ofString()).statusCode()).isEqualTo(200);
			gateway.terminate();
			assertThat(gateway.awaitExit()).isEqualTo(143);
		}
	}

	@Test
	void lastLinesAreWrittenBeforeTheProcessEnds() {
		try (TestUpstream echo = TestUpstream.lineEcho();
				GatewayProcess gateway = GatewayProcess
					.start(Gateway.all(Gateway.route("s", "crlf", "crlf", echo.address()),
							new String[] { "logging.structured.format.console=ecs", "logging.level.root=info" }));
				TestClient client = TestClient.connect(gateway.port("s"))) {
			client.sendLine("one");
			assertThat(client.readLine()).isEqualTo("one");
			client.halfClose();
			client.expectEof();
			gateway.terminate();
			assertThat(gateway.awaitExit()).isEqualTo(143);
			assertThat(gateway.output().lines()).allMatch((line) -> line.startsWith("{"))
				.anyMatch((line) -> line.contains("\"reason\":\"inbound-eof\""))
				.anyMatch((line) -> line.contains("Graceful shutdown complete"));
		}
	}

	/**
	 * What may go wrong on an event loop, as frames say.
	 */
	static class Saboteur {

		@Bean
		@GlobalChannelInterceptor(patterns = "framegate.s.request")
		ChannelInterceptor saboteur(ConnectionRegistry connections) {
			return new ChannelInterceptor() {

				@Override
				public Message<?> preSend(Message<?> message, MessageChannel channel) {
					switch (new String((byte[]) message.getPayload(), StandardCharsets.UTF_8)) {
						case "die" -> loop(connections, message).shutdownGracefully();
						case "hoard" -> hoard();
						case "stand" -> stand();
						case "throw" -> throw new AssertionError("as this test wants it");
						default -> {
							return message;
						}
					}
					return null;
				}
			};
		}

		private static EventLoop loop(ConnectionRegistry connections, Message<?> message) {
			FrameConnection connection = connections
				.find(String.valueOf(message.getHeaders().get(IpHeaders.CONNECTION_ID)));
			return connection.loop().eventLoop();
		}

		private static void hoard() {
			List<byte[]> hoard = new ArrayList<>();
			while (true) {
				hoard.add(new byte[64 * 1024]);
			}
		}

		private static void stand() {
			try {
				new CountDownLatch(1).await();
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}

	}

}
