package io.framegate.relay;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;

import io.framegate.testkit.Gateway;
import io.framegate.testkit.GatewayBuilder;
import io.framegate.testkit.RouteSpec;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestUpstream;
import io.framegate.testkit.TestUpstreams;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static io.framegate.testkit.RouteSpec.route;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Permanent links that match replies by a key.
 */
@Timeout(60)
class KeyedLinksTests {

	/** What the client of a failed exchange gets, and soon. */
	private static final String[] SORRY = { "upstream.on-failure=reply", "upstream.on-failure-reply=sorry",
			"timeouts.reply=400ms" };

	@AutoClose
	private static Gateway gateway;

	@AutoClose
	private final TestUpstreams servers = new TestUpstreams();

	@BeforeAll
	static void start() {
		gateway = GatewayBuilder.routes().start();
	}

	private static RouteSpec keyed(String name, String... correlation) {
		return route(name).correlated("offset=0", "length=4")
			.correlated(correlation)
			.with("upstream.pool.max-connections=1");
	}

	private static String received(TestUpstream server, String word) {
		return server.connections()
			.stream()
			.map((peer) -> new String(peer.received(), StandardCharsets.UTF_8))
			.filter((text) -> text.contains(word))
			.findFirst()
			.orElseThrow();
	}

	@Test
	void equalKeysOfTwoClientsWaitForEachOther() {
		CountDownLatch answer = new CountDownLatch(1);
		TestUpstream server = this.servers.handling((peer) -> {
			for (String line = peer.readLineOrEof(); line != null; line = peer.readLineOrEof()) {
				if (line.endsWith("one")) {
					answer.await();
				}
				peer.sendLine(line + " answered");
			}
		});
		gateway.configure(keyed("same-keys").to(server));
		try (TestClient one = gateway.connect("same-keys"); TestClient two = gateway.connect("same-keys")) {
			one.sendLine("0007 one");
			server.awaitConnections(1);
			Gateway.await("it to arrive",
					() -> Optional.of(server.receivedCount()).filter((count) -> count == "0007 one\r\n".length()));
			two.send("0007 two\r\n0008 two\r\n");
			Gateway.await("both to be read",
					() -> gateway.connections("same-keys")
						.stream()
						.filter((connection) -> connection.framesIn() == 2)
						.findFirst());
			assertThat(server.receivedCount()).isEqualTo("0007 one\r\n".length());
			answer.countDown();
			assertThat(one.readLine()).isEqualTo("0007 one answered");
			assertThat(two.readLine()).isEqualTo("0007 two answered");
			assertThat(two.readLine()).isEqualTo("0008 two answered");
		}
	}

	@Test
	void lateReplyIsNeverGivenToANewRequestWithItsKey() {
		CountDownLatch slow = new CountDownLatch(1);
		TestUpstream server = this.servers.handling((peer) -> {
			for (String line = peer.readLineOrEof(); line != null; line = peer.readLineOrEof()) {
				if (line.endsWith("late")) {
					String late = line;
					Thread.ofVirtual().start(() -> {
						try {
							slow.await();
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
		});
		try (TestClient client = gateway.connect(keyed("given-up").with(SORRY).to(server))) {
			client.sendLine("0001 late");
			assertThat(client.readLine()).isEqualTo("sorry");
			client.sendLine("0002 fine");
			assertThat(client.readLine()).isEqualTo("0002 fine");
			// The key's late reply may still come on the old link: it goes by
			// another.
			client.sendLine("0001 new");
			slow.countDown();
			assertThat(client.readLine()).isEqualTo("0001 new");
			Gateway.await("the late reply to be counted",
					() -> Optional
						.of(gateway.metric("framegate_replies_discarded_total{cause=\"late\",route=\"given-up\"}"))
						.filter((count) -> count == 1));
		}
	}

	@Test
	void everyRequestGivenUpIsCounted() {
		RouteSpec route = keyed("all-given-up").with(SORRY).to(this.servers.sink());
		try (TestClient client = gateway.connect(route)) {
			client.send("0001\r\n0002\r\n0003\r\n");
			assertThat(Stream.generate(client::readLine).limit(3)).containsOnly("sorry");
			assertThat(gateway.metric("framegate_timeouts_fired_total{route=\"all-given-up\",timer=\"reply\"}"))
				.isEqualTo(3);
		}
	}

	@Test
	void repliesOvertakeEachOtherOnlyWhereTheyMay() {
		TestUpstream server = this.servers.handling((peer) -> {
			List<String> lines = new ArrayList<>();
			for (String line = peer.readLineOrEof(); line != null; line = peer.readLineOrEof()) {
				lines.addFirst(line);
				if (lines.size() == 3) {
					lines.forEach(peer::sendLine);
					lines.clear();
				}
			}
		});
		gateway.configure(keyed("any-order", "ordered=false").to(server), keyed("in-order").to(server));
		try (TestClient any = gateway.connect("any-order"); TestClient ordered = gateway.connect("in-order")) {
			any.send("0001\r\n0002\r\n0003\r\n");
			ordered.send("0001\r\n0002\r\n0003\r\n");
			assertThat(Stream.generate(any::readLine).limit(3)).containsExactly("0003", "0002", "0001");
			assertThat(Stream.generate(ordered::readLine).limit(3)).containsExactly("0001", "0002", "0003");
		}
	}

	@Test
	void keyOfDigitsIsReplacedByDigits() {
		TestUpstream server = this.servers.lineEcho();
		try (TestClient client = gateway.connect(keyed("digits", "rewrite=true").to(server))) {
			for (int i = 0; i < 20; i++) {
				client.sendLine("4242 number " + i);
				assertThat(client.readLine()).isEqualTo("4242 number " + i);
			}
			assertThat(received(server, "number 19").lines()).hasSize(20)
				.allSatisfy((line) -> assertThat(line).matches("[0-9]{4} number [0-9]+"));
		}
	}

	private static RouteSpec beating(String name, int millis) {
		return keyed(name).with("upstream.heartbeat.interval=" + millis + "ms",
				"upstream.heartbeat.send=0000 are you there");
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
		TestUpstream held = this.servers.handling((peer) -> {
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
		});
		RouteSpec route = beating("held-key", 200).with("timeouts.reply=0", "upstream.heartbeat.expect=0000 here")
			.to(held);
		try (TestClient client = gateway.connect(route)) {
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
		TestUpstream lost = this.servers.handling((peer) -> {
			for (String line = peer.readLineOrEof(); line != null; line = peer.readLineOrEof()) {
				if (!line.endsWith("lose")) {
					peer.sendLine(line);
				}
			}
		});
		try (TestClient client = gateway.connect(beating("lost-key", 200).with(SORRY).to(lost))) {
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
	void answerToAHeartbeatIsNotGivenToAClientWithItsKey() {
		TestUpstream server = this.servers.handling((peer) -> {
			for (String line = peer.readLineOrEof(); line != null; line = peer.readLineOrEof()) {
				peer.sendLine(line.startsWith("0000 are") ? "0000 here" : line + " answered");
			}
		});
		try (TestClient client = gateway.connect(beating("key-of-beat", 300).to(server))) {
			for (int i = 0; i < 200; i++) {
				client.sendLine("0000 mine " + i);
				assertThat(client.readLine()).isEqualTo("0000 mine " + i + " answered");
			}
			Gateway.await("some heartbeats", () -> Optional.of(received(server, "0000 mine"))
				.filter((text) -> text.lines().filter((line) -> line.startsWith("0000 are")).count() >= 3));
			client.sendLine("0000 mine again");
			assertThat(client.readLine()).isEqualTo("0000 mine again answered");
			assertThat(gateway.metric("framegate_replies_discarded_total{cause=\"unmatched\",route=\"key-of-beat\"}"))
				.isZero();
		}
	}

}
