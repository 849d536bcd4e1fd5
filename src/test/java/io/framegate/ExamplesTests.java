package io.framegate;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

import io.framegate.closure.CloseReason;
import io.framegate.closure.Closure;
import io.framegate.closure.Side;
import io.framegate.configuration.TestConfiguration;
import io.framegate.route.Mode;
import io.framegate.route.Route;
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
 * same bytes, or what its clients expect.
 */
class ExamplesTests {

	private static final String DNS = "\0\u001D\u0012\u0034\1\0\0\1\0\0\0\0\0\0\7example\3com\0\0\1\0\1";

	private static final String HL7 = "\u000BMSH|^~\\&|LAB|A|HIS|B|202601010000||ACK|1|P|2.5\r\u001C\r";

	/** File and frame as it is on the wire. */
	private static final Map<String, String> FRAMES = Map.ofEntries( //
			Map.entry("dns-over-tcp.yml", DNS), //
			Map.entry("dns-pool.yml", DNS), //
			Map.entry("gt06.yml", "xx\r\1\1#Eg\u0089\1#E\0\1\u008C\u00DD\r\n"), //
			Map.entry("hl7-failover.yml", HL7), //
			Map.entry("hl7-mllp.yml", HL7), //
			Map.entry("iso8583-ascii.yml", "002008002220000000800000"), //
			Map.entry("iso8583.yml", "\0\u0014" + "08002220000000800000"), //
			Map.entry("iso8583-links.yml", "\0" + "6020032200000000000000000000000000010000101000000000042"), //
			Map.entry("memcached.yml", "get key\r\n"), //
			Map.entry("modbus.yml", "\0\7\0\0\0\6\21\3\0\153\0\3"), //
			Map.entry("postgresql.yml", "\0\0\0\u0008\u0004\u00D2\u0016\u002F"), //
			Map.entry("redis.yml", "*1\r\n$4\r\nPING\r\n"), //
			Map.entry("redis-counters.yml", "INCR visits\r\n"), //
			Map.entry("smpp.yml", "\0\0\0\20\0\0\0\25\0\0\0\0\0\0\0\1"), //
			Map.entry("smtp.yml", "EHLO client.example.com\r\n"), //
			Map.entry("syslog.yml", "13 <13>1 - hello"));

	/** What a server of a one-way route gets. */
	private static final Map<String, String> RECEIVED = Map.of("syslog.yml", "<13>1 - hello\n");

	/**
	 * Bytes of the frame, and what a server makes of them where it is more than an echo.
	 */
	private static final Map<String, Map<String, String>> ANSWERS = Map.of( //
			"hl7-failover.yml",
			Map.of(HL7, "\u000BMSH|^~\\&|HIS|B|LAB|A|202601010000||ACK|9|P|2.5\rMSA|AA|1\r\u001C\r"),
			"redis-counters.yml", Map.of("PING\r\n", "+PONG\r\n"));

	static Stream<Path> examples() throws IOException {
		try (Stream<Path> files = Files.list(Path.of("config", "examples"))) {
			return files.sorted().toList().stream();
		}
	}

	private static Route route(Path example) {
		return TestConfiguration.empty().resource(new FileSystemResource(example)).onlyRoute();
	}

	static Stream<Path> oneWayExamples() throws IOException {
		return examples().filter((example) -> route(example).mode() == Mode.ONE_WAY);
	}

	static Stream<Path> otherExamples() throws IOException {
		return examples().filter((example) -> route(example).mode() != Mode.ONE_WAY);
	}

	@ParameterizedTest
	@MethodSource("oneWayExamples")
	void frameArrives(Path example) {
		String route = route(example).name();
		String prefix = "framegate.routes." + route;
		byte[] arriving = bytes(RECEIVED.get(example.getFileName().toString()));
		try (TestUpstream server = TestUpstream.handling((peer) -> {
			assertThat(peer.readExactly(arriving.length)).isEqualTo(arriving);
			peer.awaitEof();
		});
				Gateway gateway = Gateway.start(example, prefix + ".listen.port=0",
						prefix + ".upstream.targets=" + server.address());
				TestClient client = gateway.connect(route)) {
			client.send(bytes(FRAMES.get(example.getFileName().toString())));
			client.halfClose();
			client.expectEof();
			Closure closure = gateway.awaitClosure(route, Side.INBOUND);
			assertThat(closure.reason()).isEqualTo(CloseReason.INBOUND_EOF);
			assertThat(closure.framesIn()).isOne();
			assertThat(closure.undelivered().frames()).isZero();
			Gateway.await("the frame",
					() -> Optional.of(server.receivedCount()).filter((count) -> count == arriving.length));
		}
	}

	@ParameterizedTest
	@MethodSource("otherExamples")
	void frameMakesARoundTrip(Path example) {
		assertThat(FRAMES).containsKey(example.getFileName().toString());
		String sent = FRAMES.get(example.getFileName().toString());
		Map<String, String> answers = ANSWERS.getOrDefault(example.getFileName().toString(), Map.of());
		byte[] frame = bytes(sent);
		byte[] reply = bytes(answer(answers, sent));
		Route configured = route(example);
		String route = configured.name();
		String prefix = "framegate.routes." + route;
		try (TestUpstream server = TestUpstream.handling((peer) -> {
			for (byte[] some = peer.readSome(); some.length > 0; some = peer.readSome()) {
				String text = new String(some, StandardCharsets.ISO_8859_1);
				peer.send(bytes(answer(answers, text)));
			}
		});
				Gateway gateway = Gateway.start(example, prefix + ".listen.port=0",
						prefix + ".upstream.targets=" + server.address());
				TestClient client = gateway.connect(route)) {
			client.send(frame);
			assertThat(client.readExactly(reply.length)).isEqualTo(reply);
			client.halfClose();
			client.expectEof();
			Closure closure = gateway.awaitClosure(route, Side.INBOUND);
			assertThat(closure.reason()).isEqualTo(CloseReason.INBOUND_EOF);
			assertThat(closure.framesIn()).isEqualTo(closure.framesOut()).isPositive();
			assertThat(closure.partialFrameBytes()).isZero();
			if (configured.mode() == Mode.SESSION) {
				assertThat(server.connections().getFirst().received()).isEqualTo(frame);
			}
		}
	}

	/** A card host changes the message type at least, whatever the trace number. */
	private static String answer(Map<String, String> answers, String text) {
		return answers.getOrDefault(text, text.replace("0200322", "0210322").replace("0800822", "0810822"));
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.ISO_8859_1);
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
