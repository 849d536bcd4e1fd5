package io.framegate.relay;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import io.framegate.closure.CloseReason;
import io.framegate.closure.Closure;
import io.framegate.closure.Side;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.Peer;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestUpstream;
import io.framegate.transport.EventLoops;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Exclusive connections: how many, how long, and what becomes of exchanges on bad ones.
 */
@Timeout(60)
class PoolTests {

	private static final Semaphore GO = new Semaphore(0);

	private static final CountDownLatch HANG_UP = new CountDownLatch(1);

	private static TestUpstream echo;

	private static TestUpstream waiting;

	private static TestUpstream moody;

	private static TestUpstream restless;

	private static TestUpstream stuttering;

	private static final CountDownLatch BOTH_QUEUED = new CountDownLatch(1);

	private static TestUpstream hung;

	private static Gateway gateway;

	@BeforeAll
	static void start() {
		echo = TestUpstream.lineEcho();
		waiting = TestUpstream.handling((peer) -> answer(peer, () -> GO.acquireUninterruptibly()));
		moody = TestUpstream.handling(PoolTests::moods);
		restless = TestUpstream.handling((peer) -> {
			// Not at once, but soon.
			Thread.sleep(300);
			peer.sendLine("220 ready");
			answer(peer, () -> {
			});
		});
		stuttering = TestUpstream.handling((peer) -> {
			for (String line = peer.readLineOrEof(); line != null; line = peer.readLineOrEof()) {
				BOTH_QUEUED.await();
				peer.send(line + "\r\n" + line + "\r\n");
			}
		});
		hung = TestUpstream.silent();
		gateway = Gateway.start(Gateway.all(
				Gateway.route("hung", "crlf", "crlf", hung.address(), "mode=request-reply", "timeouts.reply=200ms",
						"upstream.pool.max-connections=1"),
				route("busy", waiting, "pool.max-connections=1", "pool.max-wait=300ms"),
				route("fair", echo, "pool.max-connections=1", "pool.rest=0"), route("first", echo, "pool.rest=20ms"),
				route("idle", echo, "pool.max-connections=1", "pool.max-idle=200ms"),
				route("aged", echo, "pool.max-connections=1", "pool.max-age=300ms"),
				route("moody", moody, "pool.max-connections=1", "on-failure=reply", "on-failure-reply=base64:c29ycnk="),
				route("stuttering", stuttering, "pool.max-connections=1", "pool.rest=0", "on-failure=reply",
						"on-failure-reply=sorry"),
				route("restless", restless, "pool.max-connections=1", "pool.rest=100ms", "pool.max-wait=1s",
						"on-failure=reply", "on-failure-reply=sorry")));
	}

	private static String[] route(String name, TestUpstream server, String... upstream) {
		String[] more = IntStream.range(0, upstream.length + 1)
			.mapToObj((i) -> (i == 0) ? "mode=request-reply" : "upstream." + upstream[i - 1])
			.toArray(String[]::new);
		return Gateway.route(name, "crlf", "crlf", server.address(), more);
	}

	private static void answer(Peer peer, Runnable before) {
		peer.within(Duration.ofMinutes(1));
		for (String line = peer.readLineOrEof(); line != null; line = peer.readLineOrEof()) {
			before.run();
			peer.sendLine(line);
		}
	}

	private static void moods(Peer peer) throws Exception {
		peer.within(Duration.ofMinutes(1));
		for (String line = peer.readLineOrEof(); line != null; line = peer.readLineOrEof()) {
			switch (line) {
				case "hang up when told" -> {
					peer.sendLine(line);
					HANG_UP.await();
					return;
				}
				case "die" -> {
					peer.reset();
					return;
				}
				case "junk" -> peer.send("junk\r\nmore ju");
				default -> peer.sendLine(line);
			}
		}
	}

	@AfterAll
	static void stop() {
		gateway.close();
		List.of(echo, waiting, moody, restless, stuttering, hung).forEach(TestUpstream::close);
	}

	@Test
	void oneRequestOpensOneConnection() {
		try (TestClient client = gateway.connect("first")) {
			client.sendLine("alone");
			assertThat(client.readLine()).isEqualTo("alone");
		}
		assertThat(gateway.metric("framegate_connections_opened_total{route=\"first\",side=\"upstream\"}"))
			.isEqualTo(1);
	}

	@Test
	void connectionsThatLingerCount() {
		for (int i = 0; i < 5; i++) {
			try (TestClient client = gateway.connect("hung")) {
				client.sendLine("request " + i);
				client.expectEof();
			}
		}
		assertThat(hung.connections()).hasSize(1);
	}

	@Test
	void whoWaitsTooLongForAPlaceIsTold() {
		try (TestClient first = gateway.connect("busy"); TestClient second = gateway.connect("busy")) {
			first.sendLine("one");
			waiting.awaitConnections(1);
			second.sendLine("two");
			second.expectEof();
			second.close();
			Closure closure = gateway.awaitClosure("busy", Side.INBOUND);
			assertThat(closure.reason()).isEqualTo(CloseReason.OVERLOAD);
			assertThat(closure.detail()).isEqualTo("no upstream connection within pool.max-wait (300ms)");
			assertThat(closure.undelivered()).isEqualTo(new Closure.Undelivered(1, 3));
			GO.release();
			assertThat(first.readLine()).isEqualTo("one");
		}
	}

	@Test
	void whoPipelinesTenThousandStarvesNobody() throws Exception {
		try (TestClient greedy = gateway.connect("fair").within(Duration.ofMinutes(1));
				TestClient modest = gateway.connect("fair")) {
			Thread writer = Thread.ofVirtual().start(() -> greedy.send("greedy\r\n".repeat(10_000)));
			AtomicInteger greedyReplies = new AtomicInteger();
			Thread reader = Thread.ofVirtual().start(() -> {
				for (int i = 0; i < 10_000; i++) {
					assertThat(greedy.readLine()).isEqualTo("greedy");
					greedyReplies.incrementAndGet();
				}
			});
			Gateway.await("the greedy one to be served", () -> Optional.of(greedyReplies.get()).filter((n) -> n > 10));
			Peer server = Gateway.await("its connection",
					() -> echo.connections().stream().filter((peer) -> text(peer).contains("greedy")).findFirst());
			for (int i = 0; i < 20; i++) {
				int before = text(server).length();
				modest.sendLine("modest");
				assertThat(modest.readLine()).isEqualTo("modest");
				String since = text(server).substring(before);
				// Each waits for what the other has on the way, and no longer.
				assertThat(since.lines().takeWhile((line) -> !line.equals("modest")).count()).isLessThan(400);
			}
			writer.join();
			reader.join();
			assertThat(greedyReplies).hasValue(10_000);
		}
	}

	private static String text(Peer peer) {
		return new String(peer.received(), StandardCharsets.UTF_8);
	}

	@Test
	void unusedConnectionIsClosed() {
		try (TestClient client = gateway.connect("idle")) {
			client.sendLine("one");
			assertThat(client.readLine()).isEqualTo("one");
			Closure closure = gateway.awaitClosure("idle", Side.UPSTREAM);
			assertThat(closure.reason()).isEqualTo(CloseReason.IDLE_TIMEOUT);
			assertThat(closure.detail()).isEqualTo("pool.max-idle (200ms)");
			client.sendLine("two");
			assertThat(client.readLine()).isEqualTo("two");
		}
	}

	@Test
	void oldConnectionIsReplacedBetweenExchanges() {
		try (TestClient client = gateway.connect("aged")) {
			for (int i = 0; i < 10 || gateway.closures("aged").isEmpty(); i++) {
				client.sendLine("request " + i);
				assertThat(client.readLine()).isEqualTo("request " + i);
			}
			assertThat(gateway.awaitClosure("aged", Side.UPSTREAM).reason()).isEqualTo(CloseReason.MAX_AGE);
		}
	}

	@Test
	void connectionFoundClosedIsReplacedUnseen() {
		try (TestClient client = gateway.connect("moody")) {
			client.sendLine("hang up when told");
			assertThat(client.readLine()).isEqualTo("hang up when told");
			HANG_UP.countDown();
			for (int i = 0; i < 20; i++) {
				client.sendLine("request " + i);
				String reply = client.readLine();
				// The very first may have met the FIN under way: then it is not sent
				// again.
				assertThat(reply).isIn((i == 0) ? List.of("request 0", "sorry") : List.of("request " + i));
			}
		}
	}

	@Test
	void requestThatMayHaveLeftIsNotSentAgain() {
		try (TestClient client = gateway.connect("moody")) {
			client.sendLine("die");
			assertThat(client.readLine()).isEqualTo("sorry");
			assertThat(moody.connections().stream().filter((peer) -> text(peer).contains("die"))).hasSize(1);
			client.sendLine("live");
			assertThat(client.readLine()).isEqualTo("live");
		}
	}

	@Test
	void bytesThatNobodyAskedForNeverStandBeforeTheNextReply() {
		try (TestClient client = gateway.connect("moody")) {
			client.sendLine("junk");
			assertThat(client.readLine()).isEqualTo("junk");
			for (int i = 0; i < 20; i++) {
				client.sendLine("request " + i);
				assertThat(client.readLine()).isEqualTo("request " + i);
			}
			assertThat(gateway.closures("moody")).anySatisfy((closure) -> {
				assertThat(closure.reason()).isEqualTo(CloseReason.LATE_REPLY);
				assertThat(closure.detail()).isEqualTo("bytes arrived while no reply was expected");
			});
		}
	}

	@Test
	void greetingOfAServerIsNotTakenForAReply() {
		try (TestClient client = gateway.connect("restless").within(Duration.ofSeconds(30))) {
			client.sendLine("hello");
			// It greets on every connection: no exchange can be had with it.
			assertThat(client.readLine()).isEqualTo("sorry");
			assertThat(gateway.metric("framegate_replies_discarded_total{cause=\"unsolicited\",route=\"restless\"}"))
				.isPositive();
		}
	}

	@Test
	void replyThatCameBeforeItsRequestHadLeftIsNone() {
		try (TestClient client = gateway.connect("stuttering")) {
			client.send("one\r\ntwo\r\n");
			Gateway.await("both requests to be taken",
					() -> gateway.connections("stuttering")
						.stream()
						.filter((each) -> each.side() == Side.INBOUND && each.handler().inFlight() == 2)
						.findFirst());
			// From the client's loop to the connection's.
			gateway.bean(EventLoops.class).catchUp();
			gateway.bean(EventLoops.class).catchUp();
			BOTH_QUEUED.countDown();
			assertThat(client.readLine()).isEqualTo("one");
			// The second "one" came with the first.
			assertThat(client.readLine()).isEqualTo("sorry");
		}
	}

}
