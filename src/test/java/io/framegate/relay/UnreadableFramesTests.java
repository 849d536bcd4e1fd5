package io.framegate.relay;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import io.framegate.closure.Closure;
import io.framegate.closure.Side;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.GatewayBuilder;
import io.framegate.testkit.RouteSpec;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestUpstream;
import io.framegate.testkit.TestUpstreams;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static io.framegate.testkit.RouteSpec.route;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * A peer that speaks something else than its framing: the record says what came.
 */
@ExtendWith(OutputCaptureExtension.class)
class UnreadableFramesTests {

	@AutoClose
	private static Gateway gateway;

	@AutoClose
	private final TestUpstreams servers = new TestUpstreams();

	@BeforeAll
	static void start() {
		gateway = GatewayBuilder.routes().start();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			length4 | 64KB | GET / HTTP/1.1          | frame-too-long | an HTTP request
			length2 | 64KB | GET / HTTP/1.1          | frame-timeout  | an HTTP request
			mllp    | 64KB | MSH^~                   | bad-frame      | found 0x4D
			crlf    | 100B | SSH-2.0-OpenSSH_9.2p1   | frame-timeout  | looks like SSH
			""")
	void clientIsToldFromItsFirstBytes(String framing, String limit, String bytes, String reason, String expected) {
		RouteSpec route = route(framing).framing(framing, "crlf")
			.with("timeouts.frame=200ms", "listen.max-frame-size=" + limit)
			.to(this.servers.lineEcho());
		try (TestClient client = gateway.connect(route)) {
			client.send(bytes);
			client.expectEof();
			client.close();
			Closure closure = gateway.awaitClosure(framing, client);
			assertThat(closure.reason().label()).isEqualTo(reason);
			assertThat(closure.detail()).contains(expected);
		}
	}

	@ParameterizedTest
	@CsvSource({ "late, false, 200ms, reply-timeout", "ended, true, 30s, truncated-frame" })
	void serversReplyWithoutAnEndIsNamed(String name, boolean ending, String limit, String reason) {
		TestUpstream webServer = this.servers.handling((peer) -> {
			peer.readLine();
			peer.send("HTTP/1.1 400 Bad Request");
			if (ending) {
				peer.halfClose();
			}
			peer.awaitEof();
		});
		RouteSpec route = route(name).pooled().with("timeouts.reply=" + limit).to(webServer);
		try (TestClient client = gateway.connect(route)) {
			client.sendLine("hello");
			client.expectEof();
		}
		for (Side side : Side.values()) {
			Closure closure = gateway.awaitClosure(name, side);
			assertThat(closure.reason().label()).as(side.label()).isEqualTo(reason);
			assertThat(closure.detail()).as(side.label())
				.contains("24 bytes of a frame", "looks like an HTTP response");
		}
	}

	@Test
	void lengthThatWouldFitIsNamed() {
		RouteSpec route = route("length-in-mllp").framing("mllp", "crlf").to(this.servers.lineEcho());
		try (TestClient client = gateway.connect(route)) {
			client.send(new byte[] { 0, 5, 'h', 'e', 'l', 'l', 'o' });
			client.expectEof();
		}
		Gateway.await("the record of a two-byte length",
				() -> gateway.closures("length-in-mllp")
					.stream()
					.map(Closure::detail)
					.filter((detail) -> detail.endsWith("; a two-byte length would fit"))
					.findAny());
	}

	private static List<String> advice(String route) {
		List<String> advice = new ArrayList<>();
		gateway.get("/actuator/routes/" + route).at("/advice").forEach((one) -> advice.add(one.asString()));
		return advice.stream().filter((one) -> one.contains("the route expects")).toList();
	}

	/**
	 * A client that only connects says nothing, and one whose frames are read ends it.
	 */
	@Test
	void firstClientsThatFailAlikeAreToldOnce(CapturedOutput output) {
		RouteSpec route = route("wrong-port").framing("length4", "crlf").to(this.servers.lineEcho());
		gateway.configure(route);
		for (int i = 0; i < 3; i++) {
			gateway.connect("wrong-port").close();
			assertThat(advice("wrong-port")).isEmpty();
			try (TestClient client = gateway.connect("wrong-port")) {
				client.send("GET / HTTP/1.1\r\n\r\n");
				client.expectEof();
			}
		}
		String sentence = "Its first 3 clients sent what looks like an HTTP request; the route expects length4";
		Gateway.await("advice",
				() -> advice("wrong-port").stream().filter((one) -> one.startsWith(sentence)).findAny());
		Gateway.await("a line", () -> Optional.of(output.getAll()).filter((all) -> all.contains(sentence)));
		try (TestClient client = gateway.connect("wrong-port")) {
			client.send("GET / HTTP/1.1\r\n\r\n");
			client.expectEof();
		}
		Gateway.await("a fourth",
				() -> advice("wrong-port").stream().filter((one) -> one.contains("first 4")).findAny());
		assertThat(output.getAll().split("the route expects", -1)).as("one line").hasSize(2);
		try (TestClient client = gateway.connect("wrong-port")) {
			client.sendLength4("hello".getBytes(StandardCharsets.UTF_8));
			assertThat(client.readLength4()).asString().isEqualTo("hello");
			assertThat(advice("wrong-port")).isEmpty();
		}
	}

	@Test
	void serversThatAnswerSomethingElseAreTold() {
		TestUpstream webServer = this.servers.handling((peer) -> {
			peer.readExactly("?hello??".length());
			peer.send("HTTP/1.1 400 Bad Request\r\n\r\n");
			peer.awaitEof();
		});
		RouteSpec route = route("wrong-server").framing("crlf", "mllp").to(webServer);
		gateway.configure(route);
		for (int i = 0; i < 3; i++) {
			try (TestClient client = gateway.connect("wrong-server")) {
				client.sendLine("hello");
				client.expectEof();
			}
		}
		Gateway.await("advice",
				() -> advice("wrong-server").stream()
					.filter((one) -> one.equals("Its servers, on the first 3 connections, sent what looks like an HTTP "
							+ "response; the route expects mllp. Check the port, or set "
							+ "framegate.routes.wrong-server.upstream.framing"))
					.findAny());
	}

}
