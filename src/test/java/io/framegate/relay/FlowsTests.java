package io.framegate.relay;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import io.framegate.closure.CloseReason;
import io.framegate.closure.Closure;
import io.framegate.closure.Side;
import io.framegate.framing.Framings;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.GatewayBuilder;
import io.framegate.testkit.RouteSpec;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestPorts;
import io.framegate.testkit.TestUpstream;
import io.framegate.timeout.Timeout;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.integration.annotation.ServiceActivator;
import org.springframework.integration.annotation.Transformer;
import org.springframework.integration.config.EnableIntegration;
import org.springframework.integration.config.GlobalChannelInterceptor;
import org.springframework.integration.core.MessagingTemplate;
import org.springframework.integration.dsl.IntegrationFlow;
import org.springframework.integration.ip.dsl.Tcp;
import org.springframework.integration.ip.tcp.serializer.AbstractByteArraySerializer;
import org.springframework.messaging.Message;
import org.springframework.messaging.MessageChannel;
import org.springframework.messaging.support.ChannelInterceptor;
import org.springframework.messaging.support.MessageBuilder;

import static io.framegate.testkit.RouteSpec.route;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Users' own flows on the channels of routes. The samples of
 * {@code src/docs/spring-integration.md} are here.
 */
class FlowsTests {

	private static final int ASKED = TestPorts.refused();

	@AutoClose
	private static TestUpstream server;

	/**
	 * All routes at once, because the samples subscribe to their channels at the start.
	 */
	@AutoClose
	private static Gateway gateway;

	@BeforeAll
	static void start() {
		server = TestUpstream.lineEcho();
		gateway = GatewayBuilder
			.routes(exchanges("intercepted").to(server), exchanges("orders").to(server), exchanges("partly").to(server),
					exchanges("clock"), exchanges("slow").with("handler=blocking"),
					exchanges("slow-pooled").with("handler=blocking").to(server), route("events").with("mode=one-way"),
					exchanges("unanswered").with("timeouts.reply=200ms", "timeouts.drain=1s"),
					route("asked").ordered().with("listen.port=" + ASKED).to(server))
			.with("orders.port=" + ASKED)
			.beans(Samples.class)
			.start();
	}

	private static RouteSpec exchanges(String name) {
		return route(name).pooled();
	}

	@Test
	void interceptorChangesAndDropsRequests() {
		try (TestClient client = gateway.connect("intercepted")) {
			client.send("one\r\n \r\ntwo\r\n");
			client.halfClose();
			assertThat(client.readAll()).asString().isEqualTo("[one]\r\n[two]\r\n");
			assertThat(gateway.awaitClosure("intercepted", Side.INBOUND).undelivered())
				.isEqualTo(new Closure.Undelivered(1, 1));
		}
	}

	@Test
	void transformerTakesRequestsAndAFlowReplies() {
		try (TestClient client = gateway.connect("orders")) {
			for (int i = 1; i <= 100; i++) {
				client.sendLine("order " + i);
				assertThat(client.readLine()).isEqualTo(i + " ORDER " + i);
			}
			client.halfClose();
			client.expectEof();
		}
	}

	@Test
	void flowAnswersSomeAndPassesOthersOn() {
		try (TestClient client = gateway.connect("partly")) {
			IntStream.range(0, 200).forEach((i) -> client.sendLine((i % 3 == 0) ? "mine " + i : "theirs " + i));
			client.halfClose();
			for (int i = 0; i < 200; i++) {
				assertThat(client.readLine()).isEqualTo((i % 3 == 0) ? "answered mine " + i : "theirs " + i);
			}
			client.expectEof();
		}
	}

	@Test
	void serviceActivatorAnswersWithoutAnyUpstream() {
		try (TestClient client = gateway.connect("clock")) {
			IntStream.range(0, 500).forEach((i) -> client.sendLine("hello " + i));
			client.halfClose();
			for (int i = 0; i < 500; i++) {
				assertThat(client.readLine()).isEqualTo("you said hello " + i);
			}
			client.expectEof();
			Closure closure = gateway.awaitClosure("clock", Side.INBOUND);
			assertThat(closure.reason()).isEqualTo(CloseReason.INBOUND_EOF);
			assertThat(closure.framesOut()).isEqualTo(500);
			assertThat(gateway.route("clock").targets()).isEmpty();
		}
	}

	@Test
	void eventsGoToABeanAndNothingReturns() {
		try (TestClient client = gateway.connect("events")) {
			client.send("a\r\nb\r\nc\r\n");
			client.halfClose();
			client.expectEof();
			assertThat(gateway.bean(Samples.class).events).hasValue(3);
		}
	}

	@Test
	void blockingCodeKeepsTheOrderOfEachConnectionAndStopsNoOther() {
		try (TestClient blocked = gateway.connect("slow"); TestClient free = gateway.connect("slow")) {
			blocked.send("wait\r\n");
			IntStream.range(0, 300).forEach((i) -> blocked.sendLine("blocked " + i));
			blocked.halfClose();
			for (int i = 0; i < 100; i++) {
				free.sendLine("free " + i);
				assertThat(free.readLine()).isEqualTo("done free " + i);
			}
			gateway.bean(Samples.class).go.countDown();
			assertThat(blocked.readLine()).isEqualTo("done wait");
			for (int i = 0; i < 300; i++) {
				assertThat(blocked.readLine()).isEqualTo("done blocked " + i);
			}
			blocked.expectEof();
		}
	}

	@Test
	void blockingCodeBeforeAPoolKeepsTheOrder() {
		try (TestClient client = gateway.connect("slow-pooled")) {
			IntStream.range(0, 500).forEach((i) -> client.sendLine("request " + i));
			client.halfClose();
			for (int i = 0; i < 500; i++) {
				assertThat(client.readLine()).isEqualTo("request " + i);
			}
			client.expectEof();
		}
	}

	@Test
	void flowOfItsOwnAsksOverARoute() {
		MessagingTemplate template = new MessagingTemplate();
		MessageChannel questions = gateway.context().getBean("questions", MessageChannel.class);
		for (int i = 0; i < 20; i++) {
			Message<?> reply = template.sendAndReceive(questions, MessageBuilder.withPayload("question " + i).build());
			assertThat(new String((byte[]) reply.getPayload(), StandardCharsets.UTF_8)).isEqualTo("question " + i);
		}
		Gateway.await("the last answer counted",
				() -> Optional.of(gateway.route("asked").metrics().framesOut()).filter((out) -> out == 20));
	}

	@Test
	void replyTimerOfAFlowThatDoesNotAnswerFiresOnce() {
		try (TestClient client = gateway.connect("unanswered")) {
			client.sendLine("one");
			client.expectEof();
			Closure closure = gateway.awaitClosure("unanswered", Side.INBOUND);
			assertThat(closure.reason()).isEqualTo(CloseReason.REPLY_TIMEOUT);
			assertThat(gateway.route("unanswered").timeouts().fired(Timeout.REPLY)).isEqualTo(1);
		}
	}

	@Test
	void routeWithNeitherTargetsNorBeanDoesNotStart() {
		assertThatThrownBy(() -> Gateway.start(Gateway.route("nobody", "crlf", "crlf", "", "mode=request-reply")))
			.rootCause()
			.hasMessageContaining("framegate.nobody has no upstream.targets and nobody subscribes to its channel")
			.hasMessageContaining("@ServiceActivator(inputChannel = \"framegate.nobody.request\"");
	}

	private static String text(byte[] frame) {
		return new String(frame, StandardCharsets.UTF_8);
	}

	@Configuration(proxyBeanMethods = false)
	@EnableIntegration
	static class Samples {

		final CountDownLatch go = new CountDownLatch(1);

		final AtomicInteger events = new AtomicInteger();

		@Bean
		@GlobalChannelInterceptor(patterns = "framegate.intercepted.request")
		ChannelInterceptor stamp() {
			return new ChannelInterceptor() {

				@Override
				public Message<?> preSend(Message<?> message, MessageChannel channel) {
					String text = text((byte[]) message.getPayload());
					return text.isBlank() ? null
							: MessageBuilder.withPayload("[" + text + "]").copyHeaders(message.getHeaders()).build();
				}
			};
		}

		@Transformer(inputChannel = "framegate.orders.request", outputChannel = "framegate.orders.forward")
		String upperCase(byte[] frame) {
			return text(frame).toUpperCase(Locale.ROOT);
		}

		@Bean
		IntegrationFlow numbered() {
			AtomicInteger number = new AtomicInteger();
			return IntegrationFlow.from("framegate.orders.reply")
				.transform(byte[].class, (frame) -> number.incrementAndGet() + " " + text(frame))
				.channel("framegate.orders.deliver")
				.get();
		}

		@Bean
		IntegrationFlow someAnswered() {
			return IntegrationFlow.from("framegate.partly.request")
				.<byte[], Boolean>route((frame) -> text(frame).startsWith("mine"),
						(router) -> router
							.subFlowMapping(true,
									(flow) -> flow.transform(byte[].class, (frame) -> "answered " + text(frame))
										.channel("framegate.partly.reply"))
							.subFlowMapping(false, (flow) -> flow.channel("framegate.partly.forward")))
				.get();
		}

		@ServiceActivator(inputChannel = "framegate.clock.request", outputChannel = "framegate.clock.reply")
		String answer(byte[] frame) {
			return "you said " + text(frame);
		}

		@ServiceActivator(inputChannel = "framegate.slow.request", outputChannel = "framegate.slow.reply")
		String work(byte[] frame) throws InterruptedException {
			if (text(frame).equals("wait")) {
				this.go.await();
			}
			return "done " + text(frame);
		}

		@Transformer(inputChannel = "framegate.slow-pooled.request", outputChannel = "framegate.slow-pooled.forward")
		byte[] look(byte[] frame) throws InterruptedException {
			assertThat(Thread.currentThread().isVirtual()).isTrue();
			Thread.sleep(1);
			return frame;
		}

		@ServiceActivator(inputChannel = "framegate.events.request")
		void take(byte[] frame) {
			this.events.incrementAndGet();
		}

		@ServiceActivator(inputChannel = "framegate.unanswered.request")
		void forget(byte[] frame) {
			// Nobody answers.
		}

		@Bean
		IntegrationFlow ask(@Value("${orders.port}") int port) {
			AbstractByteArraySerializer crlf = (AbstractByteArraySerializer) Framings.named("crlf", false);
			return IntegrationFlow.from("questions")
				.handle(Tcp.outboundGateway(Tcp.netClient("127.0.0.1", port)
					.serializer(crlf)
					.deserializer(crlf)
					.singleUseConnections(true)))
				.get();
		}

	}

}
