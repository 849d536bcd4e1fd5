package io.framegate.lifecycle;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;

import io.framegate.closure.Cause;
import io.framegate.closure.CloseReason;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestUpstream;
import io.framegate.transport.EventLoops;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Several operators change one route at the same time.
 */
@Timeout(value = 3, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LeversAtOnceTests {

	private static final int ROUNDS = 60;

	private static final Cause CAUSE = Cause.byGateway(CloseReason.ROUTE_DRAIN, "");

	@ParameterizedTest
	@ValueSource(strings = { "session", "request-reply" })
	void noEventLoopWaitsForALeverThatWaitsForIt(String mode) throws Exception {
		try (TestUpstream echo = TestUpstream.lineEcho();
				Gateway gateway = Gateway
					.start(Gateway.all(Gateway.route("a", "crlf", "crlf", echo.address(), "mode=" + mode),
							Gateway.route("other", "crlf", "crlf", echo.address())))) {
			RunningRoute route = gateway.route("a");
			for (int round = 0; round < ROUNDS; round++) {
				List<Thread> clients = comeIn(gateway);
				CompletableFuture<?>[] levers = Stream
					.<Consumer<RunningRoute>>of((one) -> one.drain(CAUSE).join(), RunningRoute::resume,
							(one) -> one.drain(CAUSE).join(), RunningRoute::pause, (one) -> one.change(one.route()),
							RunningRoute::resume)
					.map((lever) -> CompletableFuture.runAsync(() -> lever.accept(route), Thread::startVirtualThread))
					.toArray(CompletableFuture<?>[]::new);
				CompletableFuture.allOf(levers).get(30, TimeUnit.SECONDS);
				for (Thread client : clients) {
					client.join();
				}
				route.resume();
				assertThat(route.state()).isEqualTo(RunningRoute.State.LISTENING);
			}
			for (int connection = 0; connection < 4; connection++) {
				try (TestClient client = gateway.connect("other")) {
					client.sendLine("alive");
					assertThat(client.readLine()).isEqualTo("alive");
				}
			}
		}
	}

	/**
	 * Clients that answer FIN with FIN, so that connections end while levers are pulled.
	 */
	private static List<Thread> comeIn(Gateway gateway) {
		List<Thread> clients = new ArrayList<>();
		for (int i = 0; i < 4; i++) {
			TestClient client = gateway.connect("a");
			client.sendLine("x");
			assertThat(client.readLine()).isEqualTo("x");
			clients.add(Thread.ofVirtual().start(() -> {
				client.readAll();
				client.close();
			}));
		}
		return clients;
	}

	@Test
	void shutdownWaitsForNoLoopThatUsersCodeHoldsUp() throws Exception {
		CountDownLatch held = new CountDownLatch(1);
		try (TestUpstream echo = TestUpstream.lineEcho()) {
			Gateway gateway = Gateway.start(Gateway.route("a", "crlf", "crlf", echo.address(), "timeouts.drain=100ms"));
			try {
				gateway.bean(EventLoops.class).all().forEach((loop) -> loop.later(() -> awaitQuietly(held)));
				RunningRoute route = gateway.route("a");
				CompletableFuture<?> drained = route.drain(CAUSE);
				CompletableFuture<?> stopped = CompletableFuture.runAsync(gateway.bean(Routes.class)::stop,
						Thread::startVirtualThread);
				stopped.get(30, TimeUnit.SECONDS);
				assertThat(drained).isNotDone();
				held.countDown();
				drained.get(30, TimeUnit.SECONDS);
			}
			finally {
				held.countDown();
				gateway.close();
			}
		}
	}

	private static void awaitQuietly(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
