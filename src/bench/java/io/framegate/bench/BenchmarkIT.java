package io.framegate.bench;

import org.junit.jupiter.api.Test;

/**
 * Runs the benchmark: {@code ./mvnw -Pbench verify}.
 */
class BenchmarkIT {

	@Test
	void comparesGateways() throws Exception {
		Benchmark.main();
	}

}
