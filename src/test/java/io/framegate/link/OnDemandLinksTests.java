package io.framegate.link;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;

import io.framegate.closure.Cause;
import io.framegate.closure.CloseReason;
import io.framegate.exchange.Exchange;
import io.framegate.exchange.FairQueue;
import io.framegate.testkit.TestPorts;
import io.framegate.testkit.TestUpstream;
import io.framegate.timeout.Timeout;
import io.framegate.transport.TestClock;
import io.framegate.upstream.TargetState;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * When exclusive links are opened, which is taken, and when one is not kept.
 */
class OnDemandLinksTests {

	private static final Cause RETIRED = Cause.byGateway(CloseReason.RETIRED, "as the test wants it");

	private final CountDownLatch mayClose = new CountDownLatch(1);

	private final TestUpstream server = TestUpstream.handling((peer) -> {
		peer.awaitEof();
		this.mayClose.await();
	});

	private final TestClock clock = new TestClock();

	private TestLinks owner;

	private OnDemandLinks links;

	@AfterEach
	void close() {
		this.mayClose.countDown();
		this.owner.close();
		this.server.close();
	}

	private void begin(int quota, String... properties) {
		Map<String, String> all = new TreeMap<>(
				Map.of("upstream.targets", this.server.address(), "upstream.pool.rest", "0s"));
		for (String property : properties) {
			all.put(property.substring(0, property.indexOf('=')), property.substring(property.indexOf('=') + 1));
		}
		this.owner = new TestLinks(all, this.clock);
		this.links = this.owner.onDemand(quota);
	}

	private void inLoop(Runnable task) {
		this.owner.connections().inLoop(task);
	}

	/** Opens links for exchanges that wait, and waits until they are there. */
	private void open(int count) {
		inLoop(() -> this.links.openFor(this.owner.waiting(count)));
		Awaitility.await()
			.untilAsserted(() -> assertThat(this.owner.told().stream().filter("established"::equals)).hasSize(count));
	}

	private Exchange exchange(int client) {
		return this.owner.exchange(this.owner.client(client), "01 request");
	}

	/** How many exchanges wait, how many links there may be, how many are opened. */
	@ParameterizedTest
	@CsvSource({ "1, 4, 1", "3, 4, 3", "3, 2, 2" })
	void asManyAreOpenedAsAreNeeded(int waiting, int quota, int opened) {
		begin(quota);
		inLoop(() -> {
			this.links.openFor(this.owner.waiting(waiting));
			assertThat(this.links.all()).hasSize(opened);
			// They are on their way.
			this.links.openFor(this.owner.waiting(waiting));
			assertThat(this.links.all()).hasSize(opened);
			assertThat(this.links.room(waiting)).isEqualTo(quota - opened - waiting);
			assertThat(this.links.hasFree()).isFalse();
		});
		Awaitility.await()
			.untilAsserted(() -> assertThat(this.owner.told().stream().filter("established"::equals)).hasSize(opened));
		inLoop(() -> {
			assertThat(this.links.hasFree()).isTrue();
			assertThat(this.links.room(0)).isEqualTo(quota);
		});
	}

	@Test
	void linkThatRestsAfterItWasOpenedIsOnItsWay() {
		begin(4, "upstream.pool.rest=1m");
		open(1);
		inLoop(() -> {
			assertThat(this.links.hasFree()).isFalse();
			assertThat(this.links.choose(exchange(1))).isNull();
			this.links.openFor(this.owner.waiting(1));
			assertThat(this.links.all()).hasSize(1);
			assertThat(this.owner.told()).contains("dispatch later");
			this.links.openFor(this.owner.waiting(2));
			assertThat(this.links.all()).hasSize(2);
		});
	}

	@Test
	void placeIsTakenUntilTheConnectionIsClosed() {
		begin(1);
		open(1);
		inLoop(() -> {
			this.links.retire(this.links.all().getFirst(), RETIRED);
			assertThat(this.links.all()).isEmpty();
			assertThat(this.links.room(0)).isZero();
			this.links.openFor(this.owner.waiting(1));
			assertThat(this.links.all()).isEmpty();
		});
		assertThat(this.owner.count()).isEqualTo(1);
		this.mayClose.countDown();
		Awaitility.await().untilAsserted(() -> assertThat(this.owner.count()).isZero());
		inLoop(() -> {
			assertThat(this.links.room(0)).isEqualTo(1);
			this.links.openFor(this.owner.waiting(1));
			assertThat(this.links.all()).hasSize(1);
		});
	}

	@Test
	void linkThatWasFreeForLongestIsTaken() {
		begin(2);
		open(2);
		inLoop(() -> {
			Link first = this.links.choose(exchange(1));
			this.owner.send(first, exchange(1));
			Link second = this.links.choose(exchange(2));
			assertThat(second).isNotNull().isNotSameAs(first);
			this.links.taken(second);
			assertThat(this.links.choose(exchange(3))).isNull();
			assertThat(this.links.hasFree()).isFalse();
			this.links.freed(second);
			assertThat(this.links.choose(exchange(3))).isSameAs(second);
		});
	}

	/** A limit, in which a millisecond more or less decides. */
	@ParameterizedTest
	@CsvSource({ "10s, -1, false", "10s, 0, true", "0s, 1000000, false" })
	void linkThatIsFreeForTooLongIsNotKept(String limit, long millisMore, boolean ends) {
		begin(1, "upstream.pool.max-idle=" + limit);
		open(1);
		inLoop(() -> {
			Link link = this.links.all().getFirst();
			this.links.sweep(link.idleSince() + Duration.ofSeconds(10).plusMillis(millisMore).toNanos());
			assertThat(this.links.all()).hasSize(ends ? 0 : 1);
			assertThat(this.links.room(0)).as("the place of one that ends").isEqualTo(ends ? 0 : 1);
			if (ends) {
				assertThat(link.connection().cause())
					.isEqualTo(Cause.byGateway(CloseReason.IDLE_TIMEOUT, "pool.max-idle (10s)"));
			}
		});
	}

	@Test
	void linkThatCarriesAnExchangeIsNotIdle() {
		begin(1, "upstream.pool.max-idle=10s");
		open(1);
		inLoop(() -> {
			Link link = this.links.all().getFirst();
			this.owner.send(link, exchange(1));
			this.links.sweep(link.idleSince() + Duration.ofSeconds(11).toNanos());
			assertThat(this.links.all()).containsExactly(link);
		});
	}

	@Test
	void linksOfATargetThatIsNoneAnyMoreAreNotKept() {
		begin(1);
		open(1);
		inLoop(() -> {
			Link link = this.links.all().getFirst();
			this.owner.connector().change(List.of());
			this.links.sweep(this.clock.getAsLong());
			assertThat(this.links.all()).isEmpty();
			assertThat(link.connection().cause())
				.isEqualTo(Cause.byGateway(CloseReason.RETIRED, "not a target any more"));
		});
	}

	/** Ten minutes of rest after it was opened, in milliseconds. */
	@ParameterizedTest
	@CsvSource({ "599999, false", "600000, true" })
	void linkRestsTenTimesAsLongAfterItWasOpened(long millis, boolean over) {
		begin(1, "upstream.pool.rest=1m");
		open(1);
		this.clock.pass(millis);
		inLoop(() -> assertRested(over));
	}

	@ParameterizedTest
	@CsvSource({ "59999, false", "60000, true" })
	void linkRestsAfterAnExchange(long millis, boolean over) {
		try (TestUpstream answers = TestUpstream.lineEcho()) {
			begin(1, "upstream.pool.rest=1m", "upstream.targets=" + answers.address());
			open(1);
			this.clock.pass(600_000);
			inLoop(() -> {
				Link link = this.links.choose(exchange(1));
				this.owner.send(link, exchange(1));
				assertThat(this.links.choose(exchange(2))).isNull();
			});
			Awaitility.await().until(() -> this.owner.told().contains("idle"));
			this.clock.pass(millis);
			inLoop(() -> assertRested(over));
		}
	}

	/**
	 * Keys that were answered, one a second, and what is left of a minute for the next.
	 */
	@ParameterizedTest
	@CsvSource({ "01, 01, 60", "01, 02, 0", "01 02, 01, 59", "01 02 03, 01, 58", "01 01 02, 01, 59" })
	void linkRestsTowardsRequestsWithAKeyThatWasJustAnswered(String answered, String next, long seconds) {
		try (TestUpstream answers = TestUpstream.lineEcho()) {
			beginKeyed(answers);
			for (String key : answered.split(" ")) {
				answer(key);
			}
			inLoop(() -> {
				// It may have room for some other key.
				assertThat(this.links.hasFree()).isTrue();
				assertThat(this.links.choose(keyed(next)) != null).isEqualTo(seconds == 0);
				assertThat(this.owner.told().contains("dispatch later")).isEqualTo(seconds > 0);
			});
			this.clock.pass(seconds * 1000 - 1);
			inLoop(() -> assertThat(this.links.choose(keyed(next)) != null).isEqualTo(seconds == 0));
			this.clock.pass(1);
			inLoop(() -> assertThat(this.links.choose(keyed(next))).isNotNull());
		}
	}

	/** So many keys are kept; before, it might have been any. */
	@Test
	void linkThatHasAnsweredTooManyKeysRestsTowardsAll() {
		try (TestUpstream answers = TestUpstream.lineEcho()) {
			beginKeyed(answers);
			for (int i = 10; i < 42; i++) {
				answer(String.valueOf(i));
			}
			inLoop(() -> assertThat(this.links.choose(keyed("99"))).isNull());
			this.clock.pass(28_000);
			inLoop(() -> assertThat(this.links.choose(keyed("99"))).isNull());
			this.clock.pass(1_000);
			inLoop(() -> assertThat(this.links.choose(keyed("99"))).isNotNull());
		}
	}

	/** A long queue of equal keys is not searched again and again. */
	@Test
	void linkIsNotFreeOnceManyRequestsHaveOneKey() {
		try (TestUpstream answers = TestUpstream.lineEcho()) {
			beginKeyed(answers);
			answer("01");
			inLoop(() -> {
				for (int i = 0; i < 64; i++) {
					assertThat(this.links.hasFree()).isTrue();
					assertThat(this.links.choose(keyed("01"))).isNull();
				}
				assertThat(this.links.hasFree()).isFalse();
				this.links.sweep(this.clock.getAsLong());
				assertThat(this.links.hasFree()).isTrue();
			});
		}
	}

	/** One link that rests a minute and has rested after it was opened. */
	private void beginKeyed(TestUpstream answers) {
		begin(1, "upstream.pool.rest=1m", "upstream.pool.max-idle=0s", "upstream.correlation.offset=0",
				"upstream.correlation.length=2", "upstream.targets=" + answers.address());
		open(1);
		inLoop(() -> assertThat(this.links.hasFree()).isFalse());
		this.clock.pass(60_000);
	}

	private Exchange keyed(String key) {
		return this.owner.exchange(this.owner.client(1), key + " request");
	}

	/** Has a request answered, a second after the one before. */
	private void answer(String key) {
		this.clock.pass(1_000);
		this.owner.told().clear();
		inLoop(() -> this.owner.send(this.links.all().getFirst(), keyed(key)));
		Awaitility.await().until(() -> this.owner.told().contains("idle"));
		this.owner.told().clear();
	}

	/** What is read later may be handled first, so time can go back by a little. */
	@Test
	void linkWithoutARestIsFreeAtOnce() {
		begin(1);
		open(1);
		this.clock.pass(-1);
		inLoop(() -> assertRested(true));
	}

	private void assertRested(boolean over) {
		this.owner.told().clear();
		assertThat(this.links.hasFree()).isEqualTo(over);
		assertThat(this.links.choose(exchange(1)) != null).isEqualTo(over);
		assertThat(this.owner.told()).hasSize(over ? 0 : 1);
	}

	/** A link whose server ends it unused within a second was of no use. */
	@ParameterizedTest
	@CsvSource({ "0, false", "999, false", "1000, true" })
	void linkHasLastedAfterASecond(long millis, boolean lasted) {
		begin(1);
		open(1);
		this.clock.pass(millis);
		inLoop(() -> assertThat(this.links.all().getFirst().hasLasted()).isEqualTo(lasted));
	}

	/** The first pause is 50 to 100 ms. */
	@Test
	void nextIsOpenedAfterAPauseOnceOneHasFailed() {
		begin(1, "upstream.targets=127.0.0.1:" + TestPorts.refused());
		inLoop(() -> this.links.openFor(this.owner.waiting(1)));
		Awaitility.await().until(() -> this.owner.told().contains("connect failed"));
		inLoop(() -> {
			this.links.openFor(this.owner.waiting(1));
			assertThat(this.links.all()).isEmpty();
			this.clock.pass(49);
			this.links.openFor(this.owner.waiting(1));
			assertThat(this.links.all()).isEmpty();
			this.clock.pass(51);
			this.links.openFor(this.owner.waiting(1));
			assertThat(this.links.all()).hasSize(1);
		});
	}

	/** The place of a connection that is closing is needed after ten seconds. */
	@ParameterizedTest
	@CsvSource({ "-1, false", "0, true" })
	void connectionThatTakesLongToCloseIsAborted(long millisMore, boolean aborted) {
		begin(1);
		open(1);
		inLoop(() -> {
			Link link = this.links.all().getFirst();
			this.links.retire(link, RETIRED);
			long since = link.connection().lastActivity();
			this.links.sweep(since + Timeout.DRAIN.byDefault().toNanos() + Duration.ofMillis(millisMore).toNanos());
			assertThat(link.connection().isCut()).isEqualTo(aborted);
		});
		if (aborted) {
			Awaitility.await().untilAsserted(() -> assertThat(this.owner.count()).isZero());
		}
	}

	/** How long the links to another target were not needed, and how many go. */
	@ParameterizedTest
	@CsvSource({ "999, 0", "1000, 1" })
	void linkThatIsNotNeededMakesRoomForOneToAnotherTarget(long millis, int retired) {
		try (TestUpstream second = TestUpstream.sink()) {
			begin(4, "upstream.balance=source-hash",
					"upstream.targets=" + this.server.address() + "," + second.address());
			List<TargetState> targets = this.owner.connector().targets().all();
			for (int i = 0; i < 2; i++) {
				openTo(targets.getFirst(), 2 * i + 1);
				openTo(targets.getLast(), 2 * i + 2);
			}
			this.clock.pass(millis);
			inLoop(() -> {
				this.links.openFor(waitingFor(targets.getFirst()));
				assertThat(this.links.retired()).hasSize(retired)
					.allMatch((link) -> link.target() == targets.getLast());
				// Its place is there once it is closed.
				this.links.openFor(waitingFor(targets.getFirst()));
				assertThat(this.links.retired()).hasSize(retired);
				assertThat(this.links.all()).hasSize(4 - retired);
			});
		}
	}

	private void openTo(TargetState target, int count) {
		inLoop(() -> this.links.openFor(waitingFor(target)));
		Awaitility.await()
			.untilAsserted(() -> assertThat(this.owner.told().stream().filter("established"::equals)).hasSize(count));
		inLoop(() -> assertThat(this.links.all().getLast().target()).isSameAs(target));
	}

	/** A request of a client that belongs to a target. */
	private FairQueue waitingFor(TargetState target) {
		FairQueue waiting = new FairQueue();
		int client = 1;
		while (this.owner.connector().targets().home(this.owner.client(client).address()) != target) {
			client++;
		}
		waiting.add(exchange(client));
		return waiting;
	}

}
