package io.framegate.relay;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

import io.framegate.closure.CloseReason;
import io.framegate.closure.Side;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.Peer;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestUpstream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * In which order clients' frames reach a server.
 */
@Timeout(60)
class OrderedTests {

	private static Gateway gateway(TestUpstream server, int links) {
		return Gateway.start(Gateway.route("x", "crlf", "crlf", server.address(), "mode=request-reply",
				"upstream.sharing=ordered", "upstream.pool.max-connections=" + links));
	}

	@Test
	void clientsOwnRequestsDoNotOvertakeEachOther() {
		List<String> served = Collections.synchronizedList(new ArrayList<>());
		AtomicInteger connections = new AtomicInteger();
		try (TestUpstream server = TestUpstream.handling((peer) -> {
			long pause = TimeUnit.MILLISECONDS.toNanos(connections.getAndIncrement() % 4);
			for (String line = peer.readLineOrEof(); line != null; line = peer.readLineOrEof()) {
				LockSupport.parkNanos(pause);
				served.add(line);
				peer.sendLine(line);
			}
		}); Gateway gateway = gateway(server, 4 * Runtime.getRuntime().availableProcessors())) {
			server.awaitConnections(4 * Runtime.getRuntime().availableProcessors());
			List<String> requests = IntStream.range(0, 200).mapToObj((i) -> "request " + i).toList();
			try (TestClient client = gateway.connect("x")) {
				requests.forEach(client::sendLine);
				requests.forEach((request) -> assertThat(client.readLine()).isEqualTo(request));
			}
			assertThat(served).isEqualTo(requests);
		}
	}

	@Test
	void nobodyWaitsBehindAllThatAGreedyClientHas() throws Exception {
		List<String> served = Collections.synchronizedList(new ArrayList<>());
		try (TestUpstream server = TestUpstream.handling((peer) -> {
			for (String line = peer.readLineOrEof(); line != null; line = peer.readLineOrEof()) {
				LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(3));
				served.add(line);
				peer.sendLine(line);
			}
		});
				Gateway gateway = gateway(server, 1);
				TestClient greedy = gateway.connect("x");
				TestClient modest = gateway.connect("x")) {
			int many = 1000;
			Thread.ofVirtual().start(() -> greedy.send("greedy\r\n".repeat(many)));
			Gateway.await("the greedy one to be served", () -> Optional.of(served.size()).filter((n) -> n > 10));
			for (int i = 0; i < 20; i++) {
				modest.sendLine("modest");
				assertThat(modest.readLine()).isEqualTo("modest");
			}
			List<Integer> before = new ArrayList<>();
			int last = served.indexOf("modest");
			for (int i = last + 1; i < served.size(); i++) {
				if (served.get(i).equals("modest")) {
					before.add(i - last - 1);
					last = i;
				}
			}
			assertThat(before).hasSize(19);
			Collections.sort(before);
			assertThat(before.get(9)).as("of the greedy one's between two of the modest one's, mostly").isLessThan(16);
			for (int i = 0; i < many; i++) {
				assertThat(greedy.readLine()).isEqualTo("greedy");
			}
		}
	}

	@Test
	void clientWhoseOwnRequestsComeTooLateHarmsNobodyElse() {
		try (TestUpstream server = TestUpstream.handling((peer) -> {
			peer.within(Duration.ofMinutes(1));
			for (String line = peer.readLineOrEof(); line != null; line = peer.readLineOrEof()) {
				LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(30));
				peer.sendLine(line);
			}
		});
				Gateway gateway = Gateway
					.start(Gateway.route("x", "crlf", "crlf", server.address(), "mode=request-reply",
							"upstream.sharing=ordered", "upstream.pool.max-connections=1", "timeouts.reply=2s"));
				TestClient greedy = gateway.connect("x").within(Duration.ofSeconds(30));
				TestClient modest = gateway.connect("x")) {
			modest.sendLine("modest");
			assertThat(modest.readLine()).isEqualTo("modest");
			greedy.send("greedy\r\n".repeat(200));
			greedy.halfClose();
			int answered = 0;
			for (String line = greedy.readLineOrEof(); line != null; line = greedy.readLineOrEof()) {
				answered++;
			}
			assertThat(answered).isBetween(1, 150);
			modest.sendLine("modest");
			assertThat(modest.readLine()).isEqualTo("modest");
			assertThat(gateway.awaitClosure("x", Side.INBOUND).reason()).isEqualTo(CloseReason.REPLY_TIMEOUT);
			assertThat(server.connections()).hasSize(1);
			assertThat(gateway.closures("x")).noneMatch((closure) -> closure.side() == Side.UPSTREAM);
		}
	}

	@Test
	void lateReplyTakesItsPlaceInTheLineAndNobodyGetsIt() {
		try (TestUpstream server = TestUpstream.handling((peer) -> {
			peer.within(Duration.ofMinutes(1));
			for (String line = peer.readLineOrEof(); line != null; line = peer.readLineOrEof()) {
				LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(30));
				peer.sendLine(line);
			}
		});
				Gateway gateway = Gateway.start(Gateway.route("x", "crlf", "crlf", server.address(),
						"mode=request-reply", "upstream.sharing=ordered", "upstream.pool.max-connections=1",
						"timeouts.reply=2s", "upstream.on-failure=reply", "upstream.on-failure-reply=sorry"));
				TestClient client = gateway.connect("x").within(Duration.ofSeconds(30))) {
			IntStream.range(0, 200).forEach((i) -> client.sendLine("early " + i));
			int sorry = 0;
			for (int i = 0; i < 200; i++) {
				String reply = client.readLine();
				assertThat(reply).isIn("early " + i, "sorry");
				sorry += reply.equals("sorry") ? 1 : 0;
			}
			assertThat(sorry).isBetween(50, 199);
			Gateway.await("the late replies",
					() -> gateway.connections("x")
						.stream()
						.filter((one) -> one.side() == Side.UPSTREAM && one.handler().inFlight() == 0)
						.findFirst());
			IntStream.range(0, 10).forEach((i) -> client.sendLine("now " + i));
			IntStream.range(0, 10).forEach((i) -> assertThat(client.readLine()).isEqualTo("now " + i));
			assertThat(gateway.metric("framegate_replies_discarded_total{cause=\"late\",route=\"x\"}")).isPositive();
		}
	}

	@Test
	void requestsOnARetiredLinkAreWaitedForNoLongerThanOthers() {
		try (TestUpstream server = TestUpstream.handling((peer) -> {
			peer.within(Duration.ofMinutes(1));
			for (String line = peer.readLineOrEof(); line != null; line = peer.readLineOrEof()) {
				LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(30));
				peer.sendLine(line);
			}
		});
				Gateway gateway = Gateway.start(Gateway.route("x", "crlf", "crlf", server.address(),
						"mode=request-reply", "upstream.sharing=ordered", "upstream.pool.max-connections=1",
						"upstream.pool.max-age=500ms", "timeouts.reply=1s", "upstream.on-failure=reply",
						"upstream.on-failure-reply=sorry"));
				TestClient client = gateway.connect("x").within(Duration.ofSeconds(30))) {
			IntStream.range(0, 200).forEach((i) -> client.sendLine("early " + i));
			int early = 0;
			for (int i = 0; i < 200; i++) {
				early += client.readLine().startsWith("early") ? 1 : 0;
			}
			assertThat(early).as("answered within a second, at 30 ms each").isBetween(1, 55);
		}
	}

	@Test
	void oneWayFramesDoNotOvertakeThoseThatAnAgedConnectionStillHas() throws Exception {
		CountDownLatch read = new CountDownLatch(1);
		AtomicInteger connections = new AtomicInteger();
		int frames = 10_000;
		try (TestUpstream aged = TestUpstream.handling((peer) -> {
			if (connections.getAndIncrement() == 0) {
				read.await();
			}
			peer.within(Duration.ofMinutes(1)).awaitEof();
		});
				Gateway alone = Gateway.start(Gateway.route("aged", "crlf", "crlf", aged.address(), "mode=one-way",
						"upstream.pool.max-connections=1", "upstream.pool.max-age=300ms", "upstream.pool.max-wait=1m",
						"timeouts.write=0"));
				TestClient client = alone.connect("aged").within(Duration.ofMinutes(1))) {
			String padding = "x".repeat(1000);
			Thread.ofVirtual()
				.start(() -> IntStream.range(0, frames).forEach((i) -> client.sendLine("frame " + i + " " + padding)));
			List<Peer> first = aged.awaitConnections(2);
			Awaitility.await().during(Duration.ofMillis(300)).until(() -> first.get(1).receivedCount() == 0);
			read.countDown();
			Gateway
				.await("all frames",
						() -> Optional.of(aged.connections()
							.stream()
							.mapToLong((peer) -> new String(peer.received(), StandardCharsets.UTF_8).lines().count())
							.sum()).filter((count) -> count == frames));
			assertThat(aged.connections()
				.stream()
				.flatMap((peer) -> new String(peer.received(), StandardCharsets.UTF_8).lines()))
				.containsExactlyElementsOf(
						IntStream.range(0, frames).mapToObj((i) -> "frame " + i + " " + padding).toList());
		}
	}

}
