package io.framegate.actuate;

import io.framegate.testkit.Gateway;
import io.framegate.testkit.TestClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.security.crypto.bcrypt.BCryptPasswordEncoder;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * {@code framegate.management.metrics} and {@code framegate.management.open}.
 */
@ExtendWith(OutputCaptureExtension.class)
class OpenReadsTests {

	private static Gateway start(String... properties) {
		return Gateway.start(Gateway.all(Gateway.route("t", "crlf", "crlf", "127.0.0.1:9"), properties));
	}

	private static int stranger(Gateway gateway, String request) {
		try (TestClient http = TestClient.connect(gateway.httpPort())) {
			http.send(request + " HTTP/1.1\r\nHost: elsewhere\r\nConnection: close\r\n\r\n");
			return Integer.parseInt(http.readLine().split(" ", 3)[1]);
		}
	}

	@Test
	void metricsMayNeedWhatTheRestNeeds() {
		try (Gateway gateway = start("framegate.management.metrics=read")) {
			assertThat(stranger(gateway, "GET /actuator/prometheus")).isEqualTo(401);
			assertThat(stranger(gateway, "GET /actuator/health/readiness")).isEqualTo(200);
			assertThat(gateway.exchange("GET", "/actuator/prometheus", null).statusCode()).isEqualTo(200);
			assertThat(gateway.exchange("GET", "/actuator/prometheus", null, "Via", "x").statusCode()).isEqualTo(401);
			assertThat(gateway.exchange("GET", "/actuator/prometheus", null, gateway.operator()).statusCode())
				.isEqualTo(200);
		}
	}

	@Test
	void readsMayBeOpenWithAWarningAndChangesAreNot(CapturedOutput output) {
		try (Gateway gateway = start("framegate.management.open=true", "management.endpoints.web.exposure.include=*",
				"management.endpoint.routes.access=unrestricted", "management.endpoint.heapdump.access=read-only",
				"framegate.management.users.ann.password=" + new BCryptPasswordEncoder(4).encode("sesame"))) {
			assertThat(output.getOut()).containsOnlyOnce("framegate.management.open is true");
			assertThat(stranger(gateway, "GET /actuator/routes")).isEqualTo(200);
			assertThat(stranger(gateway, "GET /actuator/integrationgraph")).isEqualTo(200);
			assertThat(stranger(gateway, "GET /actuator/heapdump")).isEqualTo(401);
			assertThat(stranger(gateway, "GET /actuator/env")).isEqualTo(401);
			assertThat(stranger(gateway, "DELETE /actuator/routes/t")).isEqualTo(401);
		}
	}

}
