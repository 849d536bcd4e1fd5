package io.framegate.transport;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a loop reserves of the process's memory: here 1,000 bytes in advance.
 */
class MemoryAccountTests {

	private final MemoryBudget budget = new MemoryBudget(256_000);

	private final MemoryAccount account = new MemoryAccount(this.budget);

	/** Changes; {@code t} takes, {@code s} settles. */
	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			1                   | 1001
			1000                | 2000
			1 1000              | 1001
			1 1000 1            | 2002
			5000 -1000          | 6000
			5000 -1001          | 4999
			5000 -1001 s        | 3999
			5000 -5000          | 1000
			5000 -5000 s        | 0
			1 t1000             | 1001
			1 t1001             | 1002
			t7                  | 7
			t7 s                | 7
			t7 1                | 1008
			1 s s               | 1
			1 s 1               | 1002
			""")
	void stepIsReservedInAdvance(String steps, long reserved) {
		for (String step : steps.split(" ")) {
			switch (step.charAt(0)) {
				case 's' -> this.account.settle();
				case 't' -> assertThat(this.account.tryTake(Long.parseLong(step.substring(1)))).isTrue();
				default -> this.account.change(Long.parseLong(step));
			}
		}
		assertThat(this.budget.used()).isEqualTo(reserved);
	}

	@Test
	void nothingIsTakenWhereThereIsNotEnough() {
		this.account.change(1);
		assertThat(this.account.tryTake(256_000)).isFalse();
		assertThat(this.budget.used()).isEqualTo(1001);
		assertThat(this.account.tryTake(255_999)).isTrue();
		assertThat(this.budget.used()).isEqualTo(256_000);
	}

	@Test
	void whatHasHappenedIsCountedThoughThereIsNotEnough() {
		this.account.change(300_000);
		assertThat(this.budget.used()).isEqualTo(301_000);
	}

	@Test
	void stepOfABigBudgetIsBounded() {
		MemoryBudget big = new MemoryBudget(1L << 40);
		new MemoryAccount(big).change(1);
		assertThat(big.used()).isEqualTo(256 * 1024 + 1);
	}

}
