package io.framegate.lifecycle;

import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.framegate.closure.Cause;
import io.framegate.closure.CloseReason;
import io.framegate.closure.EndedBy;
import io.framegate.closure.Side;
import io.framegate.connection.FrameConnection;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestUpstream;
import io.framegate.transport.EventLoops;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
				long known = route.metrics().opened(Side.INBOUND);
				Gateway.await("clients coming in",
						() -> Optional.of(route.metrics().opened(Side.INBOUND)).filter((opened) -> opened > known + 4));
				route.drain(CAUSE).get(30, TimeUnit.SECONDS);
				assertThat(gateway.connections("s")).isEmpty();
				for (Thread client : clients) {
					client.join();
				}
				route.resume();
			}
		}
	}

	@Test
	void connectionsThatOnlyTheKernelHadAcceptedAreNotReset() throws Exception {
		CountDownLatch go = new CountDownLatch(1);
		List<TestClient> clients = new ArrayList<>();
		try (TestUpstream echo = TestUpstream.lineEcho();
				Gateway gateway = Gateway.start(Gateway.route("s", "crlf", "crlf", echo.address()))) {
			RunningRoute route = gateway.route("s");
			gateway.bean(EventLoops.class).all().forEach((loop) -> loop.later(() -> {
				try {
					go.await();
				}
				catch (InterruptedException ex) {
					Thread.currentThread().interrupt();
				}
			}));
			for (int i = 0; i < 100; i++) {
				clients.add(TestClient.connect(route.port()));
			}
			CompletableFuture<CompletableFuture<?>> drained = new CompletableFuture<>();
			Thread.ofPlatform().start(() -> drained.complete(route.drain(CAUSE)));
			Gateway.await("the drain",
					() -> (route.state() == RunningRoute.State.DRAINING) ? Optional.of(true) : Optional.empty());
			go.countDown();
			for (TestClient client : clients) {
				client.expectEof();
				client.close();
			}
			drained.get().get(10, TimeUnit.SECONDS);
			assertThat(route.metrics().opened(Side.INBOUND)).isEqualTo(100);
		}
		finally {
			go.countDown();
			clients.forEach(TestClient::close);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "exclusive", "ordered", "correlated" })
	void sharedConnectionsThatAreNotAnsweredEndWithTheDrain(String sharing) throws Exception {
		try (TestUpstream sink = TestUpstream.sink();
				Gateway gateway = Gateway
					.start(Gateway.route("s", "crlf", "crlf", sink.address(), exchanges(sharing, "timeouts.reply=0")));
				TestClient client = gateway.connect("s")) {
			client.sendLine("12 forgotten");
			FrameConnection link = busyLink(gateway);
			gateway.route("s").drain(CAUSE).get(10, TimeUnit.SECONDS);
			assertThat(gateway.connections("s")).isEmpty();
			assertThat(link.whenClosed().get().reason()).isEqualTo(CloseReason.DRAIN_TIMEOUT);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "exclusive", "ordered", "correlated" })
	void drainedSharedConnectionThatIsNotAnsweredEndsWithItsRequests(String sharing) throws Exception {
		try (TestUpstream sink = TestUpstream.sink();
				Gateway gateway = Gateway
					.start(Gateway.route("s", "crlf", "crlf", sink.address(), exchanges(sharing, "timeouts.reply=0")));
				TestClient client = gateway.connect("s")) {
			client.sendLine("12 forgotten");
			FrameConnection link = busyLink(gateway);
			link.execute(() -> link.handler()
				.drain(link, new Cause(CloseReason.OPERATOR_CLOSE, EndedBy.OPERATOR, "by ann")));
			assertThat(link.whenClosed().get(10, TimeUnit.SECONDS).detail())
				.isEqualTo("drain timer (300ms) ran out; drain begun by operator-close");
			client.expectEof();
			client.close();
			assertThat(gateway.awaitClosure("s", Side.INBOUND).reason()).isEqualTo(CloseReason.DRAIN_TIMEOUT);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "exclusive", "ordered", "correlated" })
	void routeResumedDuringItsDrainServesNewClients(String sharing) throws Exception {
		CountDownLatch answer = new CountDownLatch(1);
		try (TestUpstream server = TestUpstream.handling((peer) -> {
			for (String line = peer.readLineOrEof(); line != null; line = peer.readLineOrEof()) {
				if (line.endsWith("late")) {
					answer.await();
				}
				peer.sendLine(line);
			}
		});
				Gateway gateway = Gateway.start(
						Gateway.route("s", "crlf", "crlf", server.address(), exchanges(sharing, "timeouts.drain=10s")));
				TestClient old = gateway.connect("s")) {
			old.sendLine("12 late");
			busyLink(gateway);
			RunningRoute route = gateway.route("s");
			CompletableFuture<?> drained = route.drain(CAUSE);
			route.pause();
			assertThat(route.state()).isEqualTo(RunningRoute.State.DRAINING);
			route.resume();
			try (TestClient fresh = gateway.connect("s")) {
				answer.countDown();
				assertThat(old.readLine()).isEqualTo("12 late");
				old.expectEof();
				old.close();
				drained.get(5, TimeUnit.SECONDS);
				assertThat(route.state()).isEqualTo(RunningRoute.State.LISTENING);
				fresh.sendLine("13 in time");
				assertThat(fresh.readLine()).isEqualTo("13 in time");
			}
		}
	}

	private static String[] exchanges(String sharing, String timeout) {
		return Stream
			.of("mode=request-reply", "upstream.sharing=" + sharing, "timeouts.drain=300ms", timeout,
					sharing.equals("correlated") ? "upstream.correlation.offset=0" : "",
					sharing.equals("correlated") ? "upstream.correlation.length=2" : "")
			.filter((property) -> !property.isEmpty())
			.toArray(String[]::new);
	}

	private static FrameConnection busyLink(Gateway gateway) {
		return Gateway.await("a request under way",
				() -> gateway.connections("s")
					.stream()
					.filter((connection) -> connection.side() == Side.UPSTREAM && connection.framesOut() == 1)
					.findFirst());
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
