package io.framegate.relay;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;

import io.framegate.closure.CloseReason;
import io.framegate.closure.Closure;
import io.framegate.closure.EndedBy;
import io.framegate.closure.Side;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestPorts;
import io.framegate.testkit.TestUpstream;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Sessions as both peers see them.
 */
class SessionTests {

	private static Gateway gateway(String inbound, String upstream, TestUpstream server, String... more) {
		return Gateway.start(Gateway.route("s", inbound, upstream, server.address(), more));
	}

	@Test
	void framesAreTranslatedBothWaysInOrder() {
		try (TestUpstream server = TestUpstream.length4Echo();
				Gateway gateway = gateway("crlf", "length4", server);
				TestClient client = gateway.connect("s")) {
			IntStream.range(0, 1000).forEach((i) -> client.sendLine("frame " + i));
			for (int i = 0; i < 1000; i++) {
				assertThat(client.readLine()).isEqualTo("frame " + i);
			}
		}
	}

	@Test
	void serverMaySpeakFirst() {
		try (TestUpstream server = TestUpstream.handling((peer) -> {
			peer.sendLine("220 hello");
			peer.sendLine("you said " + peer.readLine());
		}); Gateway gateway = gateway("crlf", "crlf", server); TestClient client = gateway.connect("s")) {
			assertThat(client.readLine()).isEqualTo("220 hello");
			client.sendLine("hi");
			assertThat(client.readLine()).isEqualTo("you said hi");
			client.expectEof();
		}
	}

	@Test
	void hundredRequestsThenHalfCloseAreAllAnsweredThenFin() {
		CountDownLatch answer = new CountDownLatch(1);
		try (TestUpstream server = TestUpstream.handling((peer) -> {
			List<String> lines = new ArrayList<>();
			for (String line = peer.readLineOrEof(); line != null; line = peer.readLineOrEof()) {
				lines.add(line);
			}
			answer.await();
			lines.forEach(peer::sendLine);
		}); Gateway gateway = gateway("crlf", "crlf", server); TestClient client = gateway.connect("s")) {
			IntStream.range(0, 100).forEach((i) -> client.sendLine("request " + i));
			client.halfClose();
			Gateway.await("the half-close upstream",
					() -> gateway.connections("s")
						.stream()
						.filter((connection) -> connection.side() == Side.UPSTREAM && connection.isOutputEnding())
						.findFirst());
			answer.countDown();
			for (int i = 0; i < 100; i++) {
				assertThat(client.readLine()).isEqualTo("request " + i);
			}
			client.expectEof();
			Closure closure = gateway.awaitClosure("s", Side.INBOUND);
			assertThat(closure.reason()).isEqualTo(CloseReason.INBOUND_EOF);
			assertThat(closure.endedBy()).isEqualTo(EndedBy.INBOUND);
			assertThat(closure.framesIn()).isEqualTo(100);
			assertThat(closure.framesOut()).isEqualTo(100);
			assertThat(closure.bytesIn()).isEqualTo(closure.bytesOut()).isEqualTo(1190);
			assertThat(closure.undelivered()).isEqualTo(new Closure.Undelivered(0, 0));
		}
	}

	@Test
	void upstreamHalfCloseLeavesTheOtherDirectionOpen() {
		try (TestUpstream server = TestUpstream.handling((peer) -> {
			peer.sendLine("bye");
			peer.halfClose();
			peer.readAll();
		}); Gateway gateway = gateway("crlf", "crlf", server); TestClient client = gateway.connect("s")) {
			assertThat(client.readLine()).isEqualTo("bye");
			client.expectEof();
			client.sendLine("still talking");
			client.halfClose();
			server.awaitEnded();
			assertThat(server.connections().getFirst().received()).asString().isEqualTo("still talking\r\n");
			assertThat(gateway.awaitClosure("s", Side.INBOUND).reason()).isEqualTo(CloseReason.UPSTREAM_EOF);
		}
	}

	@Test
	void tenMegabytesReachASlowReaderWholeWhileLittleIsHeld() {
		byte[] reply = new byte[10 * 1024 * 1024];
		java.util.Arrays.fill(reply, (byte) 'x');
		try (TestUpstream server = TestUpstream.handling((peer) -> {
			peer.readLine();
			for (int i = 0; i < reply.length; i += 64 * 1024) {
				byte[] line = java.util.Arrays.copyOfRange(reply, i, i + 64 * 1024);
				line[line.length - 2] = '\r';
				line[line.length - 1] = '\n';
				peer.send(line);
			}
		});
				Gateway gateway = gateway("crlf", "crlf", server);
				TestClient client = TestClient.connect("127.0.0.1", gateway.port("s"), 8 * 1024)) {
			client.sendLine("all of it");
			long most = 0;
			long read = 0;
			while (read < reply.length) {
				read += client.readSome().length;
				most = Math.max(most,
						gateway.connections("s").stream().mapToLong((connection) -> connection.pendingBytes()).sum());
			}
			client.expectEof();
			assertThat(read).isEqualTo(reply.length);
			assertThat(most).isLessThan(512 * 1024);
		}
	}

	@Test
	void fragmentBeforeFinIsNotDeliveredAndSaidSo() {
		try (TestUpstream server = TestUpstream.lineEcho();
				Gateway gateway = gateway("crlf", "crlf", server);
				TestClient client = gateway.connect("s")) {
			client.send("whole\r\nfragm");
			client.halfClose();
			assertThat(client.readLine()).isEqualTo("whole");
			client.expectEof();
			Closure closure = gateway.awaitClosure("s", Side.INBOUND);
			assertThat(closure.reason()).isEqualTo(CloseReason.TRUNCATED_FRAME);
			assertThat(closure.endedBy()).isEqualTo(EndedBy.INBOUND);
			assertThat(closure.partialFrameBytes()).isEqualTo(5);
			assertThat(server.connections().getFirst().received()).asString().isEqualTo("whole\r\n");
		}
	}

	@Test
	void nextTargetIsTriedWhenOneRefuses() {
		try (TestUpstream server = TestUpstream.lineEcho();
				Gateway gateway = Gateway.start(Gateway.route("s", "crlf", "crlf",
						"127.0.0.1:" + TestPorts.refused() + "," + server.address()));
				TestClient client = gateway.connect("s")) {
			client.sendLine("hello");
			assertThat(client.readLine()).isEqualTo("hello");
			assertThat(gateway.awaitClosure("s", Side.UPSTREAM).reason()).isEqualTo(CloseReason.UPSTREAM_REFUSED);
		}
	}

	@Test
	void clientOfARefusingUpstreamGetsFinAndItsFramesAreCounted() {
		try (Gateway gateway = Gateway.start(Gateway.route("s", "crlf", "crlf", "127.0.0.1:" + TestPorts.refused()));
				TestClient client = gateway.connect("s")) {
			client.send("one\r\ntwo\r\n");
			client.halfClose();
			client.expectEof();
			Closure closure = gateway.awaitClosure("s", Side.INBOUND);
			assertThat(closure.reason()).isEqualTo(CloseReason.UPSTREAM_REFUSED);
			assertThat(closure.endedBy()).isEqualTo(EndedBy.UPSTREAM);
			assertThat(closure.detail()).contains("Connection refused");
			assertThat(closure.undelivered()).isEqualTo(new Closure.Undelivered(2, 6));
			assertThat(gateway.metric("framegate_frames_undelivered_total{route=\"s\"}")).isEqualTo(2);
		}
	}

	@Test
	void unknownHostIsUnreachable() {
		try (Gateway gateway = Gateway.start(Gateway.route("s", "crlf", "crlf", "no-such-host.invalid:7"));
				TestClient client = gateway.connect("s")) {
			client.expectEof();
			client.close();
			Closure closure = gateway.awaitClosure("s", Side.INBOUND);
			assertThat(closure.reason()).isEqualTo(CloseReason.UPSTREAM_UNREACHABLE);
			assertThat(closure.detail()).contains("no-such-host.invalid");
		}
	}

	@Test
	void resetOfTheServerIsPassedOnAndNamed() {
		CountDownLatch reset = new CountDownLatch(1);
		try (TestUpstream server = TestUpstream.handling((peer) -> {
			peer.sendLine("got " + peer.readLine());
			reset.await();
			peer.reset();
		}); Gateway gateway = gateway("crlf", "crlf", server)) {
			try (TestClient client = gateway.connect("s")) {
				client.sendLine("x");
				assertThat(client.readLine()).isEqualTo("got x");
				reset.countDown();
				client.expectReset();
			}
			gateway.awaitNoConnections("s");
			assertThat(gateway.closures("s")).allSatisfy((closure) -> {
				assertThat(closure.reason()).isEqualTo(CloseReason.UPSTREAM_RESET);
				assertThat(closure.endedBy()).isEqualTo(EndedBy.UPSTREAM);
				assertThat(closure.detail()).contains("reset by peer");
			});
		}
	}

	@Test
	void resetOfTheClientIsPassedOn() {
		try (TestUpstream server = TestUpstream.lineEcho(); Gateway gateway = gateway("crlf", "crlf", server)) {
			TestClient client = gateway.connect("s");
			client.sendLine("x");
			assertThat(client.readLine()).isEqualTo("x");
			client.reset();
			server.awaitEnded();
			assertThat(server.connections().getFirst().failure()).hasMessageContaining("Connection reset");
			assertThat(gateway.awaitClosure("s", Side.INBOUND).reason()).isEqualTo(CloseReason.INBOUND_RESET);
		}
	}

	@Test
	void frameOfExactlyTheLimitPassesAndOneByteMoreEndsTheConnection() {
		try (TestUpstream server = TestUpstream.lineEcho();
				Gateway gateway = gateway("crlf", "crlf", server, "listen.max-frame-size=10B");
				TestClient client = gateway.connect("s")) {
			client.sendLine("0123456789");
			assertThat(client.readLine()).isEqualTo("0123456789");
			client.sendLine("0123456789a");
			client.expectEof();
			client.close();
			Closure closure = gateway.awaitClosure("s", Side.INBOUND);
			assertThat(closure.reason()).isEqualTo(CloseReason.FRAME_TOO_LONG);
			assertThat(closure.endedBy()).isEqualTo(EndedBy.INBOUND);
			assertThat(server.connections().getFirst().received()).asString().isEqualTo("0123456789\r\n");
		}
	}

	@Test
	void badFrameIsNamedAndRepliesToEarlierFramesStillCome() {
		try (TestUpstream server = TestUpstream.lineEcho();
				Gateway gateway = gateway("stx-etx", "crlf", server);
				TestClient client = gateway.connect("s")) {
			client.send("\u0002good\u0003bad");
			assertThat(client.readAll()).asString().isEqualTo("\u0002good\u0003");
			client.close();
			assertThat(gateway.awaitClosure("s", Side.INBOUND).reason()).isEqualTo(CloseReason.BAD_FRAME);
		}
	}

	@Test
	void payloadThatTheOtherFramingCannotCarryIsNeverSentCorrupted() {
		try (TestUpstream server = TestUpstream.lineEcho();
				Gateway gateway = gateway("length4", "crlf", server);
				TestClient client = gateway.connect("s")) {
			client.sendLength4("fine".getBytes(StandardCharsets.UTF_8));
			client.sendLength4("not\r\nfine".getBytes(StandardCharsets.UTF_8));
			assertThat(client.readLength4()).asString().isEqualTo("fine");
			client.expectEof();
			client.close();
			Closure closure = gateway.awaitClosure("s", Side.INBOUND);
			assertThat(closure.reason()).isEqualTo(CloseReason.FRAME_NOT_ENCODABLE);
			assertThat(closure.undelivered().frames()).isEqualTo(1);
			assertThat(server.connections().getFirst().received()).asString().isEqualTo("fine\r\n");
		}
	}

	@Test
	void streamCarriesAnything() {
		byte[] random = new byte[3_000_000];
		new java.util.Random(1).nextBytes(random);
		try (TestUpstream server = TestUpstream.echo();
				Gateway gateway = gateway("stream", "stream", server);
				TestClient client = gateway.connect("s")) {
			Thread.ofVirtual().start(() -> {
				client.send(random);
				client.halfClose();
			});
			assertThat(client.within(Duration.ofSeconds(20)).readAll()).isEqualTo(random);
		}
	}

}
