package io.framegate.transport;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.framegate.transport.MemoryBudget.Level;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is counted of what connections hold, and from when it is too much.
 */
class MemoryBudgetTests {

	private static final long LIMIT = 10_000_000;

	private static final long SECOND = 1_000_000_000;

	private final TestClock clock = new TestClock();

	private final MemoryBudget budget = new MemoryBudget(LIMIT, this.clock);

	private final MemoryAccount one = new MemoryAccount(this.budget);

	private final MemoryAccount two = new MemoryAccount(this.budget);

	@Test
	void levelRisesAndFallsWithSomeDistance() {
		this.one.change(LIMIT / 100 * 78);
		assertThat(this.budget.level()).isEqualTo(Level.CALM);
		this.two.change(LIMIT / 100 * 3);
		assertThat(this.budget.level()).isEqualTo(Level.NEAR);
		assertThat(this.budget.isOverloaded()).isTrue();
		this.two.change(LIMIT / 100 * 10);
		assertThat(this.budget.level()).isEqualTo(Level.FULL);
		this.one.change(-LIMIT / 100 * 3);
		assertThat(this.budget.level()).isEqualTo(Level.FULL);
		this.one.change(-LIMIT / 100 * 5);
		assertThat(this.budget.level()).isEqualTo(Level.NEAR);
		this.one.change(-LIMIT / 100 * 20);
		assertThat(this.budget.level()).isEqualTo(Level.CALM);
		assertThat(this.budget.isOverloaded()).isFalse();
	}

	@Test
	void loopsTogetherGetNoMoreThanThereIs() {
		assertThat(this.one.tryTake(6_000_000)).isTrue();
		assertThat(this.two.tryTake(5_000_000)).isFalse();
		assertThat(this.two.tryTake(4_000_000)).isTrue();
		assertThat(this.one.tryTake(1)).isFalse();
		this.two.change(-4_000_000);
		assertThat(this.one.tryTake(3_900_000)).isTrue();
	}

	@Test
	void whatIsHeldIsCountedToTheByteOnceLoopsHaveSettled() {
		for (int i = 0; i < 1000; i++) {
			this.one.change(1234);
			this.two.change(77);
		}
		for (int i = 0; i < 1000; i++) {
			this.one.change(-1230);
		}
		this.one.settle();
		this.two.settle();
		assertThat(this.budget.used()).isEqualTo(4 * 1000 + 77 * 1000);
	}

	@Test
	void connectionThatIsClosedKeepsWhatItsExchangesHold() {
		HeldMemory held = new HeldMemory(this.one);
		held.opened();
		held.input(100);
		held.output(50);
		held.exchanges(7);
		assertThat(held.total()).isEqualTo(157);
		held.closed();
		held.input(1000);
		this.one.settle();
		assertThat(this.budget.used()).isEqualTo(7);
		held.exchanges(-7);
		this.one.settle();
		assertThat(this.budget.used()).isZero();
	}

	@Test
	void onlyAnOpenConnectionsBuffersCount() {
		HeldMemory held = new HeldMemory(this.one);
		held.input(1000);
		held.output(1000);
		assertThat(held.total()).isZero();
		held.opened();
		held.output(3);
		held.closed();
		held.output(1000);
		assertThat(held.total()).isZero();
		this.one.settle();
		assertThat(this.budget.used()).isZero();
	}

	@Test
	void longArraysTakeWholeRegions() {
		assertThat(MemoryBudget.cost(1000)).isEqualTo(1000);
		assertThat(MemoryBudget.cost(32 << 20)).isGreaterThan(32 << 20);
	}

	/** Percent held, one after the other. */
	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			79          | CALM
			80          | NEAR
			89          | NEAR
			90          | FULL
			80 70       | NEAR
			80 69       | CALM
			90 85       | FULL
			90 84       | NEAR
			90 69       | CALM
			80 69 79    | CALM
			""")
	void levelHasItsBounds(String steps, Level level) {
		long before = 0;
		for (String step : steps.split(" ")) {
			long now = LIMIT / 100 * Long.parseLong(step);
			this.budget.reserve(now - before);
			before = now;
		}
		assertThat(this.budget.level()).isEqualTo(level);
	}

	@Test
	void allOfItMayBeReservedAndNotAByteMore() {
		assertThat(this.budget.tryReserve(LIMIT)).isTrue();
		assertThat(this.budget.tryReserve(1)).isFalse();
		this.budget.release(1);
		assertThat(this.budget.tryReserve(1)).isTrue();
		assertThat(this.budget.target(Level.NEAR)).isEqualTo(LIMIT / 100 * 80);
		assertThat(this.budget.target(Level.CALM)).isEqualTo(LIMIT / 100 * 65);
	}

	@Test
	void memoryIsStuckWhereItDoesNotComeBackForFiveSeconds() {
		this.clock.pass(60_000);
		long begin = this.clock.getAsLong();
		this.budget.reserve(LIMIT / 100 * 85);
		this.clock.pass(4000);
		this.budget.reserve(1);
		this.budget.release(1);
		assertThat(this.budget.isStuck(begin + 5 * SECOND - 1)).isFalse();
		assertThat(this.budget.isStuck(begin + 5 * SECOND)).isTrue();
		this.budget.release(LIMIT / 20);
		this.budget.sweep(begin + 4 * SECOND);
		assertThat(this.budget.isStuck(begin + 5 * SECOND)).as("too little came back").isTrue();
		this.budget.release(1);
		this.budget.sweep(begin + 4 * SECOND);
		assertThat(this.budget.isStuck(begin + 9 * SECOND - 1)).isFalse();
		assertThat(this.budget.isStuck(begin + 9 * SECOND)).isTrue();
		this.budget.release(LIMIT / 5);
		assertThat(this.budget.isStuck(begin + 60 * SECOND)).as("there is enough").isFalse();
	}

	@Test
	void shortMemoryIsToldOnceAndItsEndAfterTenQuietSeconds() {
		ListAppender<ILoggingEvent> log = new ListAppender<>();
		Logger logger = (Logger) LoggerFactory.getLogger(MemoryBudget.class);
		log.start();
		ch.qos.logback.classic.Level before = logger.getLevel();
		logger.setLevel(ch.qos.logback.classic.Level.INFO);
		logger.addAppender(log);
		try {
			long begin = System.nanoTime();
			this.budget.sweep(begin);
			this.budget.reserve(LIMIT / 100 * 85);
			this.budget.sweep(begin + SECOND);
			this.budget.sweep(begin + 20 * SECOND);
			assertThat(log.list).extracting(ILoggingEvent::getFormattedMessage)
				.singleElement()
				.asString()
				.startsWith("Memory is low: 8500000 of 10000000 bytes");
			this.budget.release(LIMIT / 100 * 30);
			this.budget.sweep(begin + 30 * SECOND - 1);
			assertThat(log.list).hasSize(1);
			this.budget.sweep(begin + 30 * SECOND);
			this.budget.sweep(begin + 40 * SECOND);
			assertThat(log.list).extracting(ILoggingEvent::getFormattedMessage)
				.hasSize(2)
				.last()
				.asString()
				.startsWith("Memory is sufficient again: 5500000 of 10000000 bytes");
		}
		finally {
			logger.detachAppender(log);
			logger.setLevel(before);
		}
	}

	@Test
	void patienceLastsFiveSeconds() {
		assertThat(this.budget.isPatienceOver(7 + 5 * SECOND - 1, 7)).isFalse();
		assertThat(this.budget.isPatienceOver(7 + 5 * SECOND, 7)).isTrue();
	}

	/** A connection that holds nothing takes 2,800 bytes. */
	@Test
	void crowdOfConnectionsThatHoldNothingIsTooMuchToo() {
		long room = Math.max(LIMIT, Runtime.getRuntime().maxMemory() / 10 * 9 - (48L << 20));
		long most = room / 100 * 65 / 2800;
		for (long i = 0; i < most; i++) {
			this.budget.opened();
		}
		assertThat(this.budget.isOverloaded()).isFalse();
		this.budget.opened();
		assertThat(this.budget.isOverloaded()).isTrue();
		this.budget.closed();
		assertThat(this.budget.isOverloaded()).isFalse();
	}

	@Test
	void biggestHolderOfAllLoopsIsKnown() {
		this.one.most(3);
		this.two.most(5);
		assertThat(this.budget.most()).isEqualTo(5);
		this.one.most(7);
		assertThat(this.budget.most()).isEqualTo(7);
	}

	@Test
	void whatIsHeldForOutputIsTakenBefore() {
		HeldMemory held = new HeldMemory(this.one);
		assertThat(held.tryOutput(2 * LIMIT)).as("not open").isTrue();
		held.opened();
		assertThat(held.tryOutput(LIMIT + 1)).isFalse();
		assertThat(held.total()).isZero();
		assertThat(held.tryOutput(LIMIT / 2)).isTrue();
		assertThat(held.total()).isEqualTo(LIMIT / 2);
		held.output(10);
		held.input(3);
		held.input(4);
		assertThat(held.tryExchanges(LIMIT)).isFalse();
		assertThat(held.tryExchanges(100)).isTrue();
		assertThat(held.total()).isEqualTo(114);
		this.one.settle();
		assertThat(this.budget.used()).isEqualTo(114);
		held.closed();
		held.closed();
		this.one.settle();
		assertThat(this.budget.used()).isEqualTo(100);
	}

}
