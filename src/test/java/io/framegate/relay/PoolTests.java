package io.framegate.relay;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

import io.framegate.closure.CloseReason;
import io.framegate.closure.Closure;
import io.framegate.closure.Side;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.GatewayBuilder;
import io.framegate.testkit.Peer;
import io.framegate.testkit.RouteSpec;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestUpstream;
import io.framegate.testkit.TestUpstreams;
import io.framegate.transport.EventLoops;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static io.framegate.testkit.RouteSpec.route;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Exclusive connections: how many, how long, and what becomes of exchanges on bad ones.
 */
@Timeout(60)
class PoolTests {

	@AutoClose
	private static Gateway gateway;

	@AutoClose
	private final TestUpstreams servers = new TestUpstreams();

	@BeforeAll
	static void start() {
		gateway = GatewayBuilder.routes().start();
	}

	/** On one connection at most. */
	private static RouteSpec pooled(String name) {
		return route(name).pooled().with("upstream.pool.max-connections=1");
	}

	/** What the client of a failed exchange gets. */
	private static RouteSpec forgiving(String name) {
		return pooled(name).with("upstream.on-failure=reply", "upstream.on-failure-reply=sorry");
	}

	@Test
	void oneRequestOpensOneConnection() {
		RouteSpec route = route("first").pooled().with("upstream.pool.rest=20ms").to(this.servers.lineEcho());
		try (TestClient client = gateway.connect(route)) {
			client.sendLine("alone");
			assertThat(client.readLine()).isEqualTo("alone");
		}
		assertThat(gateway.metric("framegate_connections_opened_total{route=\"first\",side=\"upstream\"}"))
			.isEqualTo(1);
	}

	@Test
	void connectionsThatLingerCount() {
		TestUpstream hung = this.servers.silent();
		gateway.configure(pooled("hung").with("timeouts.reply=200ms").to(hung));
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
		Semaphore go = new Semaphore(0);
		TestUpstream waiting = this.servers.handling((peer) -> {
			go.acquire();
			peer.sendLine(peer.readLine());
			peer.awaitEof();
		});
		gateway.configure(pooled("busy").with("upstream.pool.max-wait=300ms").to(waiting));
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
			go.release();
			assertThat(first.readLine()).isEqualTo("one");
		}
	}

	@Test
	void whoPipelinesTenThousandStarvesNobody() throws Exception {
		TestUpstream echo = this.servers.lineEcho();
		gateway.configure(pooled("fair").with("upstream.pool.rest=0").to(echo));
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
		RouteSpec route = pooled("idle").with("upstream.pool.max-idle=200ms").to(this.servers.lineEcho());
		try (TestClient client = gateway.connect(route)) {
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
		RouteSpec route = pooled("aged").with("upstream.pool.max-age=300ms").to(this.servers.lineEcho());
		try (TestClient client = gateway.connect(route)) {
			for (int i = 0; i < 10 || gateway.closures("aged").isEmpty(); i++) {
				client.sendLine("request " + i);
				assertThat(client.readLine()).isEqualTo("request " + i);
			}
			assertThat(gateway.awaitClosure("aged", Side.UPSTREAM).reason()).isEqualTo(CloseReason.MAX_AGE);
		}
	}

	@Test
	void connectionFoundClosedIsReplacedUnseen() {
		CountDownLatch hangUp = new CountDownLatch(1);
		TestUpstream server = this.servers.handling((peer) -> {
			for (String line = peer.readLineOrEof(); line != null; line = peer.readLineOrEof()) {
				peer.sendLine(line);
				if (line.equals("hang up when told")) {
					hangUp.await();
					return;
				}
			}
		});
		try (TestClient client = gateway.connect(forgiving("hanging-up").to(server))) {
			client.sendLine("hang up when told");
			assertThat(client.readLine()).isEqualTo("hang up when told");
			hangUp.countDown();
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
		TestUpstream server = this.servers.handling((peer) -> {
			for (String line = peer.readLineOrEof(); line != null; line = peer.readLineOrEof()) {
				if (line.equals("die")) {
					peer.reset();
					return;
				}
				peer.sendLine(line);
			}
		});
		try (TestClient client = gateway.connect(forgiving("dying").to(server))) {
			client.sendLine("die");
			assertThat(client.readLine()).isEqualTo("sorry");
			assertThat(server.connections().stream().filter((peer) -> text(peer).contains("die"))).hasSize(1);
			client.sendLine("live");
			assertThat(client.readLine()).isEqualTo("live");
		}
	}

	@Test
	void bytesThatNobodyAskedForNeverStandBeforeTheNextReply() {
		TestUpstream server = this.servers.handling((peer) -> {
			for (String line = peer.readLineOrEof(); line != null; line = peer.readLineOrEof()) {
				peer.send(line.equals("junk") ? "junk\r\nmore ju" : line + "\r\n");
			}
		});
		try (TestClient client = gateway.connect(forgiving("chatty").to(server))) {
			client.sendLine("junk");
			assertThat(client.readLine()).isEqualTo("junk");
			for (int i = 0; i < 20; i++) {
				client.sendLine("request " + i);
				assertThat(client.readLine()).isEqualTo("request " + i);
			}
			assertThat(gateway.closures("chatty")).anySatisfy((closure) -> {
				assertThat(closure.reason()).isEqualTo(CloseReason.LATE_REPLY);
				assertThat(closure.detail()).isEqualTo("bytes arrived while no reply was expected");
			});
		}
	}

	@Test
	void greetingOfAServerIsNotTakenForAReply() {
		TestUpstream restless = this.servers.handling((peer) -> {
			// Not at once, but soon.
			Thread.sleep(300);
			peer.sendLine("220 ready");
			for (String line = peer.readLineOrEof(); line != null; line = peer.readLineOrEof()) {
				peer.sendLine(line);
			}
		});
		RouteSpec route = forgiving("restless").with("upstream.pool.rest=100ms", "upstream.pool.max-wait=1s")
			.to(restless);
		try (TestClient client = gateway.connect(route).within(Duration.ofSeconds(30))) {
			client.sendLine("hello");
			// It greets on every connection: no exchange can be had with it.
			assertThat(client.readLine()).isEqualTo("sorry");
			assertThat(gateway.metric("framegate_replies_discarded_total{cause=\"unsolicited\",route=\"restless\"}"))
				.isPositive();
		}
	}

	@Test
	void replyThatCameBeforeItsRequestHadLeftIsNone() {
		CountDownLatch bothQueued = new CountDownLatch(1);
		TestUpstream stuttering = this.servers.handling((peer) -> {
			for (String line = peer.readLineOrEof(); line != null; line = peer.readLineOrEof()) {
				bothQueued.await();
				peer.send(line + "\r\n" + line + "\r\n");
			}
		});
		try (TestClient client = gateway.connect(forgiving("stuttering").with("upstream.pool.rest=0").to(stuttering))) {
			client.send("one\r\ntwo\r\n");
			Gateway.await("both requests to be taken",
					() -> gateway.connections("stuttering")
						.stream()
						.filter((each) -> each.side() == Side.INBOUND && each.handler().inFlight() == 2)
						.findFirst());
			// From the client's loop to the connection's.
			gateway.bean(EventLoops.class).catchUp();
			gateway.bean(EventLoops.class).catchUp();
			bothQueued.countDown();
			assertThat(client.readLine()).isEqualTo("one");
			// The second "one" came with the first.
			assertThat(client.readLine()).isEqualTo("sorry");
		}
	}

}
