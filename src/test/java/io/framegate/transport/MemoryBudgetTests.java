package io.framegate.transport;

import io.framegate.transport.MemoryBudget.Level;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is counted of what connections hold, and from when it is too much.
 */
class MemoryBudgetTests {

	private static final long LIMIT = 10_000_000;

	private final MemoryBudget budget = new MemoryBudget(LIMIT);

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
	void longArraysTakeWholeRegions() {
		assertThat(MemoryBudget.cost(1000)).isEqualTo(1000);
		assertThat(MemoryBudget.cost(32 << 20)).isGreaterThan(32 << 20);
	}

}
