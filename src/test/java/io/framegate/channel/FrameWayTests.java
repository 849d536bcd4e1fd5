package io.framegate.channel;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.framegate.testkit.Gateway;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestUpstream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.integration.config.GlobalChannelInterceptor;
import org.springframework.messaging.Message;
import org.springframework.messaging.MessageChannel;
import org.springframework.messaging.support.ChannelInterceptor;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which of our classes a frame has passed when it is in its channel.
 */
class FrameWayTests {

	@ParameterizedTest
	@ValueSource(strings = { "session", "request-reply" })
	void frameReachesItsChannelWithoutPassingLifecycle(String mode) {
		try (TestUpstream server = TestUpstream.lineEcho();
				Gateway gateway = Gateway.start(List.of(Watching.class),
						Gateway.route("s", "crlf", "crlf", server.address(), "mode=" + mode));
				TestClient client = gateway.connect("s")) {
			client.sendLine("there and back");
			assertThat(client.readLine()).isEqualTo("there and back");
			Watching watching = gateway.bean(Watching.class);
			assertThat(watching.channels).hasSize(2);
			assertThat(watching.passed).contains(FrameAdapter.class)
				.noneMatch((each) -> each.getPackageName().equals("io.framegate.lifecycle"));
		}
	}

	@Configuration(proxyBeanMethods = false)
	static class Watching {

		final Set<Class<?>> passed = ConcurrentHashMap.newKeySet();

		final Set<MessageChannel> channels = ConcurrentHashMap.newKeySet();

		private final StackWalker stack = StackWalker
			.getInstance(Set.of(StackWalker.Option.RETAIN_CLASS_REFERENCE, StackWalker.Option.SHOW_HIDDEN_FRAMES));

		@Bean
		@GlobalChannelInterceptor(patterns = { "framegate.s.request", "framegate.s.reply" })
		ChannelInterceptor watch() {
			return new ChannelInterceptor() {

				@Override
				public Message<?> preSend(Message<?> message, MessageChannel channel) {
					Watching.this.channels.add(channel);
					Watching.this.stack.forEach((frame) -> Watching.this.passed.add(frame.getDeclaringClass()));
					return message;
				}
			};
		}

	}

}
