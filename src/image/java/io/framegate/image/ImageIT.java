package io.framegate.image;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;

import io.framegate.testkit.GatewayProcess;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestPorts;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * The image that the build has left does what it is for: in a container where there is a
 * runtime for such, and from its unpacked root.
 */
class ImageIT {

	private static final Path ARCHIVE = Path.of("target/framegate-image.tar");

	private static final int SESSIONS = 1000;

	private static final String CONFIGURATION = """
			server: {port: 0}
			framegate:
			  routes:
			    demo:
			      listen: {port: 0, framing: crlf}
			      upstream: {targets: "127.0.0.1:%d", framing: length4}
			  demo: {echo-port: %<d}
			""";

	private static ImageArchive image;

	@TempDir
	Path directory;

	@BeforeAll
	static void open() throws IOException {
		assumeTrue(Files.exists(ARCHIVE), "no archive: -Dimage.to went elsewhere");
		image = new ImageArchive(ARCHIVE);
	}

	@Test
	void isConfiguredAsTheChartAssumes() throws IOException {
		JsonNode configuration = image.configuration().get("config");
		assertThat(configuration.get("User").asString()).isEqualTo("65532:65532");
		assertThat(texts(configuration.get("Entrypoint"))).containsExactly("java", "@/app/options");
		assertThat(configuration.get("WorkingDir").asString()).isEqualTo("/etc/framegate");
		assertThat(configuration.at("/ExposedPorts").propertyNames()).containsExactly("8080/tcp");
		assertThat(configuration.at("/Labels").propertyNames()).contains("org.opencontainers.image.title",
				"org.opencontainers.image.version", "org.opencontainers.image.licenses");
	}

	@Test
	void nothingInItBelongsToTheUserOrCanBeWritten() throws IOException {
		Path app = this.directory.resolve("root");
		image.unpack(app, (name) -> name.startsWith("app/"));
		try (var files = Files.walk(app.resolve("app"))) {
			assertThat(files).allSatisfy((file) -> assertThat(Files.getPosixFilePermissions(file))
				.doesNotContainAnyElementsOf(PosixFilePermissions.fromString("----w--w-")));
		}
	}

	@Test
	void startsFromItsUnpackedRoot() throws IOException {
		assumeTrue(Container.canChangeRoot(), "no chroot for this user");
		Path root = Path.of("target/image/started").toAbsolutePath();
		Layout.delete(root);
		image.unpack(root, (name) -> true);
		OwnCode.pack(root.resolve("app/own/own.jar"));
		configure(root.resolve("etc/framegate/config"));
		try (GatewayProcess gateway = GatewayProcess.start(Container.chroot(root, entrypoint()))) {
			use(gateway);
			gateway.terminate();
			assertThat(gateway.awaitExit()).isEqualTo(143);
			assertThat(gateway.output()).contains(OwnCode.GREETING).doesNotContain("[aot]");
		}
	}

	@Test
	void runsInAContainerThatCannotWrite() throws IOException {
		Optional<Container> works = Container.of(ARCHIVE, image.name());
		assumeTrue(works.isPresent(), "no podman that works here");
		configure(this.directory);
		try (Container container = works.get();
				GatewayProcess gateway = GatewayProcess.start(container.command(this.directory))) {
			use(gateway);
			System.out.println("idle: " + container.memory());
			List<TestClient> clients = new ArrayList<>();
			try {
				for (int i = 0; i < SESSIONS; i++) {
					clients.add(TestClient.connect(gateway.port("demo")));
				}
				for (TestClient client : clients) {
					client.sendLine("one of many");
					assertThat(client.readLine()).isEqualTo("one of many");
				}
				System.out.println(SESSIONS + " sessions: " + container.memory());
			}
			finally {
				clients.forEach(TestClient::close);
			}
			gateway.terminate();
			assertThat(gateway.awaitExit()).isEqualTo(143);
			assertThat(gateway.output()).doesNotContain("[aot]");
		}
	}

	/** One frame there and back, native sockets, and the list of what is inside. */
	private static void use(GatewayProcess gateway) {
		try (TestClient client = TestClient.connect(gateway.port("demo"))) {
			client.sendLine("hello");
			assertThat(client.readLine()).isEqualTo("hello");
			JsonNode connections = get(gateway, "/actuator/connections");
			String id = connections.at("/connections/0/id").asString();
			// Only native sockets tell.
			assertThat(get(gateway, "/actuator/connections/" + id).at("/tcp/rttMicros").isNumber()).isTrue();
		}
		assertThat(get(gateway, "/actuator/sbom/application").get("bomFormat").asString()).isEqualTo("CycloneDX");
		assertThat(get(gateway, "/actuator/health/readiness").get("status").asString()).isEqualTo("UP");
		System.out.println(gateway.awaitOutput("Started Framegate in .*").group());
	}

	private static JsonNode get(GatewayProcess gateway, String path) {
		HttpResponse<String> response = gateway.get(path);
		assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
		return JsonMapper.shared().readTree(response.body());
	}

	private static void configure(Path directory) throws IOException {
		Files.createDirectories(directory);
		Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
		Files.writeString(directory.resolve("application.yml"), CONFIGURATION.formatted(TestPorts.refused()));
	}

	private static List<String> entrypoint() throws IOException {
		return texts(image.configuration().at("/config/Entrypoint"));
	}

	private static List<String> texts(JsonNode array) {
		return StreamSupport.stream(array.spliterator(), false).map(JsonNode::asString).toList();
	}

}
