package io.framegate.link;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

import io.framegate.closure.Cause;
import io.framegate.closure.CloseReason;
import io.framegate.exchange.Exchange;
import io.framegate.testkit.TestUpstream;
import io.framegate.transport.TestClock;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which keys a correlated link uses, and when one may be used again.
 */
class CorrelatedLinkTests {

	private static final Cause TIMEOUT = Cause.byGateway(CloseReason.REPLY_TIMEOUT, "reply timer ran out");

	private final BlockingQueue<String> received = new LinkedBlockingQueue<>();

	private final TestUpstream server = TestUpstream.handling((peer) -> {
		for (String line = peer.readLineOrEof(); line != null; line = peer.readLineOrEof()) {
			this.received.add(line);
		}
	});

	private final TestClock clock = new TestClock();

	private TestLinks owner;

	private PermanentLinks links;

	@AfterEach
	void close() {
		this.owner.close();
		this.server.close();
	}

	/** Keys are one digit. */
	private void begin(boolean rewrite) {
		this.owner = new TestLinks(new TreeMap<>(Map.of("upstream.targets", this.server.address(), "upstream.sharing",
				"correlated", "upstream.correlation.regex-request", "^(.)", "upstream.correlation.regex-reply", "^(.)",
				"upstream.correlation.rewrite", Boolean.toString(rewrite))), this.clock);
		this.links = this.owner.opened(1);
	}

	private void inLoop(Runnable task) {
		this.owner.connections().inLoop(task);
	}

	private void reply(String line) {
		this.server.connections().getFirst().sendLine(line);
	}

	private Link link() {
		return this.links.all().getFirst();
	}

	private Exchange exchange(String request) {
		return this.owner.exchange(this.owner.client(1), request);
	}

	@Test
	void keyOfTheGatewaysIsFreeAgainOnceItsReplyIsThere() throws InterruptedException {
		begin(true);
		Exchange waiting = exchange("x waits");
		inLoop(() -> {
			for (int i = 0; i < 10; i++) {
				this.owner.send(link(), exchange("x request"));
			}
			assertThat(link().hasRoomFor(waiting)).isFalse();
			assertThat(link().hasRoomFor(waiting)).isFalse();
			assertThat(link().keyWait(waiting)).isEqualTo("every key that correlation.key-range allows is in use");
		});
		reply(this.received.take().substring(0, 1) + " reply");
		Awaitility.await().untilAsserted(() -> assertThat(this.owner.ended()).containsExactly("x request: x reply"));
		inLoop(() -> {
			assertThat(link().hasRoomFor(waiting)).isTrue();
			assertThat(link().keyWait(waiting)).isNull();
			this.owner.send(link(), waiting);
			assertThat(link().hasRoomFor(exchange("x another"))).isFalse();
		});
	}

	@Test
	void clientsKeyIsUsedByOneRequestAtATime() {
		begin(false);
		inLoop(() -> {
			this.owner.send(link(), exchange("1 request"));
			assertThat(link().hasRoomFor(exchange("1 again"))).isFalse();
			assertThat(link().keyWait(exchange("1 again"))).startsWith("an earlier request has the same");
			assertThat(link().hasRoomFor(exchange("2 request"))).isTrue();
			assertThat(link().keyWait(exchange("2 request"))).isNull();
		});
		reply("1 reply");
		Awaitility.await().untilAsserted(() -> assertThat(this.owner.ended()).containsExactly("1 request: 1 reply"));
		inLoop(() -> assertThat(link().hasRoomFor(exchange("1 again"))).isTrue());
	}

	/** It waited for its key while a later one was sent. */
	@Test
	void replyTimerRunsSinceTheOldestRequestWasMade() {
		begin(false);
		Exchange waited = this.owner.exchange(this.owner.client(1).ago(8000), "1 waited");
		inLoop(() -> {
			this.owner.send(link(), this.owner.exchange(this.owner.client(1).ago(2000), "2 younger"));
			this.owner.send(link(), waited);
			this.owner.send(link(), this.owner.exchange(this.owner.client(1).ago(5000), "3 younger"));
			assertThat(link().awaitingReplySince()).isEqualTo(waited.createdAt());
		});
	}

	/** Replies are waited for ten seconds. */
	@Test
	void keyThatWasGivenUpRestsUntilItsReplyComes() {
		begin(false);
		inLoop(() -> {
			this.owner.send(link(), this.owner.exchange(this.owner.client(1).ago(10_000), "1 late"));
			this.owner.send(link(), this.owner.exchange(this.owner.client(1).ago(5000), "2 in time"));
			link().failed(link().connection(), TIMEOUT);
			assertThat(this.owner.ended()).containsExactly("1 late: REPLY_TIMEOUT");
			assertThat(link().hasGivenUp()).isTrue();
			assertThat(link().isOpen()).isTrue();
			assertThat(link().hasRoomFor(exchange("1 again"))).isFalse();
			assertThat(link().hasGivenUpKeyOf(exchange("1 again"))).isTrue();
			assertThat(link().hasGivenUpKeyOf(exchange("2 again"))).isFalse();
			assertThat(link().hasGivenUpKeyOf(exchange("3 other"))).isFalse();
		});
		reply("1 reply");
		reply("2 reply");
		Awaitility.await()
			.untilAsserted(() -> assertThat(this.owner.ended()).containsExactly("1 late: REPLY_TIMEOUT",
					"2 in time: 2 reply"));
		assertThat(this.owner.connections()
			.meters()
			.get("framegate.replies.discarded")
			.tag("cause", "late")
			.functionCounter()
			.count()).isEqualTo(1);
		inLoop(() -> {
			assertThat(link().hasGivenUp()).isFalse();
			assertThat(link().hasRoomFor(exchange("1 again"))).isTrue();
		});
	}

	@Test
	void keyThatWasGivenUpRestsAsLongAsAReplyMayTake() {
		begin(false);
		inLoop(() -> {
			this.owner.send(link(), this.owner.exchange(this.owner.client(1).ago(10_000), "1 late"));
			link().failed(link().connection(), TIMEOUT);
			long given = this.clock.getAsLong();
			link().sweep(given + 9_999_999_999L);
			assertThat(link().hasGivenUp()).isTrue();
			link().sweep(given + 10_000_000_000L);
			assertThat(link().hasGivenUp()).isFalse();
		});
	}

	@Test
	void frameThatMatchesNothingIsNoReply() {
		begin(false);
		reply("7 of its own accord");
		Awaitility.await()
			.untilAsserted(() -> assertThat(this.owner.unsolicited()).containsExactly("7 of its own accord"));
		inLoop(() -> assertThat(link().isOpen()).isTrue());
	}

}
