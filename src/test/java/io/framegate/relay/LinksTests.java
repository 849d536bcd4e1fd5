package io.framegate.relay;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

import io.framegate.closure.CloseReason;
import io.framegate.closure.Closure;
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
import org.junit.jupiter.api.Timeout;

import static io.framegate.testkit.RouteSpec.route;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Permanent links that match replies by their order.
 */
@Timeout(60)
class LinksTests {

	@AutoClose
	private static Gateway gateway;

	@AutoClose
	private final TestUpstreams servers = new TestUpstreams();

	@BeforeAll
	static void start() {
		gateway = GatewayBuilder.routes().start();
	}

	private static RouteSpec ordered(String name) {
		return route(name).ordered().with("upstream.pool.max-connections=1");
	}

	@Test
	void oneMissingReplyEndsTheLinkAndFailsWhatIsOnIt() {
		TestUpstream losing = this.servers.handling((peer) -> {
			for (String line = peer.readLineOrEof(); line != null; line = peer.readLineOrEof()) {
				if (line.equals("lose this")) {
					peer.awaitEof();
					return;
				}
				peer.sendLine(line);
			}
		});
		gateway.configure(ordered("poisoned")
			.with("upstream.on-failure=reply", "upstream.on-failure-reply=sorry", "timeouts.reply=400ms")
			.to(losing));
		try (TestClient one = gateway.connect("poisoned"); TestClient two = gateway.connect("poisoned")) {
			one.send("a\r\nlose this\r\nb\r\n");
			assertThat(one.readLine()).isEqualTo("a");
			two.sendLine("c");
			assertThat(one.readLine()).isEqualTo("sorry");
			assertThat(one.readLine()).isEqualTo("sorry");
			String reply = two.readLine();
			// Unless it was late enough to have met the next link.
			assertThat(reply).isIn("sorry", "c");
			assertThat(gateway.awaitClosure("poisoned", Side.UPSTREAM).reason()).isEqualTo(CloseReason.REPLY_TIMEOUT);
			one.sendLine("d");
			two.sendLine("e");
			assertThat(one.readLine()).isEqualTo("d");
			assertThat(two.readLine()).isEqualTo("e");
		}
	}

	@Test
	void whoPipelinesVeryManyHasAShareOfTheLineOnly() throws Exception {
		gateway.configure(ordered("fair").to(this.servers.lineEcho()));
		try (TestClient greedy = gateway.connect("fair").within(Duration.ofMinutes(1));
				TestClient modest = gateway.connect("fair")) {
			AtomicInteger replies = new AtomicInteger();
			Thread.ofVirtual().start(() -> greedy.send("greedy\r\n".repeat(60_000)));
			Thread reader = Thread.ofVirtual().start(() -> {
				for (int i = 0; i < 60_000; i++) {
					assertThat(greedy.readLine()).isEqualTo("greedy");
					replies.incrementAndGet();
				}
			});
			Gateway.await("the greedy one to be served", () -> Optional.of(replies.get()).filter((n) -> n > 100));
			for (int i = 0; i < 5; i++) {
				modest.sendLine("modest");
				assertThat(modest.readLine()).isEqualTo("modest");
			}
			assertThat(replies).hasValueLessThan(60_000);
			reader.join();
			assertThat(replies).hasValue(60_000);
		}
	}

	private static Duration longestPause(List<Closure> newestFirst) {
		Duration longest = Duration.ZERO;
		for (int i = 1; i < newestFirst.size(); i++) {
			Duration pause = Duration.between(newestFirst.get(i).openedAt(), newestFirst.get(i - 1).openedAt());
			longest = (pause.compareTo(longest) > 0) ? pause : longest;
		}
		return longest;
	}

	@Test
	void linkIsTriedAgainAtGrowingIntervalsUntilItIsThere() {
		int port = TestPorts.refused();
		RouteSpec absent = ordered("absent").with("upstream.pool.max-wait=60s", "timeouts.reply=60s")
			.to("127.0.0.1:" + port);
		try (TestClient client = gateway.connect(absent)) {
			// The first pauses are of 100 ms at most.
			Gateway.await("a pause that has grown", () -> Optional.of(longestPause(gateway.closures("absent")))
				.filter((pause) -> pause.toMillis() > 250));
			assertThat(gateway.closures("absent")).extracting(Closure::reason)
				.containsOnly(CloseReason.UPSTREAM_REFUSED);
			client.sendLine("hello");
			TestUpstream server = this.servers.add(TestUpstream.handling(port, (peer) -> {
				peer.sendLine(peer.within(Duration.ofMinutes(1)).readLine());
				peer.awaitEof();
			}));
			assertThat(client.within(Duration.ofSeconds(30)).readLine()).isEqualTo("hello");
			assertThat(server.connections()).isNotEmpty();
		}
	}

	@Test
	void linkWithoutAPulseIsReplaced() {
		AtomicBoolean pulse = new AtomicBoolean(true);
		TestUpstream pulsing = this.servers.handling((peer) -> {
			for (String line = peer.readLineOrEof(); line != null; line = peer.readLineOrEof()) {
				if (!line.equals("ping")) {
					peer.sendLine(line);
				}
				else if (pulse.get()) {
					peer.sendLine("pong");
				}
			}
		});
		RouteSpec route = ordered("pulse")
			.with("upstream.heartbeat.interval=200ms", "upstream.heartbeat.send=ping",
					"upstream.heartbeat.expect=base64:cG9uZw==")
			.to(pulsing);
		try (TestClient client = gateway.connect(route)) {
			client.sendLine("hello");
			assertThat(client.readLine()).isEqualTo("hello");
			// On a busy machine an answer may come too late, and the link is replaced.
			Gateway.await("three heartbeats",
					() -> pulsing.connections()
						.stream()
						.filter((peer) -> new String(peer.received(), StandardCharsets.UTF_8).lines()
							.filter("ping"::equals)
							.count() >= 3)
						.findFirst());
			int links = pulsing.connections().size();
			pulse.set(false);
			Closure closure = gateway.awaitClosure("pulse", Side.UPSTREAM);
			assertThat(closure.reason()).isEqualTo(CloseReason.REPLY_TIMEOUT);
			assertThat(closure.detail()).startsWith("no answer to the heartbeat within 200ms");
			// Nothing is sent on a link that has not signed on.
			client.sendLine("again");
			pulsing.awaitConnections(links + 1);
			pulse.set(true);
			assertThat(client.readLine()).isEqualTo("again");
		}
	}

	@Test
	void poisonedConnectionWhoseServerGoesOnSendingKeepsNoPlace() {
		TestUpstream server = this.servers.handling((peer) -> {
			for (String line = peer.readLine();; line = peer.readLine()) {
				peer.sendLine(line);
				while (line.equals("twice")) {
					peer.sendLine("more");
					LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
				}
			}
		});
		gateway.configure(ordered("talkative").with("upstream.pool.max-wait=1m", "timeouts.drain=10m").to(server));
		try (TestClient first = gateway.connect("talkative");
				TestClient second = gateway.connect("talkative").within(Duration.ofSeconds(40))) {
			first.sendLine("twice");
			assertThat(first.readLine()).isEqualTo("twice");
			Gateway.await("the link to be poisoned",
					() -> gateway.connections("talkative")
						.stream()
						.filter((one) -> one.side() == Side.UPSTREAM && one.isOutputEnding())
						.findFirst());
			second.sendLine("once");
			assertThat(second.readLine()).isEqualTo("once");
		}
	}

}
