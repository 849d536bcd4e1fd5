package io.framegate.channel;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import io.framegate.closure.CloseReason;
import io.framegate.closure.Side;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestUpstream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.integration.channel.interceptor.WireTap;
import org.springframework.messaging.Message;
import org.springframework.messaging.MessageChannel;
import org.springframework.messaging.MessageHandler;
import org.springframework.messaging.support.ChannelInterceptor;
import org.springframework.messaging.support.MessageBuilder;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Frames of a route whose channels nobody watches go by them. Whoever begins to watch
 * while connections are there sees every frame from then on.
 */
class LateTapTests {

	private static String text(Message<?> message) {
		return new String((byte[]) message.getPayload(), StandardCharsets.US_ASCII);
	}

	private static void exchange(TestClient client, String... lines) {
		client.send(String.join("\r\n", lines) + "\r\n");
		for (String line : lines) {
			assertThat(client.readLine()).isEqualTo(line);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "session", "request-reply" })
	void tapAddedToALiveRouteSeesEveryFrame(String mode) {
		try (TestUpstream server = TestUpstream.lineEcho();
				Gateway gateway = Gateway.start(Gateway.route("s", "crlf", "crlf", server.address(), "mode=" + mode));
				TestClient client = gateway.connect("s")) {
			FrameChannel requests = gateway.context().getBean("framegate.s.request", FrameChannel.class);
			FrameChannel replies = gateway.context().getBean("framegate.s.reply", FrameChannel.class);
			assertThat(requests.isUnwatched()).isTrue();
			assertThat(replies.isUnwatched()).isTrue();
			exchange(client, "before", "it");
			List<String> asked = new CopyOnWriteArrayList<>();
			List<String> answered = new CopyOnWriteArrayList<>();
			WireTap tap = new WireTap((message, timeout) -> asked.add(text(message)));
			requests.addInterceptor(tap);
			replies.addInterceptor(0, new WireTap((message, timeout) -> answered.add(text(message))));
			String[] many = IntStream.range(0, 200).mapToObj((each) -> "frame " + each).toArray(String[]::new);
			exchange(client, many);
			assertThat(asked).containsExactly(many);
			// From several connections, replies come in any order.
			assertThat(answered).containsExactlyInAnyOrder(many);
			requests.removeInterceptor(tap);
			replies.removeInterceptor(0);
			exchange(client, "after it");
			assertThat(asked).hasSize(many.length);
			assertThat(answered).hasSize(many.length);
		}
	}

	@Test
	void tapRemovedBetweenTwoFramesOfOneReadSeesOnlyTheFirst() {
		try (TestUpstream server = TestUpstream.lineEcho();
				Gateway gateway = Gateway.start(Gateway.route("s", "crlf", "crlf", server.address()));
				TestClient client = gateway.connect("s")) {
			FrameChannel requests = gateway.context().getBean("framegate.s.request", FrameChannel.class);
			List<String> seen = new CopyOnWriteArrayList<>();
			AtomicInteger passed = new AtomicInteger();
			requests.addInterceptor(new WireTap((message, timeout) -> {
				seen.add(text(message));
				if (passed.incrementAndGet() == 1) {
					requests.removeInterceptor(0);
				}
				return true;
			}));
			exchange(client, "one", "two", "three");
			assertThat(seen).containsExactly("one");
		}
	}

	@Test
	void handlerSubscribedToALiveRouteGetsItsShareOfFrames() {
		try (TestUpstream server = TestUpstream.lineEcho();
				Gateway gateway = Gateway.start(Gateway.route("s", "crlf", "crlf", server.address()));
				TestClient client = gateway.connect("s")) {
			FrameChannel requests = gateway.context().getBean("framegate.s.request", FrameChannel.class);
			exchange(client, "before");
			List<String> taken = new CopyOnWriteArrayList<>();
			MessageHandler user = (message) -> taken.add(text(message));
			requests.subscribe(user);
			client.send("a\r\nb\r\nc\r\nd\r\n");
			// A direct channel gives each frame to the next of its handlers.
			assertThat(List.of(client.readLine(), client.readLine())).hasSize(2);
			assertThat(taken).hasSize(2);
			requests.unsubscribe(user);
			exchange(client, "after");
			assertThat(taken).hasSize(2);
		}
	}

	@Test
	void frameThatALateInterceptorHasSpoiltIsRefused() {
		try (TestUpstream server = TestUpstream.lineEcho();
				Gateway gateway = Gateway.start(Gateway.route("s", "crlf", "crlf", server.address()));
				TestClient client = gateway.connect("s")) {
			FrameChannel requests = gateway.context().getBean("framegate.s.request", FrameChannel.class);
			exchange(client, "whole");
			requests.addInterceptor(new ChannelInterceptor() {

				@Override
				public Message<?> preSend(Message<?> message, MessageChannel channel) {
					return MessageBuilder.withPayload("in\r\ntwo".getBytes(StandardCharsets.US_ASCII))
						.copyHeaders(message.getHeaders())
						.build();
				}
			});
			client.send("one\r\n");
			assertThat(gateway.awaitClosure("s", Side.INBOUND).reason()).isEqualTo(CloseReason.FRAME_NOT_ENCODABLE);
		}
	}

}
