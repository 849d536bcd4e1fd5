package io.framegate.testkit;

import java.time.Duration;
import java.util.Arrays;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests of {@link TestClient} and {@link TestUpstream} against each other.
 */
class TestkitTests {

	@Test
	void linesComeBackAndThenEof() {
		try (TestUpstream upstream = TestUpstream.lineEcho(); TestClient client = TestClient.connect(upstream.port())) {
			client.sendLine("one");
			client.sendLine("");
			client.halfClose();
			assertThat(client.readLine()).isEqualTo("one");
			assertThat(client.readLine()).isEmpty();
			client.expectEof();
			upstream.awaitEnded();
			assertThat(upstream.awaitConnections(1).getFirst().failure()).isNull();
			assertThat(upstream.receivedCount()).isEqualTo(7);
		}
	}

	@Test
	void length4FramesComeBack() {
		try (TestUpstream upstream = TestUpstream.length4Echo();
				TestClient client = TestClient.connect(upstream.port())) {
			client.sendLength4(new byte[] { 1, 2, 3 });
			client.sendLength4(new byte[0]);
			assertThat(client.readExactly(7)).containsExactly(0, 0, 0, 3, 1, 2, 3);
			assertThat(client.readLength4()).isEmpty();
			client.halfClose();
			client.expectEof();
		}
	}

	@Test
	void megabytesComeBackToAClientWithASmallBuffer() {
		byte[] sent = new byte[3_000_000];
		Arrays.fill(sent, (byte) 7);
		try (TestUpstream upstream = TestUpstream.handling((peer) -> {
			peer.send(peer.readExactly(sent.length));
			peer.halfClose();
			peer.awaitEof();
		}); TestClient client = TestClient.connect("127.0.0.1", upstream.port(), 4096)) {
			client.send(sent);
			client.halfClose();
			assertThat(client.readAll()).isEqualTo(sent);
		}
	}

	@Test
	void resetIsToldFromEof() {
		// A reset right after the accept may reach the client within its connect.
		try (TestUpstream resetting = TestUpstream.handling((peer) -> {
			peer.readLine();
			peer.reset();
		});
				TestUpstream closing = TestUpstream.closingAfter(0);
				TestClient reset = TestClient.connect(resetting.port());
				TestClient closed = TestClient.connect(closing.port())) {
			reset.sendLine("go");
			reset.expectReset();
			assertThatExceptionOfType(AssertionError.class).isThrownBy(reset::expectEof).withMessageContaining("reset");
			closed.expectEof();
			assertThatExceptionOfType(AssertionError.class).isThrownBy(closed::expectReset)
				.withMessageContaining("expected a reset but got EOF");
		}
	}

	@Test
	void dataWhereEofWasExpectedIsShown() {
		try (TestUpstream upstream = TestUpstream.echo(); TestClient client = TestClient.connect(upstream.port())) {
			client.send("abc\r\n");
			assertThatExceptionOfType(AssertionError.class).isThrownBy(client::expectEof)
				.withMessageContaining("expected EOF but got 5 bytes \"abc\\r\\n\"");
		}
	}

	@Test
	void aReadThatTakesTooLongTellsWhatCameBefore() {
		try (TestUpstream upstream = TestUpstream.echo(); TestClient client = TestClient.connect(upstream.port())) {
			client.within(Duration.ofMillis(50)).send("par");
			assertThatExceptionOfType(AssertionError.class).isThrownBy(client::readLine)
				.withMessageContaining("waited PT0.05S for a line, after 3 bytes \"par\"");
		}
	}

	@Test
	void aWriteThatTakesTooLongEnds() {
		try (TestUpstream upstream = TestUpstream.silent(); TestClient client = TestClient.connect(upstream.port())) {
			assertThatExceptionOfType(AssertionError.class)
				.isThrownBy(() -> client.within(Duration.ofMillis(200)).send(new byte[100_000_000]))
				.withMessageContaining("took no bytes for PT0.2S");
		}
	}

	@Test
	void aScriptsFailureIsKept() {
		try (TestUpstream upstream = TestUpstream.handling((peer) -> peer.readExactly(5));
				TestClient client = TestClient.connect(upstream.port())) {
			client.send("1234");
			client.halfClose();
			client.expectEof();
			upstream.awaitEnded();
			assertThat(upstream.connections().getFirst().failure()).hasMessageContaining("EOF after 4 bytes \"1234\"");
		}
	}

	@Test
	void aRefusedPortRefuses() {
		int port = TestPorts.refused();
		assertThatExceptionOfType(RuntimeException.class).isThrownBy(() -> TestClient.connect(port))
			.withMessageContaining("refused");
	}

}
