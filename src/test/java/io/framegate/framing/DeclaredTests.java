package io.framegate.framing;

import java.util.Random;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Random declarations and streams against the {@link ReferenceDecoder}. What is drawn
 * depends on a seed, which a failure names.
 */
class DeclaredTests {

	private static final long SEED = 20261126L;

	/** Two million take a quarter of an hour. */
	private static final int ROUNDS = Integer.getInteger("declared.rounds", 4_000);

	@Test
	void cuttersDoAsTheGrammarSays() {
		int valid = 0;
		for (int round = 0; round < ROUNDS; round++) {
			try {
				valid += DeclaredChecks.check(new Random(SEED + round)) ? 1 : 0;
			}
			catch (AssertionError | RuntimeException ex) {
				throw new AssertionError("Seed " + (SEED + round), ex);
			}
		}
		assertThat(valid).isGreaterThan(ROUNDS / 2);
	}

}
