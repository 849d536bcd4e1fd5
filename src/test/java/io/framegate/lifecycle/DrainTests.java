package io.framegate.lifecycle;

import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import io.framegate.connection.Cause;
import io.framegate.connection.CloseReason;
import io.framegate.connection.Side;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestUpstream;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The drain of a route while clients come in.
 */
class DrainTests {

	private static final int ROUNDS = 30;

	private static final Cause CAUSE = Cause.byGateway(CloseReason.ROUTE_DRAIN, "");

	@Test
	void connectionAcceptedAsTheDrainBeginsIsDrainedToo() throws Exception {
		try (TestUpstream echo = TestUpstream.lineEcho();
				Gateway gateway = Gateway
					.start(Gateway.route("s", "crlf", "crlf", echo.address(), "timeouts.drain=2s"))) {
			RunningRoute route = gateway.route("s");
			for (int i = 0; i < ROUNDS; i++) {
				List<Thread> clients = IntStream.range(0, 8)
					.mapToObj((number) -> Thread.ofVirtual().start(() -> comeIn(route.port())))
					.toList();
				long known = route.meters().opened(Side.INBOUND);
				Gateway.await("clients coming in",
						() -> Optional.of(route.meters().opened(Side.INBOUND)).filter((opened) -> opened > known + 4));
				route.drain(CAUSE).get(5, TimeUnit.SECONDS);
				assertThat(gateway.connections("s")).isEmpty();
				for (Thread client : clients) {
					client.join();
				}
				route.resume();
			}
		}
	}

	/**
	 * Connects, asks and waits for the end, again and again until connects are refused.
	 */
	private static void comeIn(int port) {
		try {
			while (true) {
				try (TestClient client = TestClient.connect(port)) {
					client.sendLine("hello");
					client.halfClose();
					client.readAll();
				}
			}
		}
		catch (UncheckedIOException | AssertionError ex) {
			// Refused, or reset in the backlog of the port that was closed.
		}
	}

}
