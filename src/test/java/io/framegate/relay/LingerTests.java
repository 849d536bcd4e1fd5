package io.framegate.relay;

import java.io.UncheckedIOException;
import java.util.Optional;

import io.framegate.closure.CloseReason;
import io.framegate.closure.Closure;
import io.framegate.closure.EndedBy;
import io.framegate.closure.Side;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.GatewayBuilder;
import io.framegate.testkit.RouteSpec;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestPorts;
import io.framegate.testkit.TestUpstream;
import io.framegate.testkit.TestUpstreams;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import static io.framegate.testkit.RouteSpec.route;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * How long the gateway listens to a peer whose frames nobody gets.
 */
class LingerTests {

	private static final int MEGABYTE = 1024 * 1024;

	/** What the loops may have read before they notice. */
	private static final int SLACK = 512 * 1024;

	@AutoClose
	private static Gateway gateway;

	@AutoClose
	private final TestUpstreams servers = new TestUpstreams();

	@BeforeAll
	static void start() {
		gateway = GatewayBuilder.routes().start();
	}

	/** A route whose server is not there. */
	private static RouteSpec absent(String name) {
		return route(name).to("127.0.0.1:" + TestPorts.refused());
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
		try (TestClient client = gateway.connect(absent("absent"))) {
			flood(client, "");
		}
		Closure closure = expect("absent", CloseReason.UPSTREAM_REFUSED, EndedBy.UPSTREAM);
		assertThat(closure.bytesIn()).isBetween((long) MEGABYTE, 2L * MEGABYTE + SLACK);
		assertThat(closure.undelivered().bytes()).isGreaterThan(MEGABYTE / 2);
	}

	@Test
	void clientThatSentABadFrameIsNotReadForEver() {
		try (TestClient client = gateway.connect(route("bad").framing("stx-etx", "crlf").to(this.servers.lineEcho()))) {
			flood(client, "\u0002good\u0003bad");
			assertThat(expect("bad", CloseReason.BAD_FRAME, EndedBy.INBOUND).bytesIn())
				.isLessThan(2L * MEGABYTE + SLACK);
		}
	}

	@Test
	void twoLargeFramesAreWaitedFor() {
		RouteSpec route = absent("large").framing("length4", "crlf").with("listen.max-frame-size=2MB");
		try (TestClient client = gateway.connect(route)) {
			client.sendLength4(new byte[2 * MEGABYTE - 100]);
			client.sendLength4(new byte[2 * MEGABYTE - 100]);
			client.halfClose();
			client.expectEof();
		}
		assertThat(expect("large", CloseReason.UPSTREAM_REFUSED, EndedBy.UPSTREAM).undelivered().frames()).isEqualTo(2);
	}

	@Test
	void oneWayClientWhoseFramesCannotBeDeliveredIsReset() {
		RouteSpec route = absent("one-way").with("mode=one-way", "upstream.pool.max-wait=300ms");
		try (TestClient client = gateway.connect(route)) {
			client.sendLine("hello");
			client.expectReset();
		}
		Closure closure = expect("one-way", CloseReason.UPSTREAM_REFUSED, EndedBy.UPSTREAM);
		assertThat(closure.undelivered()).isEqualTo(new Closure.Undelivered(1, 5));
	}

	@Test
	void oneWayClientThatSentABadFrameIsReset() {
		TestUpstream echo = this.servers.lineEcho();
		RouteSpec route = route("one-way-bad").framing("stx-etx", "crlf").with("mode=one-way").to(echo);
		try (TestClient client = gateway.connect(route)) {
			client.send("\u0002good\u0003bad");
			client.expectReset();
		}
		expect("one-way-bad", CloseReason.BAD_FRAME, EndedBy.INBOUND);
		Gateway.await("the good one",
				() -> Optional.of(echo.receivedCount()).filter((count) -> count == "good\r\n".length()));
	}

}
