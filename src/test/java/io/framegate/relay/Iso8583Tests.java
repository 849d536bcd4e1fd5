package io.framegate.relay;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import java.util.stream.Stream;

import io.framegate.closure.Side;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.GatewayBuilder;
import io.framegate.testkit.Peer;
import io.framegate.testkit.RouteSpec;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestSocket;
import io.framegate.testkit.TestUpstream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static io.framegate.testkit.RouteSpec.route;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/**
 * ISO 8583 messages behind two bytes of length: terminals that all count their trace
 * numbers (field 11) from 1, and a host that wants to be signed on to and answers in any
 * order.
 */
@Timeout(60)
class Iso8583Tests {

	private static final int TERMINALS = 30;

	private static final int BATCHES = 3;

	private static final int AT_ONCE = 8;

	private static final String SIGN_ON = "0800822000000000000004000000000000000101000000000001301";

	/** With field 39: the host's answer has a bitmap and a length of its own. */
	private static final String SIGNED_ON = "081082200000020000000400000000000000010100000000000100301";

	/** After the type, the bitmap and the fields 3, 4 and 7. */
	private static final int TRACE_NUMBER = 4 + 16 + 6 + 12 + 10;

	/** A card number may stand before them. */
	private static final String REGEX = "^02[0-9]{2}[0-9A-F]{16}(?:16[0-9]{16})?[0-9]{28}([0-9]{6})";

	@AutoClose
	private static Gateway gateway;

	@BeforeAll
	static void start() {
		gateway = GatewayBuilder.routes().start();
	}

	/** A route to the host, its links signed on. */
	private static RouteSpec signedOn(String name, String... correlation) {
		return route(name).framing("length2", "length2")
			.correlated("rewrite=true")
			.correlated(correlation)
			.with("upstream.pool.max-connections=2", "upstream.heartbeat.interval=2s",
					"upstream.heartbeat.send=" + SIGN_ON);
	}

	/**
	 * Finds trace numbers by their place. In a network message it is another: an answer
	 * to a heartbeat is known by the rest.
	 */
	private static RouteSpec byOffset(String name) {
		return signedOn(name, "offset=" + TRACE_NUMBER, "length=6").with("upstream.heartbeat.expect=" + SIGNED_ON);
	}

	static Stream<Arguments> everyWayToFindTraceNumbers() {
		return Stream.of(arguments(byOffset("offset"), false, true),
				arguments(signedOn("regex", "regex-request=" + REGEX, "regex-reply=" + REGEX), true, true),
				arguments(byOffset("any-order").correlation("ordered=false"), false, false));
	}

	@ParameterizedTest
	@MethodSource("everyWayToFindTraceNumbers")
	void everyTerminalGetsItsOwnAnswers(RouteSpec spec, boolean cards, boolean ordered) throws Exception {
		String route = spec.name();
		try (Host host = new Host()) {
			gateway.configure(spec.to(host.server));
			try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
				List<Callable<Void>> terminals = new ArrayList<>();
				for (int i = 0; i < TERMINALS; i++) {
					int terminal = i;
					terminals.add(() -> speak(route, terminal, cards, ordered));
				}
				for (Future<Void> done : threads.invokeAll(terminals)) {
					done.get();
				}
			}
			assertThat(host.mistakes).isEmpty();
			assertThat(host.seen).hasSize(TERMINALS * BATCHES * AT_ONCE);
			// Every link signed on, and is kept awake once the terminals are silent.
			Gateway.await("heartbeats", () -> Optional.of(host.heartbeats.get()).filter((count) -> count >= 4));
			assertThat(gateway.connections(route)).filteredOn((connection) -> connection.side() == Side.UPSTREAM)
				.hasSize(2);
			assertThat(gateway.text("/actuator/prometheus")
				.lines()
				.filter((line) -> line.startsWith("framegate_replies_discarded") && line.contains('"' + route + '"')))
				.allSatisfy((line) -> assertThat(line).endsWith(" 0.0"));
		}
	}

	private static Void speak(String route, int terminal, boolean cards, boolean ordered) {
		try (TestClient client = gateway.connect(route).within(Duration.ofSeconds(40))) {
			int trace = 0;
			for (int batch = 0; batch < BATCHES; batch++) {
				List<String> expected = new ArrayList<>();
				for (int i = 0; i < AT_ONCE; i++) {
					String card = (cards && i % 2 == 0) ? "164000123412341234" : "";
					String amount = "%06d%012d%010d".formatted(0, ThreadLocalRandom.current().nextInt(100_000),
							101_000_000);
					String rest = "%06d%06d%06d".formatted(++trace, terminal, trace);
					String name = "T%07d".formatted(terminal);
					send(client, "0200" + bitmap(!card.isEmpty(), false) + card + amount + rest + name);
					expected.add("0210" + bitmap(!card.isEmpty(), true) + card + amount + rest + "00" + name);
				}
				List<String> replies = new ArrayList<>();
				for (int i = 0; i < AT_ONCE; i++) {
					replies.add(read(client));
				}
				if (ordered) {
					assertThat(replies).isEqualTo(expected);
				}
				else {
					assertThat(replies).containsExactlyInAnyOrderElementsOf(expected);
				}
			}
			client.halfClose();
			client.expectEof();
		}
		return null;
	}

	/** Fields 3, 4, 7, 11, 37 and 41; 2 for a card, 39 for an answer. */
	private static String bitmap(boolean card, boolean answer) {
		return "%016X".formatted(LongStream.of(card ? 2 : 3, 3, 4, 7, 11, 37, answer ? 39 : 41, 41)
			.map((field) -> 1L << (64 - field))
			.reduce(0, (a, b) -> a | b));
	}

	private static String read(TestSocket from) {
		int length = ByteBuffer.wrap(from.readExactly(2)).getShort() & 0xFFFF;
		return new String(from.readExactly(length), StandardCharsets.US_ASCII);
	}

	private static void send(TestSocket to, String message) {
		to.send(ByteBuffer.allocate(2 + message.length())
			.putShort((short) message.length())
			.put(message.getBytes(StandardCharsets.US_ASCII))
			.array());
	}

	/**
	 * Answers each message when it likes, and takes note of what a real host objects to.
	 */
	private static final class Host implements AutoCloseable {

		private final TestUpstream server = TestUpstream.handling(this::serve);

		private final Set<String> seen = ConcurrentHashMap.newKeySet();

		private final Set<String> mistakes = ConcurrentHashMap.newKeySet();

		private final AtomicInteger heartbeats = new AtomicInteger();

		private void serve(Peer peer) {
			peer.within(Duration.ofMinutes(2));
			Set<String> open = ConcurrentHashMap.newKeySet();
			boolean signedOn = false;
			while (true) {
				String message = read(peer);
				if (message.startsWith("0800")) {
					signedOn = true;
					this.heartbeats.incrementAndGet();
					answer(peer, message.equals(SIGN_ON) ? SIGNED_ON : "0810 not a sign-on: " + message);
				}
				else {
					int trace = TRACE_NUMBER + (message.contains("164000123412341234") ? 18 : 0);
					String number = message.substring(trace, trace + 6);
					if (!signedOn) {
						this.mistakes.add("not signed on: " + message);
					}
					if (!open.add(number)) {
						this.mistakes.add("trace number in use: " + message);
					}
					if (!this.seen.add(message.substring(trace + 6))) {
						this.mistakes.add("twice: " + message);
					}
					Thread.ofVirtual().start(() -> answerLater(peer, message, open, number));
				}
			}
		}

		private static void answerLater(Peer peer, String message, Set<String> open, String number) {
			try {
				Thread.sleep(Duration.ofNanos(ThreadLocalRandom.current().nextLong(5_000_000)));
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
			int name = message.length() - 8;
			open.remove(number);
			answer(peer, "0210" + bitmap(message.contains("164000123412341234"), true) + message.substring(20, name)
					+ "00" + message.substring(name));
		}

		private static void answer(Peer peer, String message) {
			synchronized (peer) {
				send(peer, message);
			}
		}

		@Override
		public void close() {
			this.server.close();
		}

	}

}
