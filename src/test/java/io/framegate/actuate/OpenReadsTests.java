package io.framegate.actuate;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import javax.net.ssl.SSLException;

import io.framegate.testkit.Gateway;
import io.framegate.testkit.TestCertificates;
import io.framegate.testkit.TestClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.security.crypto.bcrypt.BCryptPasswordEncoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

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

	@Test
	void thisMachineMayReadWithoutUsersOverTlsToo(CapturedOutput output, @TempDir Path directory) throws Exception {
		TestCertificates authority = TestCertificates.authority("CN=Operations");
		List<String> properties = new ArrayList<>(
				List.of(authority.issue("CN=gateway", "ip:127.0.0.1").bundle("management", directory)));
		properties.add("server.ssl.bundle=management");
		try (Gateway gateway = start(properties.toArray(String[]::new));
				HttpClient client = HttpClient.newBuilder().sslContext(authority.trusting()).build();
				HttpClient distrusting = HttpClient.newHttpClient()) {
			HttpRequest.Builder routes = HttpRequest
				.newBuilder(URI.create("https://127.0.0.1:" + gateway.httpPort() + "/actuator/routes"));
			assertThat(client.send(routes.build(), BodyHandlers.discarding()).statusCode()).isEqualTo(200);
			assertThat(client.send(routes.header("X-Forwarded-For", "127.0.0.1").build(), BodyHandlers.discarding())
				.statusCode()).isEqualTo(401);
			assertThatExceptionOfType(SSLException.class)
				.isThrownBy(() -> distrusting.send(routes.build(), BodyHandlers.discarding()));
			assertThat(client.send(routes.build(), BodyHandlers.discarding()).statusCode()).isEqualTo(401);
			assertThat(output.getAll()).doesNotContain("SSLHandshakeException");
		}
	}

}
