package io.framegate.relay;

import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import io.framegate.closure.CloseReason;
import io.framegate.closure.Side;
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
 * Exclusive connections whose replies have keys: what becomes of a reply too many.
 */
@Timeout(60)
class KeyedPoolTests {

	@AutoClose
	private static Gateway gateway;

	@AutoClose
	private final TestUpstreams servers = new TestUpstreams();

	@BeforeAll
	static void start() {
		gateway = GatewayBuilder.routes().start();
	}

	/** On one connection at most. */
	private static RouteSpec keyed(String name) {
		return route(name).pooled()
			.correlation("offset=0", "length=4")
			.with("upstream.pool.max-connections=1", "upstream.pool.max-wait=30s", "upstream.on-failure=reply",
					"upstream.on-failure-reply=sorry");
	}

	private static void awaitDiscarded(String route, String cause, int count) {
		Gateway.await(cause + " replies of " + route, () -> Optional
			.of(gateway.metric("framegate_replies_discarded_total{cause=\"" + cause + "\",route=\"" + route + "\"}"))
			.filter((found) -> found == count));
	}

	@Test
	void replyThatComesTwiceDoesNotHarmARequestWithAnotherKey() {
		TestUpstream server = this.servers.handling((peer) -> {
			String before = null;
			for (String line = peer.readLineOrEof(); line != null; line = peer.readLineOrEof()) {
				if (before != null) {
					peer.sendLine(before + " answered");
				}
				peer.sendLine(line + " answered");
				before = line;
			}
		});
		try (TestClient client = gateway.connect(keyed("another-key").to(server))) {
			for (int i = 0; i < 20; i++) {
				client.sendLine("%04d request".formatted(i));
				assertThat(client.readLine()).isEqualTo("%04d request answered".formatted(i));
			}
			// Each connection carries two.
			awaitDiscarded("another-key", "doubled", 10);
			assertThat(gateway.closures("another-key")).isNotEmpty().allSatisfy((closure) -> {
				assertThat(closure.side()).isEqualTo(Side.UPSTREAM);
				assertThat(closure.reason()).isEqualTo(CloseReason.LATE_REPLY);
				assertThat(closure.detail()).isEqualTo("doubled reply");
			});
		}
	}

	@Test
	void replyThatComesTwiceIsNotTakenForThatOfARequestWithTheSameKey() {
		AtomicInteger requests = new AtomicInteger();
		CountDownLatch nextIsThere = new CountDownLatch(1);
		TestUpstream server = this.servers.handling((peer) -> {
			for (String line = peer.readLineOrEof(); line != null; line = peer.readLineOrEof()) {
				String reply = line + " answered as number " + requests.incrementAndGet();
				peer.sendLine(reply);
				if (requests.get() == 1) {
					nextIsThere.await();
					peer.sendLine(reply);
				}
			}
		});
		RouteSpec route = keyed("same-key").with("upstream.pool.rest=3s").to(server);
		try (TestClient client = gateway.connect(route)) {
			client.sendLine("0007 first");
			assertThat(client.readLine()).isEqualTo("0007 first answered as number 1");
			client.sendLine("0007 second");
			Gateway.await("the second request to be read",
					() -> gateway.connections("same-key")
						.stream()
						.filter((each) -> each.side() == Side.INBOUND && each.framesIn() == 2)
						.findFirst());
			nextIsThere.countDown();
			assertThat(client.readLine()).isEqualTo("0007 second answered as number 2");
			awaitDiscarded("same-key", "doubled", 1);
		}
	}

	@Test
	void requestsWithOtherKeysDoNotWaitForARest() {
		RouteSpec route = keyed("no-rest").with("upstream.pool.rest=2s").to(this.servers.lineEcho());
		try (TestClient client = gateway.connect(route)) {
			// With a rest after each, most would be overdue.
			for (int i = 0; i < 50; i++) {
				client.sendLine("%04d".formatted(i));
			}
			for (int i = 0; i < 50; i++) {
				assertThat(client.readLine()).isEqualTo("%04d".formatted(i));
			}
		}
	}

	@Test
	void replyWithAKeyThatNoRequestHadStillFailsTheExchange() {
		TestUpstream server = this.servers.handling((peer) -> {
			for (String line = peer.readLineOrEof(); line != null; line = peer.readLineOrEof()) {
				peer.sendLine("9" + line.substring(1));
			}
		});
		try (TestClient client = gateway.connect(keyed("foreign-key").to(server))) {
			client.sendLine("0001 request");
			assertThat(client.readLine()).isEqualTo("sorry");
			awaitDiscarded("foreign-key", "unmatched", 1);
		}
	}

	@Test
	void exchangeWhoseReplyDoesNotComeAfterADoubleTimesOut() {
		TestUpstream server = this.servers.handling((peer) -> {
			String first = peer.readLine();
			peer.sendLine(first);
			peer.readLine();
			peer.sendLine(first);
			peer.awaitEof();
		});
		RouteSpec route = keyed("double-alone").with("timeouts.reply=500ms").to(server);
		try (TestClient client = gateway.connect(route)) {
			client.sendLine("0001 first");
			assertThat(client.readLine()).isEqualTo("0001 first");
			client.sendLine("0002 second");
			assertThat(client.readLine()).isEqualTo("sorry");
			awaitDiscarded("double-alone", "doubled", 1);
			assertThat(gateway.metric("framegate_timeouts_fired_total{route=\"double-alone\",timer=\"reply\"}"))
				.isEqualTo(1);
		}
	}

}
