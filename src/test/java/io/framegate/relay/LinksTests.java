package io.framegate.relay;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

import io.framegate.closure.CloseReason;
import io.framegate.closure.Closure;
import io.framegate.closure.Side;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.Peer;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestPorts;
import io.framegate.testkit.TestUpstream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Permanent links, ordered and correlated.
 */
@Timeout(60)
class LinksTests {

	private static final CountDownLatch ANSWER = new CountDownLatch(1);

	private static final CountDownLatch SLOW = new CountDownLatch(1);

	private static final AtomicBoolean PULSE = new AtomicBoolean(true);

	private static final List<TestUpstream> SERVERS = new ArrayList<>();

	private static final int ABSENT = TestPorts.refused();

	private static Gateway gateway;

	private static TestUpstream batches;

	private static TestUpstream pulsing;

	private static TestUpstream held;

	private static TestUpstream lost;

	@BeforeAll
	static void start() {
		String[] ordered = { "mode=request-reply", "upstream.sharing=ordered", "upstream.pool.max-connections=1" };
		String[] keyed = { "mode=request-reply", "upstream.sharing=correlated", "upstream.pool.max-connections=1",
				"upstream.correlation.offset=0", "upstream.correlation.length=4" };
		String[] sorry = { "upstream.on-failure=reply", "upstream.on-failure-reply=sorry" };
		String[] impatient = { "timeouts.reply=400ms" };
		batches = server(LinksTests::inBatches);
		pulsing = server(LinksTests::heartbeats);
		held = server(LinksTests::holdUntilTold);
		lost = server(LinksTests::loseTheFirst);
		gateway = Gateway.start(Gateway.all( //
				route("poisoned", server(LinksTests::oneReplyMissing), ordered, sorry, impatient),
				route("fair", server(LinksTests::echo), ordered),
				Gateway.route("absent", "crlf", "crlf", "127.0.0.1:" + ABSENT,
						Gateway.all(ordered, new String[] { "upstream.pool.max-wait=60s", "timeouts.reply=60s" })),
				route("pulse", pulsing, ordered,
						new String[] { "upstream.heartbeat.interval=200ms", "upstream.heartbeat.send=ping",
								"upstream.heartbeat.expect=base64:cG9uZw==" }),
				route("same-keys", batches, keyed), //
				route("given-up", server(LinksTests::lateThenEcho), keyed, sorry, impatient),
				route("all-given-up", server(LinksTests::silent), keyed, sorry, impatient),
				route("any-order", server(LinksTests::backwards), keyed,
						new String[] { "upstream.correlation.ordered=false" }),
				route("in-order", server(LinksTests::backwards), keyed),
				route("digits", server(LinksTests::echo), keyed, new String[] { "upstream.correlation.rewrite=true" }),
				route("key-of-beat", server(LinksTests::slowFirst), keyed,
						new String[] { "upstream.heartbeat.interval=300ms",
								"upstream.heartbeat.send=0000 are you there" }),
				route("held-key", held, keyed,
						new String[] { "timeouts.reply=0", "upstream.heartbeat.interval=200ms",
								"upstream.heartbeat.send=0000 are you there", "upstream.heartbeat.expect=0000 here" }),
				route("lost-key", lost, keyed, sorry, impatient, new String[] { "upstream.heartbeat.interval=200ms",
						"upstream.heartbeat.send=0000 are you there" })));
	}

	private static TestUpstream server(io.framegate.testkit.Script script) {
		TestUpstream server = TestUpstream.handling((peer) -> script.on(peer.within(Duration.ofMinutes(1))));
		SERVERS.add(server);
		return server;
	}

	private static String[] route(String name, TestUpstream server, String[]... more) {
		return Gateway.route(name, "crlf", "crlf", server.address(),
				Stream.of(more).flatMap(Stream::of).toArray(String[]::new));
	}

	@AfterAll
	static void stop() {
		gateway.close();
		SERVERS.forEach(TestUpstream::close);
	}

	private static void echo(Peer peer) {
		for (String line = peer.readLineOrEof(); line != null; line = peer.readLineOrEof()) {
			peer.sendLine(line);
		}
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

	private static void inBatches(Peer peer) {
		for (String line = peer.readLineOrEof(); line != null; line = peer.readLineOrEof()) {
			if (line.endsWith("one")) {
				try {
					ANSWER.await();
				}
				catch (InterruptedException ex) {
					Thread.currentThread().interrupt();
				}
			}
			peer.sendLine(line + " answered");
		}
	}

	private static void lateThenEcho(Peer peer) {
		for (String line = peer.readLineOrEof(); line != null; line = peer.readLineOrEof()) {
			if (line.endsWith("late")) {
				String late = line;
				Thread.ofVirtual().start(() -> {
					try {
						SLOW.await();
						peer.sendLine(late + " but here");
					}
					catch (InterruptedException ex) {
						Thread.currentThread().interrupt();
					}
				});
			}
			else {
				peer.sendLine(line);
			}
		}
	}

	private static void silent(Peer peer) {
		peer.awaitEof();
	}

	private static void backwards(Peer peer) {
		List<String> lines = new ArrayList<>();
		for (String line = peer.readLineOrEof(); line != null; line = peer.readLineOrEof()) {
			lines.addFirst(line);
			if (lines.size() == 3) {
				lines.forEach(peer::sendLine);
				lines.clear();
			}
		}
	}

	private static void slowFirst(Peer peer) throws Exception {
		for (String line = peer.readLineOrEof(); line != null; line = peer.readLineOrEof()) {
			peer.sendLine(line.startsWith("0000 are") ? "0000 here" : line + " answered");
		}
	}

	private static void holdUntilTold(Peer peer) {
		String first = null;
		for (String line = peer.readLineOrEof(); line != null; line = peer.readLineOrEof()) {
			if (line.endsWith("are you there")) {
				peer.sendLine(line.substring(0, 4) + " here");
			}
			else if (line.endsWith("hold")) {
				first = line;
			}
			else {
				peer.sendLine(first + " answered");
				peer.sendLine(line + " answered");
			}
		}
	}

	private static void loseTheFirst(Peer peer) {
		for (String line = peer.readLineOrEof(); line != null; line = peer.readLineOrEof()) {
			if (!line.endsWith("lose")) {
				peer.sendLine(line);
			}
		}
	}

	private static long beats(TestUpstream server) {
		return server.connections()
			.stream()
			.flatMap((peer) -> new String(peer.received(), StandardCharsets.UTF_8).lines())
			.filter((line) -> line.endsWith("are you there"))
			.count();
	}

	@Test
	void heartbeatsGoOnWhileAClientsRequestHasTheirKey() {
		try (TestClient client = gateway.connect("held-key")) {
			client.sendLine("0000 hold");
			Gateway.await("it to arrive",
					() -> Optional.of(held.receivedCount())
						.filter((any) -> held.connections()
							.stream()
							.anyMatch((peer) -> new String(peer.received(), StandardCharsets.UTF_8).contains("hold"))));
			long before = beats(held);
			int links = held.connections().size();
			Gateway.await("three more heartbeats",
					() -> Optional.of(beats(held)).filter((count) -> count >= before + 3));
			client.sendLine("0001 go on");
			assertThat(client.readLine()).isEqualTo("0000 hold answered");
			assertThat(client.readLine()).isEqualTo("0001 go on answered");
			assertThat(held.connections()).hasSize(links);
		}
	}

	@Test
	void heartbeatsGoOnAfterARequestWithTheirKeyWasGivenUp() {
		try (TestClient client = gateway.connect("lost-key")) {
			client.sendLine("0000 lose");
			assertThat(client.readLine()).isEqualTo("sorry");
			// The key rests as long as a reply may take: longer than this test.
			gateway.connections("lost-key")
				.getFirst()
				.context()
				.timeouts()
				.set(io.framegate.timeout.Timeout.REPLY, Duration.ofMinutes(5));
			long before = beats(lost);
			Gateway.await("three more heartbeats",
					() -> Optional.of(beats(lost)).filter((count) -> count >= before + 3));
			client.sendLine("0001 fine");
			assertThat(client.readLine()).isEqualTo("0001 fine");
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

	private static String serverOf(String word) {
		return SERVERS.stream()
			.flatMap((server) -> server.connections().stream())
			.map((peer) -> new String(peer.received(), StandardCharsets.UTF_8))
			.filter((text) -> text.contains(word))
			.findFirst()
			.orElseThrow();
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
			// The first pauses are of 100 ms at the most.
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
				Gateway gateway = Gateway.start(Gateway.route("x", "crlf", "crlf", server.address(),
						"mode=request-reply", "upstream.sharing=ordered", "upstream.pool.max-connections=1",
						"upstream.pool.max-wait=1m", "timeouts.drain=10m"));
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
	void equalKeysOfTwoClientsWaitForEachOther() {
		try (TestClient one = gateway.connect("same-keys"); TestClient two = gateway.connect("same-keys")) {
			one.sendLine("0007 one");
			batches.awaitConnections(1);
			Gateway.await("it to arrive",
					() -> Optional.of(batches.receivedCount()).filter((count) -> count == "0007 one\r\n".length()));
			two.send("0007 two\r\n0008 two\r\n");
			Gateway.await("both to be read",
					() -> gateway.connections("same-keys")
						.stream()
						.filter((connection) -> connection.framesIn() == 2)
						.findFirst());
			assertThat(batches.receivedCount()).isEqualTo("0007 one\r\n".length());
			ANSWER.countDown();
			assertThat(one.readLine()).isEqualTo("0007 one answered");
			assertThat(two.readLine()).isEqualTo("0007 two answered");
			assertThat(two.readLine()).isEqualTo("0008 two answered");
		}
	}

	@Test
	void lateReplyIsNeverGivenToANewRequestWithItsKey() {
		try (TestClient client = gateway.connect("given-up")) {
			client.sendLine("0001 late");
			assertThat(client.readLine()).isEqualTo("sorry");
			client.sendLine("0002 fine");
			assertThat(client.readLine()).isEqualTo("0002 fine");
			// The key's late reply may still come on the old link: it goes by another.
			client.sendLine("0001 new");
			SLOW.countDown();
			assertThat(client.readLine()).isEqualTo("0001 new");
			Gateway.await("the late reply to be counted",
					() -> Optional
						.of(gateway.metric("framegate_replies_discarded_total{cause=\"late\",route=\"given-up\"}"))
						.filter((count) -> count == 1));
		}
	}

	@Test
	void everyRequestGivenUpIsCounted() {
		try (TestClient client = gateway.connect("all-given-up")) {
			client.send("0001\r\n0002\r\n0003\r\n");
			assertThat(Stream.generate(client::readLine).limit(3)).containsOnly("sorry");
			assertThat(gateway.metric("framegate_timeouts_fired_total{route=\"all-given-up\",timer=\"reply\"}"))
				.isEqualTo(3);
		}
	}

	@Test
	void repliesOvertakeEachOtherOnlyWhereTheyMay() {
		try (TestClient any = gateway.connect("any-order"); TestClient ordered = gateway.connect("in-order")) {
			any.send("0001\r\n0002\r\n0003\r\n");
			ordered.send("0001\r\n0002\r\n0003\r\n");
			assertThat(Stream.generate(any::readLine).limit(3)).containsExactly("0003", "0002", "0001");
			assertThat(Stream.generate(ordered::readLine).limit(3)).containsExactly("0001", "0002", "0003");
		}
	}

	@Test
	void keyOfDigitsIsReplacedByDigits() {
		try (TestClient client = gateway.connect("digits")) {
			for (int i = 0; i < 20; i++) {
				client.sendLine("4242 number " + i);
				assertThat(client.readLine()).isEqualTo("4242 number " + i);
			}
			assertThat(serverOf("number 19").lines()).hasSize(20)
				.allSatisfy((line) -> assertThat(line).matches("[0-9]{4} number [0-9]+"));
		}
	}

	@Test
	void answerToAHeartbeatIsNotGivenToAClientWithItsKey() {
		try (TestClient client = gateway.connect("key-of-beat")) {
			for (int i = 0; i < 200; i++) {
				client.sendLine("0000 mine " + i);
				assertThat(client.readLine()).isEqualTo("0000 mine " + i + " answered");
			}
			Gateway.await("some heartbeats", () -> Optional.of(serverOf("0000 mine"))
				.filter((text) -> text.lines().filter((line) -> line.startsWith("0000 are")).count() >= 3));
			client.sendLine("0000 mine again");
			assertThat(client.readLine()).isEqualTo("0000 mine again answered");
			assertThat(gateway.metric("framegate_replies_discarded_total{cause=\"unmatched\",route=\"key-of-beat\"}"))
				.isZero();
		}
	}

}
