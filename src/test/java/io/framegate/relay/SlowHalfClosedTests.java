package io.framegate.relay;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

import io.framegate.closure.Side;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestUpstream;
import io.netty.channel.unix.UnixChannel;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Clients that have sent FIN and do not read their replies yet.
 */
class SlowHalfClosedTests {

	private static final int BIG = 8_000_000;

	/** Netty's io_uring would let each of them block a thread of the kernel. */
	@Test
	void theyBlockNoThread() {
		String big = "x".repeat(BIG);
		try (TestUpstream server = TestUpstream.lineEcho();
				Gateway gateway = Gateway.start(Gateway.route("s", "crlf", "crlf", server.address(),
						"listen.max-frame-size=9MB", "upstream.max-frame-size=9MB"))) {
			List<TestClient> clients = new ArrayList<>();
			IntStream.range(0, 3).forEach((i) -> {
				TestClient client = gateway.connect("s");
				clients.add(client);
				client.sendLine(big);
				client.halfClose();
			});
			Gateway
				.await("replies that wait",
						() -> Optional.of(gateway.connections("s")
							.stream()
							.filter((one) -> one.side() == Side.INBOUND && one.pendingBytes() > 0)
							.count()).filter((waiting) -> waiting == clients.size()));
			Assumptions.assumeTrue(gateway.connections("s").getFirst().channel() instanceof UnixChannel, "Linux");
			assertThat(threadsOfTheKernel()).isZero();
			clients.forEach((client) -> {
				assertThat(client.readLine()).hasSize(BIG);
				client.expectEof();
				client.close();
			});
		}
	}

	private static long threadsOfTheKernel() {
		File[] tasks = new File("/proc/self/task").listFiles();
		return (tasks == null) ? 0 : Arrays.stream(tasks).filter(SlowHalfClosedTests::isWorker).count();
	}

	private static boolean isWorker(File task) {
		try {
			return Files.readString(task.toPath().resolve("comm")).startsWith("iou-wrk");
		}
		catch (IOException ex) {
			return false;
		}
	}

}
