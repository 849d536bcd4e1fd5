package io.framegate.relay;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

import io.framegate.closure.Closure;
import io.framegate.closure.Side;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestUpstream;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Counters agree with what peers sent and got, to the frame and to the byte.
 */
class ExactCountsTests {

	private static final int CLIENTS = 40;

	private static final int LINES = 4000;

	private static final int LINE = 1000;

	@Test
	void countsOfClientsThatFallBehindAreExact() throws Exception {
		String line = "x".repeat(LINE - 2) + "\r\n";
		try (TestUpstream server = TestUpstream.handling((peer) -> {
			peer.readLine();
			for (int i = 0; i < LINES; i += 100) {
				peer.send(line.repeat(100));
			}
		}); Gateway gateway = Gateway.start(Gateway.route("s", "crlf", "crlf", server.address()))) {
			int port = gateway.port("s");
			List<TestClient> clients = IntStream.range(0, CLIENTS)
				.mapToObj((i) -> TestClient.connect("127.0.0.1", port, 8 * 1024))
				.toList();
			clients.forEach((client) -> client.sendLine("go"));
			// All at once, so that the loop has several that fall behind and catch up.
			try (ExecutorService readers = Executors.newVirtualThreadPerTaskExecutor()) {
				List<Callable<byte[]>> reads = clients.stream()
					.<Callable<byte[]>>map((client) -> client::readAll)
					.toList();
				for (Future<byte[]> read : readers.invokeAll(reads)) {
					assertThat(read.get()).hasSize(LINES * LINE);
				}
			}
			clients.forEach(TestClient::close);
			gateway.awaitNoConnections("s");
			assertThat(gateway.metric("framegate_frames_total{direction=\"in\",route=\"s\"}")).isEqualTo(CLIENTS);
			assertThat(gateway.metric("framegate_bytes_total{direction=\"in\",route=\"s\"}")).isEqualTo(4 * CLIENTS);
			assertThat(gateway.metric("framegate_frames_total{direction=\"out\",route=\"s\"}"))
				.isEqualTo(CLIENTS * LINES);
			assertThat(gateway.metric("framegate_bytes_total{direction=\"out\",route=\"s\"}"))
				.isEqualTo(CLIENTS * LINES * LINE);
			assertThat(gateway.closures("s").stream().filter((closure) -> closure.side() == Side.INBOUND))
				.hasSize(CLIENTS)
				.allSatisfy((closure) -> {
					assertThat(closure.framesOut()).isEqualTo(LINES);
					assertThat(closure.bytesOut()).isEqualTo(LINES * LINE);
					assertThat(closure.undelivered()).isEqualTo(new Closure.Undelivered(0, 0));
				});
		}
	}

}
