package io.framegate.relay;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;

import io.framegate.closure.CloseReason;
import io.framegate.closure.Closure;
import io.framegate.closure.Side;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestUpstream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.integration.channel.interceptor.WireTap;
import org.springframework.integration.config.GlobalChannelInterceptor;
import org.springframework.integration.ip.IpHeaders;
import org.springframework.integration.ip.tcp.serializer.AbstractByteArraySerializer;
import org.springframework.integration.ip.tcp.serializer.SoftEndOfStreamException;
import org.springframework.messaging.Message;
import org.springframework.messaging.MessageChannel;
import org.springframework.messaging.support.ChannelInterceptor;
import org.springframework.messaging.support.MessageBuilder;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Interceptors, wire taps and framings that users bring.
 */
class UsersOwnCodeTests {

	@Test
	void interceptorSeesChangesAndVetoesFrames() {
		try (TestUpstream server = TestUpstream.lineEcho();
				Gateway gateway = Gateway.start(List.of(Intercepting.class),
						Gateway.route("s", "crlf", "crlf", server.address()));
				TestClient client = gateway.connect("s")) {
			client.send("plain\r\nsecret\r\nlast\r\n");
			assertThat(client.readLine()).isEqualTo("PLAIN");
			assertThat(client.readLine()).isEqualTo("LAST");
			client.halfClose();
			client.expectEof();
			Closure closure = gateway.awaitClosure("s", Side.INBOUND);
			assertThat(closure.reason()).isEqualTo(CloseReason.INBOUND_EOF);
			assertThat(closure.framesIn()).isEqualTo(3);
			assertThat(closure.undelivered()).isEqualTo(new Closure.Undelivered(1, 6));
			assertThat(gateway.bean(Intercepting.class).seen).containsExactly("plain", "secret", "last");
			assertThat(gateway.bean(Intercepting.class).tapped).containsExactly("PLAIN", "LAST");
		}
	}

	@ParameterizedTest
	@CsvSource({ "session, fast", "session, blocking", "request-reply, fast", "request-reply, blocking" })
	void frameThatAnInterceptorAnswersIsNotUndelivered(String mode, String handler) {
		try (TestUpstream server = TestUpstream.lineEcho();
				Gateway gateway = Gateway.start(List.of(Answering.class),
						Gateway.route("s", "crlf", "crlf", server.address(), "mode=" + mode, "handler=" + handler));
				TestClient client = gateway.connect("s")) {
			client.sendLine("ping");
			assertThat(client.readLine()).isEqualTo("pong");
			client.send("hello\r\nnoise\r\n");
			assertThat(client.readLine()).isEqualTo("hello");
			client.halfClose();
			client.expectEof();
			Closure closure = gateway.awaitClosure("s", Side.INBOUND);
			assertThat(closure.framesIn()).isEqualTo(3);
			assertThat(closure.framesOut()).isEqualTo(2);
			assertThat(closure.undelivered()).isEqualTo(new Closure.Undelivered(1, 5));
		}
	}

	@Test
	void throwingInterceptorEndsTheConnectionAsInternalError() {
		try (TestUpstream server = TestUpstream.lineEcho();
				Gateway gateway = Gateway.start(List.of(Throwing.class),
						Gateway.route("s", "crlf", "crlf", server.address()));
				TestClient client = gateway.connect("s")) {
			client.send("good\r\nbad\r\nnever\r\n");
			assertThat(client.readLine()).isEqualTo("good");
			client.expectEof();
			client.close();
			Closure closure = gateway.awaitClosure("s", Side.INBOUND);
			assertThat(closure.reason()).isEqualTo(CloseReason.INTERNAL_ERROR);
			assertThat(closure.detail()).contains("cannot do bad");
		}
	}

	@Test
	void blockingHandlerKeepsTheOrderAndStopsNobodyElse() throws Exception {
		try (TestUpstream server = TestUpstream.lineEcho();
				Gateway gateway = Gateway.start(List.of(Blocking.class),
						Gateway.all(Gateway.route("slow", "crlf", "crlf", server.address(), "handler=blocking"),
								Gateway.route("fast", "crlf", "crlf", server.address())));
				TestClient slow = gateway.connect("slow");
				TestClient fast = gateway.connect("fast")) {
			IntStream.range(0, 500).forEach((i) -> slow.sendLine("slow " + i));
			slow.halfClose();
			for (int i = 0; i < 100; i++) {
				fast.sendLine("fast " + i);
				assertThat(fast.readLine()).isEqualTo("fast " + i);
			}
			gateway.bean(Blocking.class).go.countDown();
			for (int i = 0; i < 500; i++) {
				assertThat(slow.readLine()).isEqualTo("slow " + i);
			}
			slow.expectEof();
		}
	}

	@Test
	void framingOfAUsersOwnRunsOffTheLoop() {
		try (TestUpstream server = TestUpstream.lineEcho();
				Gateway gateway = Gateway.start(List.of(Framed.class),
						Gateway.route("s", "bean:semicolon", "crlf", server.address()));
				TestClient client = gateway.connect("s")) {
			client.send("one;two;;thr");
			client.send("ee;");
			client.halfClose();
			assertThat(client.readAll()).asString().isEqualTo("one;two;;three;");
			Closure closure = gateway.awaitClosure("s", Side.INBOUND);
			assertThat(closure.reason()).isEqualTo(CloseReason.INBOUND_EOF);
			assertThat(closure.framesIn()).isEqualTo(4);
			assertThat(closure.framesOut()).isEqualTo(4);
		}
	}

	@Test
	void bothSidesMayHaveAUsersFramingAndMuchData() {
		byte[] frame = new byte[1000];
		java.util.Arrays.fill(frame, (byte) 'y');
		frame[999] = ';';
		try (TestUpstream server = TestUpstream.echo();
				Gateway gateway = Gateway.start(List.of(Framed.class),
						Gateway.route("s", "bean:semicolon", "bean:semicolon", server.address()));
				TestClient client = gateway.connect("s")) {
			Thread.ofVirtual().start(() -> {
				IntStream.range(0, 3000).forEach((i) -> client.send(frame));
				client.halfClose();
			});
			assertThat(client.readAll()).hasSize(3_000_000);
		}
	}

	@Test
	void truncatedAndRefusedFramesOfAUsersFramingAreNamed() {
		try (TestUpstream server = TestUpstream.lineEcho();
				Gateway gateway = Gateway.start(List.of(Framed.class),
						Gateway.route("s", "bean:semicolon", "crlf", server.address()));
				TestClient client = gateway.connect("s")) {
			client.send("one;tw");
			client.halfClose();
			assertThat(client.readAll()).asString().isEqualTo("one;");
			Closure closure = gateway.awaitClosure("s", Side.INBOUND);
			assertThat(closure.reason()).isEqualTo(CloseReason.TRUNCATED_FRAME);
			assertThat(closure.partialFrameBytes()).isEqualTo(2);
		}
	}

	private static String text(Message<?> message) {
		return new String((byte[]) message.getPayload(), StandardCharsets.UTF_8);
	}

	@Configuration(proxyBeanMethods = false)
	static class Intercepting {

		final List<String> seen = new CopyOnWriteArrayList<>();

		final List<String> tapped = new CopyOnWriteArrayList<>();

		@Bean
		@GlobalChannelInterceptor(patterns = "framegate.s.request", order = 1)
		ChannelInterceptor shout() {
			return new ChannelInterceptor() {

				@Override
				public Message<?> preSend(Message<?> message, MessageChannel channel) {
					assertThat(message.getHeaders()).containsKey(IpHeaders.CONNECTION_ID);
					Intercepting.this.seen.add(text(message));
					return text(message).equals("secret") ? null
							: MessageBuilder.withPayload(text(message).toUpperCase().getBytes(StandardCharsets.UTF_8))
								.copyHeaders(message.getHeaders())
								.build();
				}
			};
		}

		@Bean
		@GlobalChannelInterceptor(patterns = "framegate.s.request", order = 2)
		WireTap tap() {
			return new WireTap((message, timeout) -> this.tapped.add(text(message)));
		}

	}

	/** Answers pings itself, and vetoes noise. */
	@Configuration(proxyBeanMethods = false)
	static class Answering {

		@Bean
		@GlobalChannelInterceptor(patterns = "framegate.s.request")
		ChannelInterceptor answer(@Qualifier("framegate.s.reply") MessageChannel replies) {
			return new ChannelInterceptor() {

				@Override
				public Message<?> preSend(Message<?> message, MessageChannel channel) {
					String text = new String((byte[]) message.getPayload(), StandardCharsets.US_ASCII);
					if (text.equals("ping")) {
						replies.send(MessageBuilder.withPayload("pong".getBytes(StandardCharsets.US_ASCII))
							.copyHeaders(message.getHeaders())
							.build());
						return null;
					}
					return text.equals("noise") ? null : message;
				}

			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Throwing {

		@Bean
		@GlobalChannelInterceptor(patterns = "framegate.s.request")
		ChannelInterceptor thrower() {
			return new ChannelInterceptor() {

				@Override
				public Message<?> preSend(Message<?> message, MessageChannel channel) {
					if (text(message).equals("bad")) {
						throw new IllegalStateException("cannot do bad");
					}
					return message;
				}
			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Blocking {

		final CountDownLatch go = new CountDownLatch(1);

		@Bean
		@GlobalChannelInterceptor(patterns = "framegate.slow.request")
		ChannelInterceptor waiter() {
			return new ChannelInterceptor() {

				@Override
				public Message<?> preSend(Message<?> message, MessageChannel channel) {
					try {
						Blocking.this.go.await();
					}
					catch (InterruptedException ex) {
						Thread.currentThread().interrupt();
					}
					return message;
				}
			};
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
					while (true) {
						int next = in.read();
						if (next < 0 && text.isEmpty()) {
							throw new SoftEndOfStreamException("end");
						}
						checkClosure(next);
						if (next == ';') {
							return text.toString().getBytes(StandardCharsets.ISO_8859_1);
						}
						text.append((char) next);
					}
				}

				@Override
				public void serialize(byte[] bytes, OutputStream out) throws IOException {
					out.write(bytes);
					out.write(';');
				}
			};
		}

	}

}
