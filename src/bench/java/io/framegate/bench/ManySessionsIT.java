package io.framegate.bench;

import org.junit.jupiter.api.Test;

/**
 * Thousands of sessions that rest:
 * {@code ./mvnw -Pbench verify -Dit.test=ManySessionsIT -Dbench.only=haproxy,framegate}.
 */
class ManySessionsIT {

	@Test
	void holdsThousandsOfSessions() throws Exception {
		ManySessions.run();
	}

}
