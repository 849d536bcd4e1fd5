package io.framegate.relay;

import java.io.UncheckedIOException;
import java.util.Optional;

import io.framegate.closure.CloseReason;
import io.framegate.closure.Closure;
import io.framegate.closure.EndedBy;
import io.framegate.closure.Side;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestPorts;
import io.framegate.testkit.TestUpstream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How long the gateway listens to a peer whose frames nobody gets. A route for each case,
 * all in one gateway.
 */
class LingerTests {

	private static final int MEGABYTE = 1024 * 1024;

	/** What the loops may have read before they notice. */
	private static final int SLACK = 512 * 1024;

	private static final TestUpstream ECHO = TestUpstream.lineEcho();

	private static Gateway gateway;

	@BeforeAll
	static void start() {
		String absent = "127.0.0.1:" + TestPorts.refused();
		gateway = Gateway.start(Gateway.all(Gateway.route("absent", "crlf", "crlf", absent),
				Gateway.route("bad", "stx-etx", "crlf", ECHO.address()),
				Gateway.route("large", "length4", "crlf", absent, "listen.max-frame-size=2MB"),
				Gateway.route("one-way", "crlf", "crlf", absent, "mode=one-way", "upstream.pool.max-wait=300ms"),
				Gateway.route("one-way-bad", "stx-etx", "crlf", ECHO.address(), "mode=one-way")));
	}

	@AfterAll
	static void stop() {
		gateway.close();
		ECHO.close();
	}

	/** Sends on and on until the gateway has closed. */
	private static void flood(TestClient client, String first) {
		byte[] frame = ("x".repeat(998) + "\r\n").getBytes();
		try {
			client.send(first);
			while (true) {
				client.send(frame);
			}
		}
		catch (UncheckedIOException ex) {
			assertThat(ex).hasMessageContaining("could not send");
		}
	}

	private static Closure expect(String route, CloseReason reason, EndedBy endedBy) {
		Closure closure = gateway.awaitClosure(route, Side.INBOUND);
		assertThat(closure.reason()).as(closure.toString()).isEqualTo(reason);
		assertThat(closure.endedBy()).as(closure.toString()).isEqualTo(endedBy);
		return closure;
	}

	@Test
	void clientWithoutAServerIsNotReadForEver() {
		try (TestClient client = gateway.connect("absent")) {
			flood(client, "");
		}
		Closure closure = expect("absent", CloseReason.UPSTREAM_REFUSED, EndedBy.UPSTREAM);
		assertThat(closure.bytesIn()).isBetween((long) MEGABYTE, 2L * MEGABYTE + SLACK);
		assertThat(closure.undelivered().bytes()).isGreaterThan(MEGABYTE / 2);
	}

	@Test
	void clientThatSentABadFrameIsNotReadForEver() {
		try (TestClient client = gateway.connect("bad")) {
			flood(client, "\u0002good\u0003bad");
			assertThat(expect("bad", CloseReason.BAD_FRAME, EndedBy.INBOUND).bytesIn())
				.isLessThan(2L * MEGABYTE + SLACK);
		}
	}

	@Test
	void twoLargeFramesAreWaitedFor() {
		try (TestClient client = gateway.connect("large")) {
			client.sendLength4(new byte[2 * MEGABYTE - 100]);
			client.sendLength4(new byte[2 * MEGABYTE - 100]);
			client.halfClose();
			client.expectEof();
		}
		assertThat(expect("large", CloseReason.UPSTREAM_REFUSED, EndedBy.UPSTREAM).undelivered().frames()).isEqualTo(2);
	}

	@Test
	void oneWayClientWhoseFramesCannotBeDeliveredIsReset() {
		try (TestClient client = gateway.connect("one-way")) {
			client.sendLine("hello");
			client.expectReset();
		}
		Closure closure = expect("one-way", CloseReason.UPSTREAM_REFUSED, EndedBy.UPSTREAM);
		assertThat(closure.undelivered()).isEqualTo(new Closure.Undelivered(1, 5));
	}

	@Test
	void oneWayClientThatSentABadFrameIsReset() {
		try (TestClient client = gateway.connect("one-way-bad")) {
			client.send("\u0002good\u0003bad");
			client.expectReset();
		}
		expect("one-way-bad", CloseReason.BAD_FRAME, EndedBy.INBOUND);
		Gateway.await("the good one",
				() -> Optional.of(ECHO.receivedCount()).filter((count) -> count == "good\r\n".length()));
	}

}
