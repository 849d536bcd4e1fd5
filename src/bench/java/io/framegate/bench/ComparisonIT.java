package io.framegate.bench;

import org.junit.jupiter.api.Test;

/**
 * Writes the documentation's figures:
 * {@code ./mvnw -Pbench verify -Dit.test=ComparisonIT}.
 */
class ComparisonIT {

	@Test
	void writesThePageAndThePlot() throws Exception {
		Comparison.run();
	}

}
