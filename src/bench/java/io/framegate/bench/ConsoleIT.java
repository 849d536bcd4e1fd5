package io.framegate.bench;

import org.junit.jupiter.api.Test;

/**
 * What the console costs the gateway while a browser shows it:
 * {@code ./mvnw -Pbench verify -Dit.test=ConsoleIT -Dbench.only=framegate}.
 */
class ConsoleIT {

	@Test
	void costsLittle() throws Exception {
		ConsoleCost.run();
	}

}
