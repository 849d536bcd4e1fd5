package io.framegate.bench;

import org.junit.jupiter.api.Test;

/**
 * Simulates a fleet: {@code ./mvnw -Pbench verify -Dit.test=FleetIT}.
 */
class FleetIT {

	@Test
	void growsShrinksAndIsReplaced() throws Exception {
		Fleet.run();
	}

}
