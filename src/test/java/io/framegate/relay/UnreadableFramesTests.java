package io.framegate.relay;

import java.util.List;

import io.framegate.closure.Closure;
import io.framegate.closure.Side;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestUpstream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A peer that speaks something else than its framing: the record says what came.
 */
class UnreadableFramesTests {

	private static final TestUpstream ECHO = TestUpstream.lineEcho();

	private static final TestUpstream WEB_SERVER = answering("HTTP/1.1 400 Bad Request", false);

	private static final TestUpstream ENDING_WEB_SERVER = answering("HTTP/1.1 400 Bad Request", true);

	private static Gateway gateway;

	@BeforeAll
	static void start() {
		String[] late = { "mode=request-reply", "timeouts.reply=200ms" };
		gateway = Gateway
			.start(Gateway.all(Gateway.route("length2", "length2", "crlf", ECHO.address(), "timeouts.frame=200ms"),
					Gateway.route("length4", "length4", "crlf", ECHO.address()),
					Gateway.route("mllp", "mllp", "crlf", ECHO.address()),
					Gateway.route("crlf", "crlf", "crlf", ECHO.address(), "timeouts.frame=200ms",
							"listen.max-frame-size=100B"),
					Gateway.route("late", "crlf", "crlf", WEB_SERVER.address(), late),
					Gateway.route("ended", "crlf", "crlf", ENDING_WEB_SERVER.address(), "mode=request-reply")));
	}

	@AfterAll
	static void stop() {
		gateway.close();
		List.of(ECHO, WEB_SERVER, ENDING_WEB_SERVER).forEach(TestUpstream::close);
	}

	private static TestUpstream answering(String text, boolean ending) {
		return TestUpstream.handling((peer) -> {
			peer.readLine();
			peer.send(text);
			if (ending) {
				peer.halfClose();
			}
			peer.awaitEof();
		});
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			length4 | GET / HTTP/1.1          | frame-too-long | an HTTP request
			length2 | GET / HTTP/1.1          | frame-timeout  | an HTTP request
			mllp    | MSH^~                   | bad-frame      | found 0x4D
			crlf    | SSH-2.0-OpenSSH_9.2p1   | frame-timeout  | looks like SSH
			""")
	void clientIsToldFromItsFirstBytes(String route, String bytes, String reason, String expected) {
		try (TestClient client = gateway.connect(route)) {
			client.send(bytes);
			client.expectEof();
			client.close();
			Closure closure = gateway.awaitClosure(route, client);
			assertThat(closure.reason().label()).isEqualTo(reason);
			assertThat(closure.detail()).contains(expected);
		}
	}

	@ParameterizedTest
	@CsvSource({ "late, reply-timeout", "ended, truncated-frame" })
	void serversReplyWithoutAnEndIsNamed(String route, String reason) {
		try (TestClient client = gateway.connect(route)) {
			client.sendLine("hello");
			client.expectEof();
		}
		for (Side side : Side.values()) {
			Closure closure = gateway.awaitClosure(route, side);
			assertThat(closure.reason().label()).as(side.label()).isEqualTo(reason);
			assertThat(closure.detail()).as(side.label())
				.contains("24 bytes of a frame", "looks like an HTTP response");
		}
	}

	@Test
	void lengthThatWouldFitIsNamed() {
		try (TestClient client = gateway.connect("mllp")) {
			client.send(new byte[] { 0, 5, 'h', 'e', 'l', 'l', 'o' });
			client.expectEof();
		}
		Gateway.await("the record of a two-byte length",
				() -> gateway.closures("mllp")
					.stream()
					.map(Closure::detail)
					.filter((detail) -> detail.endsWith("; a two-byte length would fit"))
					.findAny());
	}

}
