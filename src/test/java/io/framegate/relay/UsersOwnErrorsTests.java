package io.framegate.relay;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

import io.framegate.closure.CloseReason;
import io.framegate.closure.Closure;
import io.framegate.closure.EndedBy;
import io.framegate.closure.Side;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestUpstream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.integration.config.GlobalChannelInterceptor;
import org.springframework.integration.ip.tcp.serializer.AbstractByteArraySerializer;
import org.springframework.integration.ip.tcp.serializer.SoftEndOfStreamException;
import org.springframework.messaging.Message;
import org.springframework.messaging.MessageChannel;
import org.springframework.messaging.support.ChannelInterceptor;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Errors, not exceptions, in the code that users bring: each ends its connection alone,
 * after the replies to what came before, and every frame is accounted for.
 */
class UsersOwnErrorsTests {

	@ParameterizedTest
	@CsvSource({ "session, fast", "session, blocking", "request-reply, fast", "request-reply, blocking" })
	void errorInAHandlerOfRequests(String mode, String handler) {
		try (TestUpstream server = TestUpstream.lineEcho();
				Gateway gateway = Gateway.start(List.of(Throwing.class),
						Gateway.route("s", "crlf", "crlf", server.address(), "mode=" + mode, "handler=" + handler));
				TestClient client = gateway.connect("s")) {
			client.send("one\r\ntwo\r\nassert\r\nnever\r\n");
			assertThat(client.readLine()).isEqualTo("one");
			assertThat(client.readLine()).isEqualTo("two");
			client.expectEof();
			client.close();
			Closure closure = gateway.awaitClosure("s", Side.INBOUND);
			assertEndedBy(closure, "AssertionError: as this test wants it");
			assertThat(closure.framesIn()).isEqualTo(4);
			assertThat(closure.undelivered()).isEqualTo(new Closure.Undelivered(2, 11));
			awaitUndelivered(gateway, 2);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "linkage", "stack", "memory" })
	void everyKindOfError(String kind) {
		try (TestUpstream server = TestUpstream.lineEcho();
				Gateway gateway = Gateway.start(List.of(Throwing.class),
						Gateway.all(Gateway.route("s", "crlf", "crlf", server.address()),
								Gateway.route("b", "crlf", "crlf", server.address(), "handler=blocking")))) {
			for (String route : List.of("s", "b")) {
				try (TestClient client = gateway.connect(route)) {
					client.send("one\r\n" + kind + "\r\n");
					assertThat(client.readLine()).isEqualTo("one");
					client.expectEof();
				}
				Closure closure = gateway.awaitClosure(route, Side.INBOUND);
				assertThat(closure.reason()).isEqualTo(CloseReason.INTERNAL_ERROR);
				assertThat(closure.undelivered()).isEqualTo(new Closure.Undelivered(1, kind.length()));
			}
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "fast", "blocking" })
	void errorInAHandlerOfReplies(String handler) {
		try (TestUpstream server = TestUpstream.lineEcho();
				Gateway gateway = Gateway.start(List.of(ThrowingAtReplies.class),
						Gateway.route("s", "crlf", "crlf", server.address(), "handler=" + handler));
				TestClient client = gateway.connect("s")) {
			client.send("one\r\nassert\r\nnever\r\n");
			assertThat(client.readLine()).isEqualTo("one");
			client.expectEof();
			client.close();
			assertEndedBy(gateway.awaitClosure("s", Side.UPSTREAM), "AssertionError: as this test wants it");
			assertThat(gateway.awaitClosure("s", Side.UPSTREAM).undelivered().frames()).isEqualTo(2);
			awaitUndelivered(gateway, 2);
		}
	}

	@Test
	void errorInADeserializerOfRequests() {
		try (TestUpstream server = TestUpstream.lineEcho();
				Gateway gateway = Gateway.start(List.of(Framed.class),
						Gateway.route("s", "bean:semicolon", "crlf", server.address()));
				TestClient client = gateway.connect("s")) {
			client.send("one;two;unreadable;never;");
			assertThat(client.readAll()).asString().isEqualTo("one;two;");
			client.close();
			Closure closure = gateway.awaitClosure("s", Side.INBOUND);
			assertEndedBy(closure, "AssertionError: unreadable");
			assertThat(closure.framesIn()).isEqualTo(2);
			assertThat(closure.partialFrameBytes()).isEqualTo(11);
		}
	}

	@Test
	void errorInADeserializerOfReplies() {
		try (TestUpstream server = TestUpstream.echo();
				Gateway gateway = Gateway.start(List.of(Framed.class),
						Gateway.route("s", "lf", "bean:semicolon", server.address()));
				TestClient client = gateway.connect("s")) {
			client.send("one\ntwo\nunreadable\n");
			assertThat(client.readAll()).asString().isEqualTo("one\ntwo\n");
			client.close();
			assertEndedBy(gateway.awaitClosure("s", Side.UPSTREAM), "AssertionError: unreadable");
			assertEndedBy(gateway.awaitClosure("s", Side.INBOUND), "AssertionError: unreadable");
		}
	}

	@ParameterizedTest
	@CsvSource({ "unwritable, AssertionError: unwritable, INTERNAL_ERROR",
			"refused, semicolon: refused, FRAME_NOT_ENCODABLE" })
	void errorInASerializerOfRequests(String frame, String detail, CloseReason reason) {
		try (TestUpstream server = TestUpstream.echo();
				Gateway gateway = Gateway.start(List.of(Framed.class),
						Gateway.route("s", "lf", "bean:semicolon", server.address()));
				TestClient client = gateway.connect("s")) {
			client.send("one\ntwo\n" + frame + "\nnever\n");
			assertThat(client.readAll()).asString().isEqualTo("one\ntwo\n");
			client.close();
			Closure closure = gateway.awaitClosure("s", Side.INBOUND);
			assertThat(closure.reason()).isEqualTo(reason);
			assertThat(closure.detail()).isEqualTo(detail);
			awaitUndelivered(gateway, 2);
		}
	}

	@Test
	void errorInASerializerOfReplies() {
		try (TestUpstream server = TestUpstream.lineEcho();
				Gateway gateway = Gateway.start(List.of(Framed.class),
						Gateway.route("s", "bean:semicolon", "crlf", server.address()));
				TestClient client = gateway.connect("s")) {
			client.send("one;two;unwritable;never;");
			assertThat(client.readAll()).asString().isEqualTo("one;two;");
			client.close();
			assertEndedBy(gateway.awaitClosure("s", Side.INBOUND), "AssertionError: unwritable");
			awaitUndelivered(gateway, 2);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "exclusive", "ordered" })
	void errorInAFramingOfASharedLink(String sharing) {
		try (TestUpstream server = TestUpstream.echo();
				Gateway gateway = Gateway.start(List.of(Framed.class), Gateway.route("s", "crlf", "bean:semicolon",
						server.address(), "mode=request-reply", "upstream.sharing=" + sharing))) {
			for (String frame : List.of("unwritable", "unreadable")) {
				try (TestClient client = gateway.connect("s")) {
					client.sendLine("one");
					assertThat(client.readLine()).isEqualTo("one");
					client.sendLine(frame);
					client.expectEof();
				}
				assertThat(gateway.awaitClosure("s", Side.INBOUND).reason()).isEqualTo(CloseReason.INTERNAL_ERROR);
				try (TestClient client = gateway.connect("s")) {
					client.sendLine("after");
					assertThat(client.readLine()).isEqualTo("after");
				}
			}
		}
	}

	@Test
	void errorInTheFramingOfAHealthProbe() {
		try (TestUpstream server = TestUpstream.echo();
				Gateway gateway = Gateway.start(List.of(Framed.class),
						Gateway.route("s", "crlf", "bean:semicolon", server.address(),
								"upstream.health-check.interval=100ms", "upstream.health-check.send=unreadable"))) {
			Gateway.await("the target is down",
					() -> gateway.route("s")
						.targets()
						.stream()
						.filter((target) -> target.state().equals("DOWN"))
						.findFirst());
		}
	}

	/** As code in Kotlin or Groovy throws it, which declares none. */
	@ParameterizedTest
	@CsvSource({ "unreadably checked, BAD_FRAME", "unwritably checked, FRAME_NOT_ENCODABLE" })
	void checkedExceptionThatIsNotDeclaredInAFraming(String frame, CloseReason reason) {
		try (TestUpstream server = TestUpstream.lineEcho();
				Gateway gateway = Gateway.start(List.of(Framed.class),
						Gateway.route("s", "bean:semicolon", "crlf", server.address()));
				TestClient client = gateway.connect("s")) {
			client.send("one;" + frame + ";");
			assertThat(client.readAll()).asString().isEqualTo("one;");
			client.close();
			Closure closure = gateway.awaitClosure("s", Side.INBOUND);
			assertThat(closure.reason()).isEqualTo(reason);
			assertThat(closure.detail()).contains("checked");
		}
	}

	@SuppressWarnings("unchecked")
	private static <T extends Throwable> void throwUndeclared(Throwable thrown) throws T {
		throw (T) thrown;
	}

	private static void assertEndedBy(Closure closure, String detail) {
		assertThat(closure.reason()).isEqualTo(CloseReason.INTERNAL_ERROR);
		assertThat(closure.endedBy()).isEqualTo(EndedBy.GATEWAY);
		assertThat(closure.detail()).isEqualTo(detail);
	}

	private static void awaitUndelivered(Gateway gateway, int frames) {
		Gateway.await(frames + " frames undelivered",
				() -> Optional.of(gateway.metric("framegate_frames_undelivered_total{route=\"s\"}"))
					.filter((count) -> count == frames));
	}

	private static ChannelInterceptor thrower() {
		return new ChannelInterceptor() {

			@Override
			public Message<?> preSend(Message<?> message, MessageChannel channel) {
				switch (new String((byte[]) message.getPayload(), StandardCharsets.UTF_8)) {
					case "assert" -> throw new AssertionError("as this test wants it");
					case "linkage" -> throw new NoClassDefFoundError("as/this/test/Wants");
					case "stack" -> throw new StackOverflowError();
					case "memory" -> throw new OutOfMemoryError("Requested array size exceeds VM limit");
					default -> {
						return message;
					}
				}
			}
		};
	}

	@Configuration(proxyBeanMethods = false)
	static class Throwing {

		@Bean
		@GlobalChannelInterceptor(patterns = "framegate.*.request")
		ChannelInterceptor requests() {
			return thrower();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ThrowingAtReplies {

		@Bean
		@GlobalChannelInterceptor(patterns = "framegate.*.reply")
		ChannelInterceptor replies() {
			return thrower();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Framed {

		@Bean
		AbstractByteArraySerializer semicolon() {
			return new AbstractByteArraySerializer() {

				@Override
				public byte[] deserialize(InputStream in) throws IOException {
					StringBuilder text = new StringBuilder();
					for (int next = in.read(); next != ';'; next = in.read()) {
						if (next < 0 && text.isEmpty()) {
							throw new SoftEndOfStreamException("end");
						}
						checkClosure(next);
						text.append((char) next);
					}
					if (text.toString().equals("unreadable")) {
						throw new AssertionError("unreadable");
					}
					if (text.toString().equals("unreadably checked")) {
						UsersOwnErrorsTests.<RuntimeException>throwUndeclared(new Exception("unreadably checked"));
					}
					return text.toString().getBytes(StandardCharsets.ISO_8859_1);
				}

				@Override
				public void serialize(byte[] bytes, OutputStream out) throws IOException {
					String text = new String(bytes, StandardCharsets.ISO_8859_1);
					if (text.equals("unwritable")) {
						throw new AssertionError("unwritable");
					}
					if (text.equals("unwritably checked")) {
						UsersOwnErrorsTests.<RuntimeException>throwUndeclared(new Exception("unwritably checked"));
					}
					if (text.equals("refused")) {
						throw new IOException("refused");
					}
					out.write(bytes);
					out.write(';');
				}
			};
		}

	}

}
