package io.framegate.relay;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;

import io.framegate.closure.CloseReason;
import io.framegate.closure.Closure;
import io.framegate.closure.EndedBy;
import io.framegate.closure.Side;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.Peer;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestUpstream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A reply that is longer than the limit costs nobody but the one who asked for it.
 */
@Timeout(60)
class OversizeReplyTests {

	private static final int BIG = 3_000_000;

	private static String[] sharing(String sharing) {
		String[] keyed = { "upstream.correlation.offset=0", "upstream.correlation.length=4" };
		return Gateway.all(
				new String[] { "mode=request-reply", "upstream.sharing=" + sharing, "upstream.max-frame-size=1KB",
						"upstream.pool.max-connections=1", "upstream.health-check.fall=1" },
				sharing.equals("correlated") ? keyed : new String[0]);
	}

	private static String readOrEof(Peer peer, boolean lines) {
		if (lines) {
			return peer.readLineOrEof();
		}
		byte[] frame = peer.readLength4OrEof();
		return (frame != null) ? new String(frame, StandardCharsets.UTF_8) : null;
	}

	private static void send(Peer peer, boolean lines, String payload) {
		if (lines) {
			peer.sendLine(payload);
		}
		else {
			peer.sendLength4(payload.getBytes(StandardCharsets.UTF_8));
		}
	}

	@ParameterizedTest
	@CsvSource({ "exclusive, length4", "ordered, length4", "correlated, length4", "exclusive, crlf", "ordered, crlf",
			"correlated, crlf" })
	void failsItsOwnExchangeAlone(String sharing, String framing) {
		boolean lines = framing.equals("crlf");
		CountDownLatch all = new CountDownLatch(1);
		try (TestUpstream server = TestUpstream.handling((peer) -> {
			for (String line = readOrEof(peer, lines); line != null; line = readOrEof(peer, lines)) {
				all.await();
				send(peer, lines, line.endsWith("big") ? line + "x".repeat(BIG) : line + " answered");
			}
		});
				Gateway gateway = Gateway
					.start(Gateway.route("x", "crlf", framing, server.address(), sharing(sharing)));
				TestClient one = gateway.connect("x");
				TestClient two = gateway.connect("x")) {
			one.send("0001 fine\r\n0002 big\r\n");
			two.sendLine("0003 fine");
			Gateway.await("all to be read",
					() -> Optional.of(gateway.connections("x"))
						.filter((connections) -> connections.stream()
							.filter((connection) -> connection.side() == Side.INBOUND)
							.mapToLong((connection) -> connection.framesIn())
							.sum() == 3));
			all.countDown();
			assertThat(one.readLine()).isEqualTo("0001 fine answered");
			assertThat(two.readLine()).isEqualTo("0003 fine answered");
			one.expectEof();
			one.close();
			Closure closure = gateway.awaitClosure("x", Side.INBOUND);
			assertThat(closure.reason()).isEqualTo(CloseReason.FRAME_TOO_LONG);
			assertThat(closure.endedBy()).isEqualTo(EndedBy.UPSTREAM);
			assertThat(closure.detail()).contains("1024");
			two.sendLine("0004 fine");
			assertThat(two.readLine()).isEqualTo("0004 fine answered");
			assertThat(server.connections()).as("the link stays").hasSize(1);
			assertThat(gateway.closures("x")).filteredOn((ended) -> ended.side() == Side.UPSTREAM).isEmpty();
			assertThat(gateway.metric("framegate_replies_discarded_total{cause=\"too-long\",route=\"x\"}"))
				.isEqualTo(1);
			assertThat(gateway.get("/actuator/routes/x").path("targets").path(0).path("state").asString())
				.isEqualTo("UP");
		}
	}

	@Test
	void clientGetsTheFailureReplyAndGoesOn() {
		try (TestUpstream server = TestUpstream.handling((peer) -> {
			for (String line = peer.readLineOrEof(); line != null; line = peer.readLineOrEof()) {
				peer.sendLine(line.endsWith("big") ? line + "x".repeat(BIG) : line);
			}
		});
				Gateway gateway = Gateway.start(Gateway.route("x", "crlf", "crlf", server.address(),
						Gateway.all(sharing("correlated"),
								new String[] { "upstream.on-failure=reply", "upstream.on-failure-reply=sorry" })));
				TestClient client = gateway.connect("x")) {
			client.send("0001\r\n0002 big\r\n0003\r\n");
			assertThat(Stream.generate(client::readLine).limit(3)).isEqualTo(List.of("0001", "sorry", "0003"));
		}
	}

	@Test
	void lengthThatIsAbsurdEndsItsLink() {
		try (TestUpstream server = TestUpstream.handling((peer) -> {
			peer.readLength4();
			peer.send(ByteBuffer.allocate(8).put("HTTP/1.1".getBytes(StandardCharsets.UTF_8)).array());
			peer.awaitEof();
		});
				Gateway gateway = Gateway
					.start(Gateway.route("x", "crlf", "length4", server.address(), sharing("ordered")));
				TestClient client = gateway.connect("x")) {
			client.sendLine("hello");
			client.expectEof();
			assertThat(gateway.awaitClosure("x", Side.UPSTREAM).reason()).isEqualTo(CloseReason.FRAME_TOO_LONG);
		}
	}

	@Test
	void frameThatIsTooLongAndNobodysIsPassedOver() {
		try (TestUpstream server = TestUpstream.handling((peer) -> {
			for (String line = peer.readLineOrEof(); line != null; line = peer.readLineOrEof()) {
				peer.sendLine("9999 nobody asked" + "x".repeat(BIG));
				peer.sendLine(line);
			}
		});
				Gateway gateway = Gateway
					.start(Gateway.route("x", "crlf", "crlf", server.address(), sharing("correlated")));
				TestClient client = gateway.connect("x")) {
			client.sendLine("0001 hello");
			assertThat(client.readLine()).isEqualTo("0001 hello");
			assertThat(server.connections()).hasSize(1);
			assertThat(gateway.metric("framegate_replies_discarded_total{cause=\"too-long\",route=\"x\"}"))
				.isEqualTo(1);
		}
	}

}
