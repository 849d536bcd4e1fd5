package io.framegate.relay;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

import io.framegate.closure.Side;
import io.framegate.connection.FrameConnection;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestUpstream;
import io.framegate.transport.EventLoops;
import io.framegate.transport.Transport;
import io.netty.channel.unix.UnixChannel;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Clients that have sent FIN and do not read their replies yet.
 */
class SlowHalfClosedTests {

	private static final int O_NONBLOCK = 04000;

	private static final int BIG = 2_000_000;

	/** More than one, so that the kernel gets several buffers at once. */
	private static final int REPLIES = 4;

	/** Netty's io_uring would let each of them block a thread of the kernel. */
	@ParameterizedTest
	@EnumSource(Transport.class)
	void theyBlockNoThread(Transport transport) {
		Assumptions.assumeTrue(transport.isAvailable(), "it is forbidden here");
		String big = "x".repeat(BIG);
		try (TestUpstream server = TestUpstream.lineEcho();
				Gateway gateway = Gateway.start(Gateway.all(
						Gateway.route("s", "crlf", "crlf", server.address(), "listen.max-frame-size=9MB",
								"upstream.max-frame-size=9MB"),
						new String[] { "framegate.transport=" + transport.label() }))) {
			List<TestClient> clients = new ArrayList<>();
			IntStream.range(0, 3).forEach((i) -> {
				TestClient client = gateway.connect("s");
				clients.add(client);
				client.sendLine(String.join("\r\n", Collections.nCopies(REPLIES, big)));
				client.halfClose();
			});
			Gateway
				.await("replies that wait",
						() -> Optional.of(gateway.connections("s")
							.stream()
							.filter((one) -> one.side() == Side.INBOUND && one.pendingBytes() > 0)
							.count()).filter((waiting) -> waiting == clients.size()));
			assertThat(gateway.bean(EventLoops.class).transport()).isEqualTo(transport);
			assertThat(threadsOfTheKernel()).isZero();
			clients.forEach((client) -> {
				for (int i = 0; i < REPLIES; i++) {
					assertThat(client.readLine()).hasSize(BIG);
				}
				client.expectEof();
				client.close();
			});
		}
	}

	/** A gathering write without room blocks such a thread too, but only in the end. */
	@ParameterizedTest
	@EnumSource(value = Transport.class, names = { "IO_URING", "EPOLL" })
	void theirSocketsDoNotBlock(Transport transport) throws IOException {
		Assumptions.assumeTrue(transport.isAvailable(), "it is forbidden here");
		try (TestUpstream server = TestUpstream.lineEcho();
				Gateway gateway = Gateway.start(Gateway.all(Gateway.route("s", "crlf", "crlf", server.address()),
						new String[] { "framegate.transport=" + transport.label() }));
				TestClient client = gateway.connect("s")) {
			client.sendLine("hello");
			assertThat(client.readLine()).isEqualTo("hello");
			for (FrameConnection connection : gateway.connections("s")) {
				int descriptor = ((UnixChannel) connection.channel()).fd().intValue();
				String flags = Files.readAllLines(Path.of("/proc/self/fdinfo/" + descriptor)).get(1);
				assertThat(Integer.parseInt(flags.replaceAll("\\D", ""), 8) & O_NONBLOCK).isNotZero();
			}
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
