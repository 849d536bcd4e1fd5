package io.framegate;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;

import io.framegate.connection.CloseReason;
import io.framegate.connection.Closure;
import io.framegate.connection.Side;
import io.framegate.route.TestConfiguration;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestPorts;
import io.framegate.testkit.TestUpstream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.core.io.FileSystemResource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Every example runs: a frame of its protocol goes to an upstream that sends back the
 * same bytes.
 */
class ExamplesTests {

	/** File and frame as it is on the wire. */
	private static final Map<String, String> FRAMES = Map.of( //
			"dns-over-tcp.yml", "\0\u001D\u0012\u0034\1\0\0\1\0\0\0\0\0\0\7example\3com\0\0\1\0\1", //
			"hl7-mllp.yml", "\u000BMSH|^~\\&|LAB|A|HIS|B|202601010000||ACK|1|P|2.5\r\u001C\r", //
			"iso8583.yml", "\0\u0014" + "08002220000000800000", //
			"memcached.yml", "get key\r\n", //
			"postgresql.yml", "\0\0\0\u0008\u0004\u00D2\u0016\u002F", //
			"redis.yml", "*1\r\n$4\r\nPING\r\n", //
			"smtp.yml", "EHLO client.example.com\r\n");

	static Stream<Path> examples() throws IOException {
		try (Stream<Path> files = Files.list(Path.of("config", "examples"))) {
			return files.sorted().toList().stream();
		}
	}

	@ParameterizedTest
	@MethodSource("examples")
	void frameMakesARoundTrip(Path example) {
		assertThat(FRAMES).containsKey(example.getFileName().toString());
		byte[] frame = FRAMES.get(example.getFileName().toString()).getBytes(StandardCharsets.ISO_8859_1);
		String route = TestConfiguration.empty().resource(new FileSystemResource(example)).onlyRoute().name();
		String prefix = "framegate.routes." + route;
		try (TestUpstream server = TestUpstream.echo();
				Gateway gateway = Gateway.start(example, prefix + ".listen.port=0",
						prefix + ".upstream.targets=" + server.address());
				TestClient client = gateway.connect(route)) {
			client.send(frame);
			assertThat(client.readExactly(frame.length)).isEqualTo(frame);
			client.halfClose();
			client.expectEof();
			Closure closure = gateway.awaitClosure(route, Side.INBOUND);
			assertThat(closure.reason()).isEqualTo(CloseReason.INBOUND_EOF);
			assertThat(closure.framesIn()).isEqualTo(closure.framesOut()).isPositive();
			assertThat(closure.partialFrameBytes()).isZero();
			assertThat(server.connections().getFirst().received()).isEqualTo(frame);
		}
	}

	@Test
	void demoPrintsHello() {
		int echo = TestPorts.refused();
		try (Gateway gateway = Gateway.start(Path.of("config", "application.yml"), "framegate.demo.echo-port=" + echo,
				"framegate.routes.demo.listen.port=0", "framegate.routes.demo.upstream.targets=127.0.0.1:" + echo);
				TestClient client = gateway.connect("demo")) {
			client.sendLine("hello");
			client.halfClose();
			assertThat(client.readAll()).asString().isEqualTo("hello\r\n");
		}
	}

}
