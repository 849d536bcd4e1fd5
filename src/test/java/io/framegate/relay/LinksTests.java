package io.framegate.relay;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
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
import io.framegate.testkit.Peer;
import io.framegate.testkit.RouteSpec;
import io.framegate.testkit.Script;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestPorts;
import io.framegate.testkit.TestUpstream;
import org.junit.jupiter.api.AfterAll;
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

	/** What the client of a failed exchange gets, and soon. */
	private static final String[] SORRY = { "upstream.on-failure=reply", "upstream.on-failure-reply=sorry",
			"timeouts.reply=400ms" };

	private static final int ABSENT = TestPorts.refused();

	private static final AtomicBoolean PULSE = new AtomicBoolean(true);

	private static TestUpstream pulsing;

	private static final List<TestUpstream> SERVERS = new ArrayList<>();

	private static Gateway gateway;

	@BeforeAll
	static void start() {
		pulsing = server(LinksTests::heartbeats);
		gateway = GatewayBuilder
			.routes(ordered("poisoned").with(SORRY).to(server(LinksTests::oneReplyMissing)),
					ordered("fair").to(server(LinksTests::echo)),
					ordered("absent").with("upstream.pool.max-wait=60s", "timeouts.reply=60s")
						.to("127.0.0.1:" + ABSENT),
					ordered("pulse")
						.with("upstream.heartbeat.interval=200ms", "upstream.heartbeat.send=ping",
								"upstream.heartbeat.expect=base64:cG9uZw==")
						.to(pulsing))
			.start();
	}

	@AfterAll
	static void stop() {
		gateway.close();
		SERVERS.forEach(TestUpstream::close);
		SERVERS.clear();
	}

	private static void oneReplyMissing(Peer peer) {
		for (String line = peer.readLineOrEof(); line != null; line = peer.readLineOrEof()) {
			if (line.equals("lose this")) {
				peer.awaitEof();
				return;
			}
			peer.sendLine(line);
		}
	}

	private static void heartbeats(Peer peer) {
		for (String line = peer.readLineOrEof(); line != null; line = peer.readLineOrEof()) {
			if (!line.equals("ping")) {
				peer.sendLine(line);
			}
			else if (PULSE.get()) {
				peer.sendLine("pong");
			}
		}
	}

	private static RouteSpec ordered(String name) {
		return route(name).ordered().with("upstream.pool.max-connections=1");
	}

	private static TestUpstream server(Script script) {
		TestUpstream server = TestUpstream.handling((peer) -> script.on(peer.within(Duration.ofMinutes(1))));
		SERVERS.add(server);
		return server;
	}

	private static void echo(Peer peer) {
		for (String line = peer.readLineOrEof(); line != null; line = peer.readLineOrEof()) {
			peer.sendLine(line);
		}
	}

	@Test
	void oneMissingReplyEndsTheLinkAndFailsWhatIsOnIt() {
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
		try (TestClient client = gateway.connect("absent")) {
			// The first pauses are of 100 ms at most.
			Gateway.await("a pause that has grown", () -> Optional.of(longestPause(gateway.closures("absent")))
				.filter((pause) -> pause.toMillis() > 250));
			assertThat(gateway.closures("absent")).extracting(Closure::reason)
				.containsOnly(CloseReason.UPSTREAM_REFUSED);
			client.sendLine("hello");
			try (TestUpstream server = TestUpstream.handling(ABSENT, LinksTests::echo)) {
				assertThat(client.within(Duration.ofSeconds(30)).readLine()).isEqualTo("hello");
				assertThat(server.connections()).isNotEmpty();
			}
		}
	}

	@Test
	void linkWithoutAPulseIsReplaced() {
		try (TestClient client = gateway.connect("pulse")) {
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
			PULSE.set(false);
			Closure closure = gateway.awaitClosure("pulse", Side.UPSTREAM);
			assertThat(closure.reason()).isEqualTo(CloseReason.REPLY_TIMEOUT);
			assertThat(closure.detail()).startsWith("no answer to the heartbeat within 200ms");
			// Nothing is sent on a link that has not signed on.
			client.sendLine("again");
			pulsing.awaitConnections(links + 1);
			PULSE.set(true);
			assertThat(client.readLine()).isEqualTo("again");
		}
	}

	@Test
	void poisonedConnectionWhoseServerGoesOnSendingKeepsNoPlace() {
		try (TestUpstream server = TestUpstream.handling((peer) -> {
			peer.within(Duration.ofMinutes(1));
			for (String line = peer.readLine();; line = peer.readLine()) {
				peer.sendLine(line);
				while (line.equals("twice")) {
					peer.sendLine("more");
					LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
				}
			}
		});
				Gateway gateway = GatewayBuilder
					.routes(ordered("x").with("upstream.pool.max-wait=1m", "timeouts.drain=10m").to(server))
					.start();
				TestClient first = gateway.connect("x");
				TestClient second = gateway.connect("x").within(Duration.ofSeconds(40))) {
			first.sendLine("twice");
			assertThat(first.readLine()).isEqualTo("twice");
			Gateway.await("the link to be poisoned",
					() -> gateway.connections("x")
						.stream()
						.filter((one) -> one.side() == Side.UPSTREAM && one.isOutputEnding())
						.findFirst());
			second.sendLine("once");
			assertThat(second.readLine()).isEqualTo("once");
		}
	}

}
