package io.framegate.chart;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import io.framegate.lifecycle.Routes;
import io.framegate.lifecycle.RunningRoute;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.TestCertificates;
import io.framegate.testkit.TestClient;
import io.kubernetes.client.openapi.models.V1Secret;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.boot.ssl.SslBundles;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the chart renders is what the gateway takes: it starts from the files that a pod
 * would have, and from the pod's own environment variable.
 */
class ChartGatewayTests {

	private static final TestCertificates AUTHORITY = TestCertificates.authority("CN=Issuer");

	static Stream<Path> variants() {
		return Chart.variants();
	}

	/**
	 * Starts a gateway as a pod does, but with files below a directory and on free ports.
	 */
	private static Gateway start(Manifests manifests, Path directory, String... more) throws IOException {
		write(directory.resolve("config/application.yml"),
				manifests.configuration().replace("/etc/framegate", directory.toString()));
		for (V1Secret secret : manifests.all(V1Secret.class).toList()) {
			write(directory.resolve("management/management.yml"), secret.getStringData().get("management.yml"));
		}
		String locations = manifests.deployment()
			.getSpec()
			.getTemplate()
			.getSpec()
			.getContainers()
			.getFirst()
			.getEnv()
			.getFirst()
			.getValue();
		List<String> properties = new ArrayList<>(List.of(more));
		properties.add("spring.config.location="
				+ Stream.of(locations.replace("/etc/framegate", directory.toString()).split(","))
					.filter((location) -> !location.startsWith("file:") || Files.exists(Path.of(location.substring(5))))
					.reduce((left, right) -> left + "," + right)
					.orElseThrow());
		Map<String, Object> configuration = Manifests.parse(manifests.configuration()).getFirst();
		if (configuration.containsKey("spring")) {
			Map<String, Object> bundles = Manifests.at(configuration, "spring", "ssl", "bundle", "pem");
			for (String name : bundles.keySet()) {
				AUTHORITY.issue("CN=" + name, "ip:127.0.0.1").write(directory.resolve("tls/" + name));
			}
		}
		Map<String, Object> routes = Manifests.at(configuration, "framegate", "routes");
		routes.keySet().forEach((name) -> {
			properties.add("framegate.routes." + name + ".listen.port=0");
			properties.add("framegate.routes." + name + ".listen.address=127.0.0.1");
		});
		return Gateway.start(properties.toArray(String[]::new));
	}

	private static void write(Path file, String text) throws IOException {
		Files.createDirectories(file.getParent());
		Files.writeString(file, text);
	}

	@ParameterizedTest
	@MethodSource("variants")
	void gatewayStartsFromTheConfigMap(Path values, @TempDir Path directory) throws IOException {
		Manifests manifests = Manifests.of(Chart.render(values));
		Map<String, Object> configuration = Manifests.parse(manifests.configuration()).getFirst();
		Map<String, Object> routes = Manifests.at(configuration, "framegate", "routes");
		try (Gateway gateway = start(manifests, directory, "DEVICES_HOST=devices.shop", "framegate.demo.echo-port=0")) {
			assertThat(gateway.bean(Routes.class).all()).extracting(RunningRoute::name)
				.containsExactlyInAnyOrderElementsOf(routes.keySet());
			assertThat(gateway.bean(Routes.class).all())
				.allMatch((route) -> route.state() == RunningRoute.State.LISTENING);
		}
	}

	@Test
	void demoRouteAnswers(@TempDir Path directory) throws IOException {
		Manifests manifests = Manifests.of(Chart.render(Chart.variant("demo")));
		try (Gateway gateway = start(manifests, directory); TestClient client = gateway.connect("demo")) {
			client.sendLine("hello");
			assertThat(client.readLine()).isEqualTo("hello");
		}
	}

	@Test
	void usersOfTheSecretAreAskedFor(@TempDir Path directory) throws IOException {
		Manifests manifests = Manifests.of(Chart.render(Chart.variant("everything")));
		try (Gateway gateway = start(manifests, directory, "DEVICES_HOST=devices.shop")) {
			assertThat(gateway.exchange("GET", "/actuator/routes", null).statusCode()).isEqualTo(401);
			assertThat(gateway.exchange("GET", "/actuator/health/readiness", null).statusCode()).isEqualTo(200);
			assertThat(gateway.exchange("GET", "/actuator/prometheus", null).statusCode()).isEqualTo(200);
			assertThat(gateway.exchange("GET", "/actuator/routes", null, basic("ann")).statusCode()).isEqualTo(200);
			String pause = "{\"action\":\"pause\"}";
			assertThat(gateway.exchange("POST", "/actuator/routes/orders", pause, basic("ann")).statusCode())
				.isEqualTo(403);
			assertThat(gateway.exchange("POST", "/actuator/routes/orders", pause, basic("bob")).statusCode())
				.isEqualTo(200);
		}
	}

	@Test
	void certificatesOfTheIssuerAreLogins(@TempDir Path directory) throws Exception {
		Manifests manifests = Manifests.of(Chart.render(Chart.variant("tls")));
		try (Gateway gateway = start(manifests, directory);
				HttpClient ann = HttpClient.newBuilder().sslContext(AUTHORITY.issue("CN=ann").context()).build();
				HttpClient probe = HttpClient.newBuilder().sslContext(AUTHORITY.trusting()).build()) {
			String management = "https://127.0.0.1:" + gateway.httpPort() + "/actuator/";
			HttpRequest routes = HttpRequest.newBuilder(URI.create(management + "routes")).build();
			HttpRequest ready = HttpRequest.newBuilder(URI.create(management + "health/readiness")).build();
			assertThat(ann.send(routes, BodyHandlers.discarding()).statusCode()).isEqualTo(200);
			assertThat(probe.send(routes, BodyHandlers.discarding()).statusCode()).isEqualTo(401);
			assertThat(probe.send(ready, BodyHandlers.discarding()).statusCode()).isEqualTo(200);
		}
	}

	private static String[] basic(String user) {
		return new String[] { "Authorization",
				"Basic " + Base64.getEncoder().encodeToString((user + ":sesame").getBytes()) };
	}

	@Test
	void bundlesHaveTheNamesThatRoutesUse(@TempDir Path directory) throws IOException {
		Manifests manifests = Manifests.of(Chart.render(Chart.variant("tls")));
		try (Gateway gateway = start(manifests, directory)) {
			SslBundles bundles = gateway.bean(SslBundles.class);
			assertThat(bundles.getBundleNames()).contains("partner", "edge", "mutual");
			assertThat(bundles.getBundle("edge").createSslContext()).isNotNull();
			assertThat(bundles.getBundle("partner").getStores().getTrustStore()).isNotNull();
			assertThat(bundles.getBundle("partner").getStores().getKeyStore()).isNull();
		}
	}

}
