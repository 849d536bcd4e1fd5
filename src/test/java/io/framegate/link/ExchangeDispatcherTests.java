package io.framegate.link;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;

import io.framegate.closure.Cause;
import io.framegate.closure.CloseReason;
import io.framegate.testkit.TestPorts;
import io.framegate.testkit.TestUpstream;
import io.framegate.transport.TestClock;
import io.framegate.upstream.TargetState;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which exchanges wait, for what, and how long. The servers never answer.
 */
class ExchangeDispatcherTests {

	private static final Cause STOPS = Cause.byGateway(CloseReason.SHUTDOWN, "as the test wants it");

	private final TestUpstream server = TestUpstream.sink();

	private final TestClock clock = new TestClock();

	private final List<ExchangeDispatcher> dispatchers = new ArrayList<>();

	private TestLinks owner;

	@AfterEach
	void close() {
		inLoop(() -> this.dispatchers.forEach((dispatcher) -> dispatcher.stop(STOPS, this.clock.getAsLong())));
		this.owner.close();
		this.server.close();
	}

	private void inLoop(Runnable task) {
		this.owner.connections().inLoop(task);
	}

	private void begin(String... properties) {
		Map<String, String> all = new TreeMap<>(
				Map.of("upstream.targets", this.server.address(), "upstream.pool.rest", "0s"));
		for (String property : properties) {
			all.put(property.substring(0, property.indexOf('=')), property.substring(property.indexOf('=') + 1));
		}
		this.owner = new TestLinks(all, this.clock);
	}

	private ExchangeDispatcher dispatcher(int quota) {
		ExchangeDispatcher dispatcher = this.owner.dispatcher(quota);
		this.dispatchers.add(dispatcher);
		inLoop(dispatcher::start);
		return dispatcher;
	}

	private void submit(ExchangeDispatcher to, TestLinks.Client client, int count) {
		inLoop(() -> {
			for (int i = 0; i < count; i++) {
				to.submit(this.owner.exchange(client, "request"));
			}
		});
	}

	private void awaitWaiting(ExchangeDispatcher dispatcher, int count) {
		Awaitility.await().untilAsserted(() -> inLoop(() -> assertThat(dispatcher.waiting()).isEqualTo(count)));
	}

	/** Waits until every dispatcher has looked at the time again. */
	private void awaitSweeps() {
		CountDownLatch swept = new CountDownLatch(2);
		Runnable sweeper = swept::countDown;
		this.owner.loop().addSweeper(sweeper);
		Awaitility.await().until(() -> swept.getCount() == 0);
		this.owner.loop().removeSweeper(sweeper);
	}

	/** A client alone may have 64 places on an ordered link. */
	@Test
	void clientThatWaitsForItsOwnKeepsNobodyElseWaiting() {
		begin("upstream.sharing=ordered");
		ExchangeDispatcher dispatcher = dispatcher(1);
		TestLinks.Client greedy = this.owner.client(1);
		submit(dispatcher, greedy, 66);
		awaitWaiting(dispatcher, 2);
		inLoop(() -> {
			TestLinks.Client other = this.owner.client(2);
			dispatcher.submit(this.owner.exchange(other, "request"));
			assertThat(dispatcher.waiting()).isEqualTo(2);
			assertThat(other.onLane()).hasValue(1);
			dispatcher.submit(this.owner.exchange(greedy, "request"));
			assertThat(dispatcher.waiting()).isEqualTo(3);
			assertThat(greedy.onLane()).hasValue(64);
		});
	}

	/** An exclusive link carries one. */
	@Test
	void whoComesLaterWaitsForAnExclusiveLink() {
		begin();
		ExchangeDispatcher dispatcher = dispatcher(2);
		assertThat(dispatcher.hasRoom()).isTrue();
		for (int client = 1; client <= 5; client++) {
			submit(dispatcher, this.owner.client(client), 1);
		}
		awaitWaiting(dispatcher, 3);
		assertThat(dispatcher.hasRoom()).isFalse();
		assertThat(dispatcher.isCrowded()).isTrue();
		assertThat(this.owner.count()).isEqualTo(2);
		assertThat(this.owner.ended()).isEmpty();
	}

	@Test
	void crowdedDispatcherGivesOneToAnotherThatHasRoom() {
		begin();
		ExchangeDispatcher crowded = dispatcher(1);
		ExchangeDispatcher idle = dispatcher(1);
		submit(crowded, this.owner.client(1), 1);
		submit(crowded, this.owner.client(2), 1);
		submit(crowded, this.owner.client(3), 1);
		awaitWaiting(crowded, 2);
		assertThat(crowded.isCrowded()).isTrue();
		inLoop(() -> crowded.giveOne(idle));
		awaitWaiting(crowded, 1);
		Awaitility.await().untilAsserted(() -> assertThat(this.owner.count()).isEqualTo(2));
		awaitWaiting(idle, 0);
	}

	@Test
	void dispatcherThatHasRoomGivesNothingAway() {
		begin();
		ExchangeDispatcher dispatcher = dispatcher(3);
		ExchangeDispatcher idle = dispatcher(1);
		inLoop(() -> {
			dispatcher.submit(this.owner.exchange(this.owner.client(1), "request"));
			assertThat(dispatcher.waiting()).isEqualTo(1);
			dispatcher.giveOne(idle);
			assertThat(dispatcher.waiting()).isEqualTo(1);
		});
	}

	@Test
	void whatWaitsFailsWhereTheDispatcherStops() {
		begin();
		ExchangeDispatcher dispatcher = dispatcher(1);
		submit(dispatcher, this.owner.client(1), 1);
		awaitWaiting(dispatcher, 0);
		submit(dispatcher, this.owner.client(2), 1);
		inLoop(() -> {
			dispatcher.stop(STOPS, this.clock.getAsLong());
			assertThat(this.owner.ended()).containsExactly("request: SHUTDOWN");
			dispatcher.submit(this.owner.exchange(this.owner.client(3), "later"));
			assertThat(this.owner.ended()).containsExactly("request: SHUTDOWN", "later: SHUTDOWN");
			assertThat(dispatcher.waiting()).isZero();
		});
	}

	/**
	 * How long a request may wait for a link, and how long it has waited. Replies are
	 * waited for ten seconds.
	 */
	@ParameterizedTest
	@CsvSource({ "5s, 5000, OVERLOAD", "5s, 9999, OVERLOAD", "5s, 10000, REPLY_TIMEOUT", "0s, 10000, REPLY_TIMEOUT",
			"1h, 10000, REPLY_TIMEOUT" })
	void whatWaitsTooLongFails(String limit, long millis, CloseReason reason) {
		begin("upstream.pool.max-wait=" + limit);
		ExchangeDispatcher dispatcher = dispatcher(1);
		submit(dispatcher, this.owner.client(1), 1);
		awaitWaiting(dispatcher, 0);
		submit(dispatcher, this.owner.client(2).ago(millis), 1);
		Awaitility.await().untilAsserted(() -> assertThat(this.owner.ended()).containsExactly("request: " + reason));
		awaitWaiting(dispatcher, 0);
	}

	@ParameterizedTest
	@CsvSource({ "5s, 4999", "0s, 9999", "1h, 9999" })
	void whatWaitsNotTooLongGoesOnWaiting(String limit, long millis) {
		begin("upstream.pool.max-wait=" + limit);
		ExchangeDispatcher dispatcher = dispatcher(1);
		submit(dispatcher, this.owner.client(1), 1);
		awaitWaiting(dispatcher, 0);
		submit(dispatcher, this.owner.client(2).ago(millis), 1);
		awaitSweeps();
		assertThat(this.owner.ended()).isEmpty();
		awaitWaiting(dispatcher, 1);
	}

	/** Its requests wait for its own earlier ones, and not for a link. */
	@Test
	void clientWhoseRequestsAreServedIsNotLimitedByThePool() {
		begin("upstream.sharing=ordered");
		ExchangeDispatcher dispatcher = dispatcher(1);
		TestLinks.Client client = this.owner.client(1);
		submit(dispatcher, client, 1);
		awaitWaiting(dispatcher, 0);
		submit(dispatcher, client.ago(6000), 64);
		awaitWaiting(dispatcher, 1);
		awaitSweeps();
		assertThat(this.owner.ended()).isEmpty();
		awaitWaiting(dispatcher, 1);
	}

	@Test
	void whyNoLinkCouldBeHadIsTold() {
		begin("upstream.targets=127.0.0.1:" + TestPorts.refused());
		ExchangeDispatcher dispatcher = dispatcher(1);
		submit(dispatcher, this.owner.client(1).ago(4000), 1);
		TargetState target = this.owner.connector().targets().all().getFirst();
		Awaitility.await().until(() -> target.status() != TargetState.Status.UNKNOWN);
		inLoop(() -> assertThat(this.owner.ended()).isEmpty());
		this.clock.pass(1000);
		Awaitility.await()
			.untilAsserted(() -> assertThat(this.owner.ended()).containsExactly("request: UPSTREAM_REFUSED"));
	}

}
