package io.framegate.actuate;

import io.framegate.testkit.Gateway;
import io.framegate.testkit.TestUpstream;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class ManagementConnectionLoopsTests {

	/** Reactor Netty would take io_uring, whatever the configuration says. */
	@Test
	void managementIsServedByItsOwnLoops() {
		try (TestUpstream server = TestUpstream.lineEcho();
				Gateway gateway = Gateway.start(Gateway.route("s", "crlf", "crlf", server.address()))) {
			assertThat(gateway.get("/actuator/routes/s").at("/name").asString()).isEqualTo("s");
			assertThat(Thread.getAllStackTraces().keySet()).extracting(Thread::getName)
				.anyMatch((name) -> name.startsWith("framegate-management"));
		}
	}

}
