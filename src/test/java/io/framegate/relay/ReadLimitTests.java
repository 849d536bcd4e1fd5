package io.framegate.relay;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import io.framegate.closure.Cause;
import io.framegate.closure.CloseReason;
import io.framegate.closure.Closure;
import io.framegate.closure.EndedBy;
import io.framegate.closure.Side;
import io.framegate.connection.FrameConnection;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.GatewayBuilder;
import io.framegate.testkit.LoopTime;
import io.framegate.testkit.RouteSpec;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestUpstream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.integration.ip.tcp.serializer.ByteArrayCrLfSerializer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A client that sends faster than it may: all that it sends arrives, later.
 */
class ReadLimitTests {

	private static final long MILLI = 1_000_000;

	private final TestUpstream server = TestUpstream.lineEcho();

	@AfterEach
	void close() {
		this.server.close();
	}

	private Gateway start(String... settings) {
		return GatewayBuilder.routes(RouteSpec.route("s").to(this.server).with(settings)).beans(Framings.class).start();
	}

	private void awaitFrames(int count) {
		Gateway.await(count + " frames",
				() -> Optional.of(this.server.receivedCount()).filter((all) -> all == count * 5));
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			mode=session
			mode=session handler=blocking
			mode=session listen.framing=bean:own upstream.framing=bean:own
			mode=request-reply
			mode=request-reply handler=blocking
			mode=request-reply upstream.sharing=ordered
			mode=one-way
			mode=one-way listen.framing=bean:own
			""")
	void framesBeyondTheLimitAndFinComeLater(String settings) {
		List<String> all = new ArrayList<>(List.of(settings.split(" ")));
		all.add("listen.max-frames-per-second=10");
		try (Gateway gateway = start(all.toArray(String[]::new)); TestClient client = gateway.connect("s")) {
			long begun = System.nanoTime();
			StringBuilder lines = new StringBuilder();
			for (int i = 0; i < 25; i++) {
				lines.append(100 + i).append("\r\n");
			}
			client.send(lines.toString());
			client.halfClose();
			if (settings.contains("one-way")) {
				client.expectEof();
				awaitFrames(25);
			}
			else {
				for (int i = 0; i < 25; i++) {
					assertThat(client.readLine()).isEqualTo(String.valueOf(100 + i));
				}
				client.expectEof();
			}
			assertThat(System.nanoTime() - begun).isGreaterThan(1300 * MILLI);
			Closure closure = gateway.awaitClosure("s", Side.INBOUND);
			assertThat(closure.reason()).isEqualTo(CloseReason.INBOUND_EOF);
			assertThat(closure.framesIn()).isEqualTo(25);
			assertThat(closure.undelivered().frames()).isZero();
		}
	}

	/** Unlimited, one frame takes the client no time: it is the gateway that waits. */
	@ParameterizedTest
	@CsvSource({ "frame, 500ms, crlf", "first-frame, 500ms, crlf", "idle, 500ms, crlf", "frame, 500ms, bean:own",
			"first-frame, 500ms, bean:own", "idle, 500ms, bean:own" })
	void noTimerRunsWhileTheClientWaitsForUs(String timer, String limit, String framing) {
		try (Gateway gateway = start("listen.max-bytes-per-second=1KB", "timeouts." + timer + "=" + limit,
				"listen.framing=" + framing); TestClient client = gateway.connect("s")) {
			long begun = System.nanoTime();
			String line = "x".repeat(3000);
			client.sendLine(line);
			assertThat(client.readLine()).isEqualTo(line);
			assertThat(System.nanoTime() - begun).isGreaterThan(1800 * MILLI);
		}
	}

	@Test
	void oneFrameASecondIsNotIdle() {
		try (Gateway gateway = start("listen.max-frames-per-second=1", "timeouts.idle=600ms");
				TestClient client = gateway.connect("s")) {
			client.send("100\r\n101\r\n102\r\n");
			for (int i = 100; i < 103; i++) {
				assertThat(client.readLine()).isEqualTo(String.valueOf(i));
			}
			client.expectEof();
			assertThat(gateway.awaitClosure("s", Side.INBOUND).reason()).isEqualTo(CloseReason.IDLE_TIMEOUT);
		}
	}

	/** A second's worth comes at once, and then as much each second. */
	@Test
	void bytesComeAsFastAsTheyMay() {
		int size = 1 << 20;
		try (Gateway gateway = start("listen.max-bytes-per-second=512KB", "listen.framing=stream",
				"upstream.framing=stream"); TestClient client = gateway.connect("s")) {
			long begun = System.nanoTime();
			Thread.ofVirtual().start(() -> {
				client.send(new byte[size]);
				client.halfClose();
			});
			Gateway.await("all bytes", () -> Optional.of(this.server.receivedCount()).filter((all) -> all == size));
			assertThat(System.nanoTime() - begun).isGreaterThan(900 * MILLI);
		}
	}

	@ParameterizedTest
	@CsvSource({ "crlf", "bean:own" })
	void drainDeliversWhatWasRead(String framing) {
		try (Gateway gateway = start("listen.max-frames-per-second=2", "listen.framing=" + framing,
				"timeouts.drain=30s"); TestClient client = gateway.connect("s")) {
			client.send("1000\r\n".repeat(500));
			FrameConnection connection = Gateway.await("a connection with all bytes",
					() -> gateway.connections("s")
						.stream()
						.filter((each) -> each.side() == Side.INBOUND && each.bytesIn() == 3000)
						.findFirst());
			Cause operator = new Cause(CloseReason.OPERATOR_CLOSE, EndedBy.OPERATOR, "");
			connection.execute(() -> connection.handler().drain(connection, operator));
			for (int i = 0; i < 500; i++) {
				assertThat(client.readLine()).isEqualTo("1000");
			}
			client.expectEof();
			client.close();
			Closure closure = gateway.awaitClosure("s", Side.INBOUND);
			assertThat(closure.reason()).isEqualTo(CloseReason.OPERATOR_CLOSE);
			assertThat(closure.undelivered().frames()).isZero();
		}
	}

	/** As long as there is something before it. */
	@ParameterizedTest
	@CsvSource({ "FIN, 60", "FIN, 30000", "RST, 60", "none, 60" })
	void loopRestsWhileAFinWaitsForItsTurn(String end, int frames) {
		try (Gateway gateway = start("listen.max-frames-per-second=20"); TestClient client = gateway.connect("s")) {
			Thread.ofVirtual().start(() -> {
				client.send("100\r\n".repeat(frames));
				if (end.equals("FIN")) {
					client.halfClose();
				}
				else if (end.equals("RST")) {
					client.reset();
				}
			});
			awaitAtLeast(20);
			LoopTime time = new LoopTime();
			awaitAtLeast(60);
			assertThat(time.share()).isLessThan(0.3);
		}
	}

	private void awaitAtLeast(int count) {
		Gateway.await(count + " frames",
				() -> Optional.of(this.server.receivedCount()).filter((all) -> all >= count * 5));
	}

	/** It was acknowledged, so it still arrives. */
	@Test
	void whatAClientSentBeforeItsResetArrives() {
		try (Gateway gateway = start("listen.max-frames-per-second=10"); TestClient client = gateway.connect("s")) {
			client.send("100\r\n".repeat(20));
			Gateway.await("all read",
					() -> gateway.connections("s")
						.stream()
						.filter((each) -> each.side() == Side.INBOUND && each.bytesIn() == 100)
						.findFirst());
			client.reset();
			awaitFrames(20);
		}
	}

	@Configuration(proxyBeanMethods = false)
	static class Framings {

		@Bean
		ByteArrayCrLfSerializer own() {
			ByteArrayCrLfSerializer serializer = new ByteArrayCrLfSerializer();
			serializer.setMaxMessageSize(65536);
			return serializer;
		}

	}

}
