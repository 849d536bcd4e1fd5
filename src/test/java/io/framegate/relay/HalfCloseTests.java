package io.framegate.relay;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

import io.framegate.connection.CloseReason;
import io.framegate.connection.Closure;
import io.framegate.connection.ConnectionState;
import io.framegate.connection.EndedBy;
import io.framegate.connection.Side;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestUpstream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What still goes either way when one direction has ended. A route for each case, all in
 * one gateway.
 */
class HalfCloseTests {

	private static final int LINES = 1500;

	private static final CountDownLatch READ = new CountDownLatch(1);

	/** Answers FIN with twelve megabytes. */
	private static final TestUpstream LONG = TestUpstream.handling((peer) -> {
		peer.readAll();
		for (int i = 0; i < LINES; i++) {
			peer.send(line());
		}
	});

	/** Sends FIN first and reads later. */
	private static final TestUpstream BYE = TestUpstream.handling((peer) -> {
		peer.sendLine("bye");
		peer.halfClose();
		READ.await();
		peer.readAll();
	});

	private static Gateway gateway;

	@BeforeAll
	static void start() {
		gateway = Gateway.start(Gateway.all(Gateway.route("long", "crlf", "crlf", LONG.address()),
				Gateway.route("bye", "crlf", "crlf", BYE.address())));
	}

	private static byte[] line() {
		byte[] line = new byte[8 * 1024];
		Arrays.fill(line, (byte) 'x');
		line[line.length - 2] = '\r';
		line[line.length - 1] = '\n';
		return line;
	}

	/**
	 * Waits until the kernel takes no more, and the gateway none from the other side.
	 */
	private static void awaitFullBuffers(String route, Side side) {
		Gateway.await("full buffers",
				() -> gateway.connections(route)
					.stream()
					.filter((connection) -> connection.side() == side && connection.pendingBytes() > 128 * 1024)
					.findFirst());
	}

	@AfterAll
	static void stop() {
		gateway.close();
		List.of(LONG, BYE).forEach(TestUpstream::close);
	}

	@Test
	void slowClientGetsAllOfALongAnswer() {
		try (TestClient client = TestClient.connect("127.0.0.1", gateway.port("long"), 8 * 1024)) {
			client.sendLine("hello");
			client.halfClose();
			awaitFullBuffers("long", Side.INBOUND);
			assertThat(client.within(Duration.ofSeconds(30)).readAll()).hasSize(LINES * 8 * 1024);
		}
		Closure closure = gateway.awaitClosure("long", Side.INBOUND);
		assertThat(closure.reason()).isEqualTo(CloseReason.INBOUND_EOF);
		assertThat(closure.endedBy()).isEqualTo(EndedBy.INBOUND);
		assertThat(closure.framesOut()).isEqualTo(LINES);
	}

	@Test
	void slowUpstreamGetsAllThatComesAfterItsFin() {
		try (TestClient client = gateway.connect("bye")) {
			assertThat(client.readLine()).isEqualTo("bye");
			client.expectEof();
			Gateway.await("our FIN",
					() -> gateway.connections("bye")
						.stream()
						.filter((connection) -> connection.state() == ConnectionState.WRITE_CLOSED)
						.findFirst());
			Thread sending = Thread.ofVirtual().start(() -> {
				for (int i = 0; i < LINES; i++) {
					client.within(Duration.ofSeconds(30)).send(line());
				}
				client.halfClose();
			});
			awaitFullBuffers("bye", Side.UPSTREAM);
			READ.countDown();
			Gateway.await("the end", () -> Optional.of(sending).filter((thread) -> !thread.isAlive()));
			BYE.awaitEnded();
			assertThat(BYE.receivedCount()).isEqualTo(LINES * 8L * 1024);
			assertThat(gateway.awaitClosure("bye", Side.INBOUND).reason()).isEqualTo(CloseReason.UPSTREAM_EOF);
		}
	}

}
