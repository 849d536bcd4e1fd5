package io.framegate.link;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

import io.framegate.exchange.Exchange;
import io.framegate.testkit.TestUpstream;
import io.framegate.transport.TestClock;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How long an ordered link waits for replies. They may take ten seconds.
 */
class OrderedLinkTests {

	private final TestClock clock = new TestClock();

	private final BlockingQueue<String> received = new LinkedBlockingQueue<>();

	private final TestUpstream server = TestUpstream.handling((peer) -> {
		for (String line = peer.readLineOrEof(); line != null; line = peer.readLineOrEof()) {
			this.received.add(line);
		}
	});

	private TestLinks owner;

	private Link link;

	@BeforeEach
	void open() {
		this.owner = new TestLinks(Map.of("upstream.targets", this.server.address(), "upstream.sharing", "ordered"),
				this.clock);
		this.link = this.owner.opened(1).all().getFirst();
	}

	@AfterEach
	void close() {
		this.owner.close();
		this.server.close();
	}

	private void inLoop(Runnable task) {
		this.owner.connections().inLoop(task);
	}

	/** Sends a request that came some time ago, and waits until the server has it. */
	private Exchange send(String request, long millisAgo) throws InterruptedException {
		Exchange exchange = this.owner.exchange(this.owner.client(1).ago(millisAgo), request);
		inLoop(() -> this.owner.send(this.link, exchange));
		assertThat(this.received.take()).isEqualTo(request);
		return exchange;
	}

	private void reply(String line, int count) {
		this.server.connections().getFirst().sendLine(line);
		Awaitility.await().untilAsserted(() -> assertThat(this.owner.ended()).hasSize(count));
	}

	private long awaiting() {
		return this.owner.connections().inLoop(() -> this.link.awaitingReplySince());
	}

	private void sweep() {
		inLoop(() -> this.link.sweep(this.clock.getAsLong()));
	}

	@Test
	void replyIsAwaitedSinceItsRequestWasSentOrTheOneBeforeItWasAnswered() throws InterruptedException {
		assertThat(awaiting()).isZero();
		long begin = this.clock.getAsLong();
		send("01 first", 3000);
		this.clock.pass(10);
		send("02 second", 0);
		assertThat(awaiting()).isEqualTo(begin);
		this.clock.pass(20);
		reply("first reply", 1);
		assertThat(awaiting() - begin).isEqualTo(Duration.ofMillis(30).toNanos());
		reply("second reply", 2);
		assertThat(awaiting()).isZero();
		this.clock.pass(40);
		send("03 third", 0);
		assertThat(awaiting() - begin).isEqualTo(Duration.ofMillis(70).toNanos());
	}

	/**
	 * How long ago a request came when it was sent, how long ago it was sent, and whether
	 * it is given up: not if the server owes any reply for as long, because then it may
	 * be dead.
	 */
	@ParameterizedTest
	@CsvSource({ "9999, 0, false", "10000, 0, true", "9000, 999, false", "9000, 1000, true", "5000, 9999, true",
			"5000, 10000, false" })
	void requestThatWaitedLongBehindOthersIsGivenUp(long before, long after, boolean givenUp)
			throws InterruptedException {
		Exchange late = send("01 late", before);
		Exchange other = send("02 other", 0);
		this.clock.pass(after);
		sweep();
		sweep();
		assertThat(late.isGivenUp()).isEqualTo(givenUp);
		assertThat(other.isGivenUp()).isFalse();
		assertThat(this.owner.ended()).hasSize(givenUp ? 1 : 0);
		inLoop(() -> assertThat(this.link.exchangesInFlight()).containsExactly(late, other));
		if (givenUp) {
			assertThat(this.owner.ended()).containsExactly("01 late: REPLY_TIMEOUT");
			// The place of its reply is kept.
			this.server.connections().getFirst().sendLine("late reply");
			reply("other reply", 2);
			assertThat(this.owner.ended()).containsExactly("01 late: REPLY_TIMEOUT", "02 other: other reply");
		}
	}

}
