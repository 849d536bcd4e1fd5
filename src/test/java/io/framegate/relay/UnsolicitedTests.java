package io.framegate.relay;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

import io.framegate.closure.Closure;
import io.framegate.closure.Side;
import io.framegate.connection.FrameConnection;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.Peer;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestUpstream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Configuration;
import org.springframework.integration.annotation.ServiceActivator;
import org.springframework.messaging.Message;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a server sends of its own accord: it reaches no client, and those who ask for it
 * get it.
 */
@Timeout(60)
class UnsolicitedTests {

	private static final String CLASSES = "upstream.correlation.regex-request=^(..)..([0-9]{6}),"
			+ "upstream.correlation.regex-reply=^(..)..([0-9]{6})";

	private static final String REWRITTEN = "upstream.correlation.regex-request=^(..)..(?P<key>[0-9]{6}),"
			+ "upstream.correlation.regex-reply=^(..)..(?P<key>[0-9]{6}),upstream.correlation.rewrite=true";

	private static final String FIXED = "upstream.correlation.offset=4,upstream.correlation.length=6,";

	/**
	 * A host that, before each of its answers, asks something with the very trace number
	 * of the request.
	 */
	private static void asksFirst(Peer peer) {
		peer.within(Duration.ofMinutes(1));
		for (String line = peer.readLineOrEof(); line != null; line = peer.readLineOrEof()) {
			String trace = line.substring(4, 10);
			peer.sendLine("0800" + trace + "are you there");
			peer.sendLine("0210" + trace + "approved" + line.substring(10));
		}
	}

	private static String[] route(TestUpstream host, String sharing, String... more) {
		return Gateway.all(
				Gateway.route("x", "crlf", "crlf", host.address(), "mode=request-reply", "upstream.sharing=" + sharing,
						"upstream.pool.max-connections=1"),
				List.of(more).stream().map((property) -> "framegate.routes.x." + property).toArray(String[]::new));
	}

	private static void askTwenty(Gateway gateway) {
		try (TestClient client = gateway.connect("x"); TestClient other = gateway.connect("x")) {
			for (int i = 0; i < 10; i++) {
				client.sendLine("0200%06d mine".formatted(i));
				other.sendLine("0200%06d theirs".formatted(i + 500));
				assertThat(client.readLine()).isEqualTo("0210%06dapproved mine".formatted(i));
				assertThat(other.readLine()).isEqualTo("0210%06dapproved theirs".formatted(i + 500));
			}
		}
	}

	private static double unsolicited(Gateway gateway) {
		return gateway.metric("framegate_replies_discarded_total{cause=\"unsolicited\",route=\"x\"}");
	}

	private static void awaitUnsolicited(Gateway gateway, int count) {
		Gateway.await("frames to be counted", () -> Optional.of(unsolicited(gateway)).filter((now) -> now == count));
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', value = { "correlated | " + CLASSES, "correlated | " + REWRITTEN,
			"correlated | " + FIXED + "upstream.correlation.reply-when=^0[0-9]1",
			"correlated | " + FIXED + "upstream.correlation.reply-when=@2:1,upstream.correlation.rewrite=true",
			"ordered | upstream.correlation.reply-when=@2:hex:31",
			"ordered | " + FIXED + "upstream.correlation.reply-when=^021",
			"exclusive | upstream.correlation.reply-when=^021",
			"exclusive | upstream.correlation.regex-request=^0200([0-9]{6}),upstream.correlation.regex-reply=^0210([0-9]{6})" })
	void hostsOwnRequestReachesNoClientAndEndsNoLink(String sharing, String settings) {
		try (TestUpstream host = TestUpstream.handling(UnsolicitedTests::asksFirst);
				Gateway gateway = Gateway.start(route(host, sharing, settings.split(",(?=upstream)")))) {
			askTwenty(gateway);
			awaitUnsolicited(gateway, 20);
			assertThat(host.connections()).hasSize(1);
			assertThat(gateway.closures("x")).extracting(Closure::side).doesNotContain(Side.UPSTREAM);
		}
	}

	@Test
	void whoSubscribesGetsThem() {
		try (TestUpstream host = TestUpstream.handling(UnsolicitedTests::asksFirst);
				Gateway gateway = Gateway.start(List.of(Subscriber.class),
						route(host, "correlated", CLASSES.split(",(?=upstream)")))) {
			Subscriber subscriber = gateway.bean(Subscriber.class);
			askTwenty(gateway);
			Gateway.await("all of them", () -> Optional.of(subscriber.taken).filter((taken) -> taken.size() == 20));
			assertThat(subscriber.taken).extracting((message) -> text(message)).contains("0800000009are you there");
			assertThat(subscriber.taken).allSatisfy((message) -> {
				assertThat(message.getHeaders()).containsEntry(FrameConnection.ROUTE_HEADER, "x");
				assertThat(message.getHeaders().get("ip_connectionId"))
					.isEqualTo(subscriber.taken.getFirst().getHeaders().get("ip_connectionId"));
			});
			assertThat(unsolicited(gateway)).isZero();
		}
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void subscriberThatThrowsEndsNothing(CapturedOutput output) {
		try (TestUpstream host = TestUpstream.handling(UnsolicitedTests::asksFirst);
				Gateway gateway = Gateway.start(List.of(Thrower.class),
						route(host, "correlated", CLASSES.split(",(?=upstream)")))) {
			askTwenty(gateway);
			awaitUnsolicited(gateway, 20);
			assertThat(host.connections()).hasSize(1);
			assertThat(output).contains("Route 'x': handling an unsolicited frame", "cannot take 0800000009");
		}
	}

	@Test
	void hostGetsAnAnswerOnItsOwnLink() {
		List<String> answers = new CopyOnWriteArrayList<>();
		try (TestUpstream host = TestUpstream.handling((peer) -> {
			peer.within(Duration.ofMinutes(1)).sendLine("0800000077are you there");
			for (String line = peer.readLineOrEof(); line != null; line = peer.readLineOrEof()) {
				if (line.startsWith("08")) {
					answers.add(line);
				}
				else {
					peer.sendLine("0210" + line.substring(4));
				}
			}
		});
				Gateway gateway = Gateway.start(List.of(Answerer.class),
						route(host, "correlated", CLASSES.split(",(?=upstream)")));
				TestClient client = gateway.connect("x")) {
			Gateway.await("an answer", () -> answers.stream().findFirst());
			assertThat(answers).containsExactly("0810000077I am");
			client.sendLine("0200000001 mine");
			assertThat(client.readLine()).isEqualTo("0210000001 mine");
			assertThat(host.connections()).hasSize(1);
		}
	}

	@Test
	void subscriberThatBlocksHoldsUpNoReplyWhereThatIsDeclared() {
		try (TestUpstream host = TestUpstream.handling(UnsolicitedTests::asksFirst);
				TestUpstream plain = TestUpstream.lineEcho();
				Gateway gateway = Gateway.start(List.of(Blocker.class),
						Gateway.all(
								route(host, "correlated",
										(CLASSES + ",handler=blocking").split(",(?=upstream|handler)")),
								Gateway.route("other", "crlf", "crlf", plain.address())))) {
			Blocker blocker = gateway.bean(Blocker.class);
			try (TestClient client = gateway.connect("x");
					TestClient one = gateway.connect("other");
					TestClient two = gateway.connect("other")) {
				client.sendLine("0200000001 mine");
				blocker.awaitEntered();
				// Both loops go on.
				one.sendLine("one");
				two.sendLine("two");
				assertThat(one.readLine()).isEqualTo("one");
				assertThat(two.readLine()).isEqualTo("two");
				blocker.go.countDown();
				assertThat(client.readLine()).isEqualTo("0210000001approved mine");
			}
		}
	}

	private static String text(Message<?> message) {
		return new String((byte[]) message.getPayload(), StandardCharsets.ISO_8859_1);
	}

	@Configuration(proxyBeanMethods = false)
	static class Subscriber {

		private final List<Message<?>> taken = new CopyOnWriteArrayList<>();

		@ServiceActivator(inputChannel = "framegate.x.unsolicited")
		void take(Message<?> message) {
			this.taken.add(message);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Answerer {

		@ServiceActivator(inputChannel = "framegate.x.unsolicited", outputChannel = "framegate.x.forward")
		String answer(byte[] frame) {
			return "0810" + new String(frame, 4, 6, StandardCharsets.ISO_8859_1) + "I am";
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Thrower {

		@ServiceActivator(inputChannel = "framegate.x.unsolicited")
		void take(Message<?> message) {
			throw new AssertionError("cannot take " + text(message));
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Blocker {

		private final CountDownLatch entered = new CountDownLatch(1);

		private final CountDownLatch go = new CountDownLatch(1);

		@ServiceActivator(inputChannel = "framegate.x.unsolicited")
		void take(Message<?> message) throws InterruptedException {
			this.entered.countDown();
			this.go.await();
		}

		private void awaitEntered() {
			Gateway.await("a frame to be handled",
					() -> (this.entered.getCount() == 0) ? Optional.of(true) : Optional.empty());
		}

	}

}
