package io.framegate;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;

import io.framegate.closure.Closure;
import io.framegate.closure.Side;
import io.framegate.configuration.TestConfiguration;
import io.framegate.route.Route;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.Peer;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestSocket;
import io.framegate.testkit.TestUpstream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.core.io.FileSystemResource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Every example with shared links that says how to find keys, to keep links awake or to
 * look after targets, against a server that answers as real ones do: with fields of its
 * own, in any order where that is allowed, and while requests are under way for longer
 * than from one heartbeat to the next.
 */
@Timeout(120)
class ExamplesUnderLoadTests {

	private static final int CLIENTS = 6;

	private static final int ROUNDS = 3;

	private static final int AT_ONCE = 5;

	/** Heartbeats and probes come so often, and are to be answered in that time. */
	private static final String INTERVAL = "1s";

	private static final Map<String, Server> SERVERS = Map.of("iso8583-links.yml", new CardHost(), "dns-pool.yml",
			new NameServer(), "modbus.yml", new Device(), "hl7-failover.yml", new Hospital(), "redis-counters.yml",
			new Redis());

	static Stream<Path> examples() throws Exception {
		return ExamplesTests.examples().filter((example) -> isLookedAfter(route(example)));
	}

	private static Route route(Path example) {
		return TestConfiguration.empty().resource(new FileSystemResource(example)).onlyRoute();
	}

	private static boolean isLookedAfter(Route route) {
		return route.upstream().correlation() != null || route.upstream().heartbeat().interval().isPositive()
				|| route.upstream().healthCheck().interval().isPositive();
	}

	@Test
	void examplesWithLinksAreFound() throws Exception {
		assertThat(examples().map((example) -> example.getFileName().toString()))
			.containsExactlyInAnyOrderElementsOf(SERVERS.keySet());
	}

	@ParameterizedTest
	@MethodSource("examples")
	void everyClientGetsItsRepliesAndNoLinkEnds(Path example) throws Exception {
		Server server = SERVERS.get(example.getFileName().toString());
		Route route = route(example);
		String prefix = "framegate.routes." + route.name();
		List<String> properties = new ArrayList<>(List.of(prefix + ".listen.port=0"));
		if (route.upstream().heartbeat().interval().isPositive()) {
			properties.add(prefix + ".upstream.heartbeat.interval=" + INTERVAL);
		}
		if (route.upstream().healthCheck().interval().isPositive()) {
			properties.add(prefix + ".upstream.health-check.interval=" + INTERVAL);
		}
		try (TestUpstream upstream = TestUpstream
			.handling((peer) -> server.serve(peer.within(Duration.ofMinutes(2))))) {
			properties.add(prefix + ".upstream.targets=" + upstream.address());
			try (Gateway gateway = Gateway.start(example, properties.toArray(String[]::new));
					ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
				List<Callable<Void>> clients = IntStream.range(0, CLIENTS).<Callable<Void>>mapToObj((client) -> () -> {
					play(server, upstream, gateway.connect(route.name()), client);
					return null;
				}).toList();
				for (Future<Void> done : threads.invokeAll(clients)) {
					done.get();
				}
				assertThat(gateway.closures(route.name())).filteredOn((closure) -> closure.side() == Side.UPSTREAM)
					.extracting(Closure::detail)
					.isEmpty();
				assertThat(server.mistakes).isEmpty();
				assertThat(gateway.text("/actuator/prometheus").lines())
					.filteredOn((line) -> line.startsWith("framegate_replies_discarded") && !line.endsWith(" 0.0"))
					.allSatisfy((line) -> assertThat(line).contains("unsolicited"));
			}
		}
	}

	private static void play(Server server, TestUpstream upstream, TestClient client, int number) {
		try (client) {
			client.within(Duration.ofMinutes(1));
			int count = 0;
			for (int round = 0; round < ROUNDS; round++) {
				// On a link with nothing to do, and on one that has.
				server.awaitPulse(upstream, 2 * round + 1);
				List<String> expected = new ArrayList<>();
				for (int i = 0; i < AT_ONCE; i++) {
					String request = server.request(number, ++count);
					expected.add(server.answer(request));
					server.send(client, request);
				}
				List<String> replies = new ArrayList<>();
				for (int i = 0; i < AT_ONCE; i++) {
					replies.add(server.read(client));
				}
				assertThat(replies).containsExactlyInAnyOrderElementsOf(expected);
			}
			client.halfClose();
			client.expectEof();
		}
	}

	/** What an example's server does. */
	private abstract static class Server {

		final Set<String> mistakes = ConcurrentHashMap.newKeySet();

		final AtomicInteger heartbeats = new AtomicInteger();

		abstract String request(int client, int count);

		abstract String answer(String request);

		abstract void serve(Peer peer);

		void awaitPulse(TestUpstream upstream, int atLeast) {
			Gateway.await("heartbeats", () -> Optional.of(this.heartbeats.get()).filter((count) -> count >= atLeast));
		}

		String read(TestSocket from) {
			int length = ByteBuffer.wrap(from.readExactly(2)).getShort() & 0xFFFF;
			return new String(from.readExactly(length), StandardCharsets.ISO_8859_1);
		}

		void send(TestSocket to, String message) {
			to.send(ByteBuffer.allocate(2 + message.length())
				.putShort((short) message.length())
				.put(message.getBytes(StandardCharsets.ISO_8859_1))
				.array());
		}

		/** Serves until the link ends. */
		final void each(Peer peer, Function<String, List<String>> answers) {
			while (true) {
				for (String answer : answers.apply(read(peer))) {
					send(peer, answer);
				}
			}
		}

	}

	/**
	 * Signs links on, answers once the link was kept awake meanwhile, and asks itself
	 * whether the gateway is there, with trace numbers that are under way.
	 */
	private static final class CardHost extends Server {

		private final Set<String> traces = ConcurrentHashMap.newKeySet();

		@Override
		String request(int client, int count) {
			return "0200" + bitmap(3, 4, 7, 11, 41) + "%06d%012d%010d".formatted(0, client * 100 + count, 101_000_000)
					+ "%06d".formatted(count) + "T%07d".formatted(client);
		}

		@Override
		String answer(String request) {
			return "0210" + bitmap(3, 4, 7, 11, 39, 41) + request.substring(20, 54) + "00" + request.substring(54);
		}

		@Override
		void serve(Peer peer) {
			List<String> held = new ArrayList<>();
			each(peer, (message) -> {
				List<String> out = new ArrayList<>();
				if (message.startsWith("0800")) {
					this.heartbeats.incrementAndGet();
					String trace = message.substring(46, 52);
					out.add("0810" + bitmap(7, 11, 39, 70) + message.substring(36, 46) + trace + "00"
							+ message.substring(52));
					// Nothing else comes: this was sent although requests are under way.
					Collections.shuffle(held);
					held.forEach((request) -> {
						out.add("0800" + bitmap(7, 11, 70) + "0101000000" + request.substring(48, 54) + "301");
						out.add(answer(request));
					});
					held.clear();
				}
				else {
					String trace = message.substring(48, 54);
					if (!this.traces.add(trace) || trace.equals("000000")) {
						this.mistakes.add("trace number " + trace + " twice or zero: " + message);
					}
					held.add(message);
				}
				return out;
			});
		}

		private static String bitmap(int... fields) {
			long first = 0;
			long second = 0;
			for (int field : fields) {
				first |= (field <= 64) ? 1L << (64 - field) : 1L << 63;
				second |= (field > 64) ? 1L << (128 - field) : 0;
			}
			return "%016X".formatted(first) + ((second != 0) ? "%016X".formatted(second) : "");
		}

	}

	/** Answers in any order. */
	private static final class NameServer extends Server {

		@Override
		String request(int client, int count) {
			return "\0" + (char) count + "\1\0\0\1\0\0\0\0\0\0\4c%03d\3com\0\0\1\0\1".formatted(client * 100 + count);
		}

		/** The query, marked as an answer, with an address. */
		@Override
		String answer(String request) {
			return request.substring(0, 2) + "\u0081\u0080\0\1\0\1\0\0\0\0" + request.substring(12)
					+ "\u00C0\14\0\1\0\1\0\0\0\74\0\4\12\0\0\1";
		}

		@Override
		void awaitPulse(TestUpstream upstream, int atLeast) {
			// Its links have none.
		}

		@Override
		void serve(Peer peer) {
			while (true) {
				String query = read(peer);
				Thread.ofVirtual().start(() -> {
					synchronized (peer) {
						send(peer, answer(query));
					}
				});
			}
		}

	}

	/** Answers with what stands in registers that have their own addresses. */
	private static final class Device extends Server {

		private static final int HEADER = 6;

		private final Set<String> asked = ConcurrentHashMap.newKeySet();

		/** All masters count alike. */
		@Override
		String request(int client, int count) {
			return "\0" + (char) count + "\0\0\0\6\21\3" + (char) client + (char) count + "\0\1";
		}

		@Override
		String answer(String request) {
			return request.substring(0, 4) + "\0\5\21\3\2" + request.substring(8, 10);
		}

		@Override
		void awaitPulse(TestUpstream upstream, int atLeast) {
			// Its link has none.
		}

		@Override
		void serve(Peer peer) {
			each(peer, (request) -> {
				if (!this.asked.add(request.substring(0, 2))) {
					this.mistakes.add("transaction twice: " + request);
				}
				return List.of(answer(request));
			});
		}

		@Override
		String read(TestSocket from) {
			byte[] header = from.readExactly(HEADER);
			return new String(header, StandardCharsets.ISO_8859_1)
					+ new String(from.readExactly(header[HEADER - 1]), StandardCharsets.ISO_8859_1);
		}

		@Override
		void send(TestSocket to, String message) {
			to.send(message.getBytes(StandardCharsets.ISO_8859_1));
		}

	}

	/** Acknowledges with a message of its own, which has a control id of its own. */
	private static final class Hospital extends Server {

		private static final AtomicInteger CONTROL_ID = new AtomicInteger(500_000);

		@Override
		String request(int client, int count) {
			return "MSH|^~\\&|LAB|A%d|HIS|B|202601010000||ADT^A01|%d|P|2.5\rPID|1||%d\r".formatted(client, count,
					client * 1000 + count);
		}

		@Override
		String answer(String request) {
			String[] header = request.split("\r")[0].split("\\|");
			return "MSH|^~\\&|HIS|B|LAB|%s|202601010000||ACK^A01|own|P|2.5\rMSA|AA|%s\r".formatted(header[3],
					header[9]);
		}

		/** Probes are connections on which nothing comes. */
		@Override
		void awaitPulse(TestUpstream upstream, int atLeast) {
			Gateway.await("probes", () -> Optional.of(upstream.connections())
				.filter((all) -> all.stream().filter((peer) -> peer.receivedCount() == 0).count() > atLeast));
		}

		@Override
		void serve(Peer peer) {
			each(peer,
					(message) -> List.of(answer(message).replace("|own|", "|" + CONTROL_ID.incrementAndGet() + "|")));
		}

		@Override
		String read(TestSocket from) {
			ByteArrayOutputStream message = new ByteArrayOutputStream();
			byte[] one = from.readExactly(1);
			while (one[0] != 0x1C) {
				if (one[0] != 0x0B) {
					message.write(one[0]);
				}
				one = from.readExactly(1);
			}
			from.readExactly(1);
			return message.toString(StandardCharsets.ISO_8859_1)
				.replaceFirst("\\|ACK\\^A01\\|[0-9]+\\|", "|ACK^A01|own|");
		}

		@Override
		void send(TestSocket to, String message) {
			to.send(("\u000B" + message + "\u001C\r").getBytes(StandardCharsets.ISO_8859_1));
		}

	}

	/** Counts, in the order of the commands. */
	private static final class Redis extends Server {

		private final Map<String, AtomicInteger> counters = new ConcurrentHashMap<>();

		@Override
		String request(int client, int count) {
			return "INCR client%d-%d".formatted(client, count);
		}

		@Override
		String answer(String request) {
			return ":1";
		}

		@Override
		void serve(Peer peer) {
			each(peer, (command) -> {
				if (command.equals("PING")) {
					this.heartbeats.incrementAndGet();
					return List.of("+PONG");
				}
				return List
					.of(":" + this.counters.computeIfAbsent(command, (any) -> new AtomicInteger()).incrementAndGet());
			});
		}

		@Override
		String read(TestSocket from) {
			return from.readLine();
		}

		@Override
		void send(TestSocket to, String message) {
			to.sendLine(message);
		}

	}

}
