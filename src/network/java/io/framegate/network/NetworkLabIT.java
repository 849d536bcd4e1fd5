package io.framegate.network;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Runs the network lab: {@code ./mvnw -Pnetwork verify}, as root.
 */
class NetworkLabIT {

	@Test
	void nothingIsWrong() throws Exception {
		assertThat(NetworkLab.run(LabOptions.fromSystemProperties()).faults()).isEmpty();
	}

}
