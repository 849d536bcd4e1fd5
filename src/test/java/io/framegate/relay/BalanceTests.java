package io.framegate.relay;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

import io.framegate.closure.CloseReason;
import io.framegate.closure.Closure;
import io.framegate.closure.Side;
import io.framegate.testkit.FullBacklog;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.Peer;
import io.framegate.testkit.TestClient;
import io.framegate.testkit.TestNames;
import io.framegate.testkit.TestPorts;
import io.framegate.testkit.TestUpstream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which target takes what, and what happens when targets go and come back.
 */
@Timeout(60)
class BalanceTests {

	private static final Map<String, TestUpstream> SERVERS = new ConcurrentHashMap<>();

	private static final AtomicBoolean SICK = new AtomicBoolean();

	private static final int SOURCES = 64;

	/** Every so many ports of the range one is free. */
	private static final int FREE = 16;

	private static final List<ServerSocket> SOURCES_TAKEN = new ArrayList<>();

	private static int firstSource;

	private static int lonelySource;

	private static int probingSource;

	/** Where connections come from, and lead to. */
	private static int itself;

	private static int itselfProbed;

	private static FullBacklog silent;

	private static TestUpstream dribbling;

	private static Gateway gateway;

	@BeforeAll
	static void start() throws IOException {
		firstSource = TestPorts.free(SOURCES);
		for (int i = 0; i < SOURCES; i++) {
			if (i % FREE != FREE - 1) {
				ServerSocket taken = new ServerSocket();
				taken.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), firstSource + i));
				SOURCES_TAKEN.add(taken);
			}
		}
		lonelySource = TestPorts.free(1);
		probingSource = TestPorts.free(1);
		itself = TestPorts.free(1);
		itselfProbed = TestPorts.free(1);
		dribbling = TestUpstream.handling((peer) -> {
			while (!Thread.interrupted()) {
				peer.send("w");
				Thread.sleep(100);
			}
		});
		silent = new FullBacklog("127.0.0.2", server("named").port());
		TestNames.put("half-silent.test", "127.0.0.2", "127.0.0.1");
		TestNames.put("moving.test", "127.0.0.1");
		String[] pooled = { "mode=request-reply" };
		String[] ordered = { "mode=request-reply", "upstream.sharing=ordered" };
		String[] checked = { "upstream.health-check.interval=200ms", "upstream.health-check.fall=2" };
		gateway = Gateway.start(Gateway.all( //
				route("turns", "turns", 3, new String[0]), route("turns-ordered", "turns", 3, ordered),
				route("least", "least", 2, new String[] { "upstream.balance=least-connections" }),
				route("hash", "hash", 3, new String[] { "upstream.balance=source-hash" }),
				route("hash-pooled", "hash", 3, Gateway.all(pooled, new String[] { "upstream.balance=source-hash" })),
				route("hash-crowded", "crowd", 3,
						Gateway.all(pooled,
								new String[] { "upstream.balance=source-hash", "upstream.pool.max-connections=8" })),
				route("hash-ordered", "hash", 3, Gateway.all(ordered, new String[] { "upstream.balance=source-hash" })),
				route("failover", "failover", 2,
						Gateway.all(pooled, checked, new String[] { "upstream.balance=failover" })),
				route("failover-ordered", "failover-ordered", 2,
						Gateway.all(ordered, new String[] { "upstream.balance=failover" })),
				route("probed", "probed", 1,
						Gateway.all(checked,
								new String[] { "upstream.health-check.send=are you well",
										"upstream.health-check.expect=well", "upstream.on-down=drain" })),
				route("kept", "probed", 1,
						Gateway.all(checked,
								new String[] { "upstream.health-check.send=are you well",
										"upstream.health-check.expect=well" })),
				route("ejected", "ejected", 2, pooled), route("restart", "restart", 3, Gateway.all(pooled, checked)),
				route("restart-ordered", "restart-ordered", 3, Gateway.all(ordered, checked)),
				route("restart-correlated", "restart-correlated", 3, Gateway.all(pooled, checked,
						new String[] { "upstream.sharing=correlated", "upstream.correlation.regex-request=who (\\d+)",
								"upstream.correlation.regex-reply=[a-z0-9-]+ (\\d+)",
								"upstream.correlation.rewrite=true" })),
				Gateway.route("port-probed", "crlf", "crlf", server("ports").address(), Gateway.all(checked,
						new String[] { "upstream.source-address=127.0.0.1", "upstream.source-port=" + probingSource })),
				Gateway.route("moving", "crlf", "crlf", "moving.test:" + server("here").port(), pooled),
				Gateway.route("moving-ordered", "crlf", "crlf", "moving.test:" + server("here").port(), ordered),
				Gateway.route("half-silent", "crlf", "crlf", "half-silent.test:" + server("named").port(),
						"timeouts.connect=10m"),
				Gateway.route("named", "crlf", "crlf", "localhost:" + server("named").port(), pooled),
				route("untried", "untried", 1, new String[0]),
				Gateway.route("dribbling", "crlf", "crlf", dribbling.address(),
						Gateway.all(checked, new String[] { "upstream.health-check.send=are you well" })),
				fromItself("itself", itself), fromItself("itself-pooled", itself, pooled),
				fromItself("itself-probed", itselfProbed, checked),
				Gateway.route("port-taken", "crlf", "crlf", server("ports").address(),
						"upstream.source-address=127.0.0.1", "upstream.source-port=" + firstSource),
				Gateway.route("port-kept", "crlf", "crlf", server("ports").address(),
						"upstream.source-address=127.0.0.1", "upstream.source-port=" + lonelySource),
				Gateway.route("port-range", "crlf", "crlf", server("ports").address(),
						"upstream.source-address=127.0.0.1",
						"upstream.source-port=" + firstSource + "-" + (firstSource + SOURCES - 1))));
	}

	private static String[] route(String name, String servers, int count, String[] more) {
		List<String> targets = IntStream.range(0, count).mapToObj((i) -> server(servers + i).address()).toList();
		return Gateway.route(name, "crlf", "crlf", String.join(",", targets), more);
	}

	private static String[] fromItself(String name, int port, String... more) {
		return Gateway.route(name, "crlf", "crlf", "127.0.0.1:" + port, Gateway
			.all(new String[] { "upstream.source-address=127.0.0.1", "upstream.source-port=" + port }, more));
	}

	private static TestUpstream server(String name) {
		return SERVERS.computeIfAbsent(name, (any) -> TestUpstream.handling((peer) -> serve(name, peer)));
	}

	private static void restart(String name) {
		TestUpstream before = SERVERS.get(name);
		SERVERS.put(name, TestUpstream.handling(before.port(), (peer) -> serve(name, peer)));
	}

	/** Until the kernel, too, has noticed. */
	private static void stop(String name) {
		TestUpstream server = SERVERS.get(name);
		server.close();
		Gateway.await(name + " to refuse", () -> {
			try (Socket socket = new Socket("127.0.0.1", server.port())) {
				return Optional.empty();
			}
			catch (IOException ex) {
				return Optional.of(ex);
			}
		});
	}

	private static void serve(String name, Peer peer) {
		peer.within(Duration.ofMinutes(1));
		for (String line = peer.readLineOrEof(); line != null && !line.equals("bye"); line = peer.readLineOrEof()) {
			peer.sendLine(line.equals("are you well") ? (SICK.get() ? "no" : "well") : name + line.substring(3));
		}
	}

	@AfterAll
	static void stop() throws IOException {
		gateway.close();
		SERVERS.values().forEach(TestUpstream::close);
		silent.close();
		dribbling.close();
		// A second try begins with servers of its own.
		SERVERS.clear();
		for (ServerSocket taken : SOURCES_TAKEN) {
			taken.close();
		}
		SOURCES_TAKEN.clear();
	}

	/** The servers that answered so many requests, each on a connection of its own. */
	private static Map<String, Integer> answers(String route, int clients) {
		Map<String, Integer> answers = new HashMap<>();
		List<TestClient> all = new ArrayList<>();
		for (int i = 0; i < clients; i++) {
			TestClient client = gateway.connect(route);
			all.add(client);
			client.sendLine("who");
			answers.merge(client.readLine(), 1, Integer::sum);
		}
		all.forEach(TestClient::close);
		return answers;
	}

	@Test
	void roundRobinSpreadsSessions() {
		assertThat(answers("turns", 30)).isEqualTo(Map.of("turns0", 10, "turns1", 10, "turns2", 10));
	}

	@Test
	void permanentLinksLeadToEveryTargetAndTakeTurns() {
		Gateway.await("a link to each on every loop", () -> Optional.of(gateway.connections("turns-ordered"))
			.filter((links) -> links.size() == 3 * Runtime.getRuntime().availableProcessors()));
		try (TestClient client = gateway.connect("turns-ordered")) {
			Map<String, Integer> answers = new HashMap<>();
			for (int i = 0; i < 300; i++) {
				client.sendLine("who");
				answers.merge(client.readLine(), 1, Integer::sum);
			}
			assertThat(answers).isEqualTo(Map.of("turns0", 100, "turns1", 100, "turns2", 100));
		}
	}

	@Test
	void leastConnectionsEvensOut() {
		List<TestClient> first = IntStream.range(0, 10).mapToObj((i) -> gateway.connect("least")).toList();
		List<TestClient> leaving = first.stream().filter((client) -> who(client).equals("least0")).toList();
		leaving.forEach((client) -> {
			client.halfClose();
			client.expectEof();
			client.close();
		});
		Gateway.await("them to be gone", () -> Optional.of(connections("least", 0)).filter((count) -> count == 0));
		assertThat(answers("least", 5)).isEqualTo(Map.of("least0", 5));
		first.forEach(TestClient::close);
	}

	private static String who(TestClient client) {
		client.sendLine("who");
		return client.readLine();
	}

	private static int connections(String route, int target) {
		return gateway.get("/actuator/routes/" + route).at("/targets/" + target + "/connections").asInt();
	}

	private static String state(String route, int target) {
		return gateway.get("/actuator/routes/" + route).at("/targets/" + target + "/state").asString();
	}

	@Test
	void clientsKeepToTheirTargetByTheirAddress() {
		Map<String, String> homes = new HashMap<>();
		for (String route : List.of("hash", "hash-pooled", "hash-ordered", "hash", "hash-pooled")) {
			for (int i = 1; i <= 24; i++) {
				String address = "127.0.0." + i;
				String home = askFrom(address, route);
				assertThat(homes.putIfAbsent(address, home)).as(route + " " + address).isIn(null, home);
			}
		}
		assertThat(homes).containsValues("hash0", "hash1", "hash2");
		// Others stay where they are when one target goes.
		stop("hash1");
		for (int i = 1; i <= 24; i++) {
			String address = "127.0.0." + i;
			String now = askFrom(address, "hash");
			if (homes.get(address).equals("hash1")) {
				assertThat(now).isIn("hash0", "hash2");
			}
			else {
				assertThat(now).isEqualTo(homes.get(address));
			}
		}
		restart("hash1");
	}

	@Test
	void clientsOfSeveralTargetsDoNotTakeEachOthersConnections() throws Exception {
		List<Future<?>> asked = new ArrayList<>();
		try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
			for (int i = 1; i <= 8; i++) {
				String address = "127.0.0." + i;
				asked.add(threads.submit(() -> {
					for (int j = 0; j < 50; j++) {
						assertThat(askFrom(address, "hash-crowded")).startsWith("crowd");
					}
				}));
			}
			for (Future<?> client : asked) {
				client.get();
			}
		}
		assertThat(gateway.metric("framegate_connections_opened_total{route=\"hash-crowded\",side=\"upstream\"}"))
			.isLessThanOrEqualTo(16);
	}

	private static String askFrom(String address, String route) {
		try (Socket socket = new Socket("127.0.0.1", gateway.port(route), InetAddress.getByName(address), 0)) {
			socket.setSoTimeout(10_000);
			socket.getOutputStream().write("who\r\n".getBytes(StandardCharsets.UTF_8));
			return new String(socket.getInputStream().readNBytes(7), StandardCharsets.UTF_8).strip();
		}
		catch (IOException ex) {
			throw new java.io.UncheckedIOException(ex);
		}
	}

	@Test
	void failoverGoesBackToThePreferredTarget() {
		failOverAndBack("failover", "failover");
	}

	@Test
	void permanentLinksFailOverAndGoBack() {
		failOverAndBack("failover-ordered", "failover-ordered");
	}

	private static void failOverAndBack(String route, String servers) {
		try (TestClient client = gateway.connect(route)) {
			assertThat(who(client)).isEqualTo(servers + "0");
		}
		stop(servers + "0");
		awaitAnswer(route, servers + "1");
		for (int i = 0; i < 20; i++) {
			try (TestClient client = gateway.connect(route)) {
				assertThat(who(client)).isEqualTo(servers + "1");
			}
		}
		restart(servers + "0");
		// Without a request failing on the way.
		Gateway.await(servers + "0 to answer again", () -> {
			try (TestClient client = gateway.connect(route)) {
				return Optional.of(who(client)).filter((servers + "0")::equals);
			}
		});
		Gateway.await("no connection to the other",
				() -> Optional.of(connections(route, 1)).filter((count) -> count == 0));
		assertThat(gateway.closures(route)).filteredOn((closure) -> closure.detail().contains("preferred target"))
			.isNotEmpty()
			.extracting(Closure::reason)
			.containsOnly(CloseReason.RETIRED);
	}

	private static void awaitAnswer(String route, String server) {
		Gateway.await(server + " to answer", () -> {
			try (TestClient client = gateway.connect(route)) {
				client.sendLine("who");
				return Optional.ofNullable(client.readLineOrEof()).filter(server::equals);
			}
		});
	}

	@Test
	void probeTakesATargetDownAndItsSessionsAreDrainedWhereAsked() {
		try (TestClient drained = gateway.connect("probed"); TestClient kept = gateway.connect("kept")) {
			assertThat(who(drained)).isEqualTo("probed0");
			assertThat(who(kept)).isEqualTo("probed0");
			assertThat(state("probed", 0)).isEqualTo("UP");
			assertThat(up("probed", 0)).isEqualTo(1);
			SICK.set(true);
			drained.expectEof();
			drained.close();
			Closure closure = gateway.awaitClosure("probed", Side.INBOUND);
			assertThat(closure.reason()).isEqualTo(CloseReason.UPSTREAM_UNREACHABLE);
			assertThat(closure.detail()).contains("went down");
			Gateway.await("down", () -> Optional.of(state("kept", 0)).filter("DOWN"::equals));
			assertThat(state("probed", 0)).isEqualTo("DOWN");
			assertThat(up("probed", 0)).isZero();
			JsonNode health = json(gateway.exchange("GET", "/actuator/health", null).body());
			assertThat(health
				.at("/components/routes/components/probed/components/upstream/components/"
						+ SERVERS.get("probed0").address() + "/status")
				.asString()).isEqualTo("DOWN");
			assertThat(who(kept)).isEqualTo("probed0");
			try (TestClient refused = gateway.connect("kept")) {
				refused.expectEof();
			}
			SICK.set(false);
			Gateway.await("up", () -> Optional.of(state("kept", 0)).filter("UP"::equals));
			awaitAnswer("kept", "probed0");
		}
	}

	private static double up(String route, int target) {
		return gateway.metric("framegate_upstream_up{route=\"%s\",target=\"%s\"}".formatted(route,
				SERVERS.get(route + target).address()));
	}

	private static JsonNode json(String text) {
		return new tools.jackson.databind.json.JsonMapper().readTree(text);
	}

	@Test
	void targetThatRefusesIsLeftAloneLongerAndLongerAndComesBackBeforeAClientHasToTry() {
		stop("ejected1");
		for (int i = 0; i < 20; i++) {
			try (TestClient client = gateway.connect("ejected")) {
				assertThat(who(client)).isEqualTo("ejected0");
			}
		}
		Gateway.await("it to be left alone", () -> {
			// New connections are what finds it out.
			List<TestClient> clients = IntStream.range(0, 8).mapToObj((i) -> gateway.connect("ejected")).toList();
			clients.forEach((client) -> client.sendLine("who"));
			clients.forEach((client) -> assertThat(client.readLine()).isEqualTo("ejected0"));
			clients.forEach(TestClient::close);
			return Optional.of(state("ejected", 1)).filter("EJECTED"::equals);
		});
		assertThat(up("ejected", 1)).isZero();
		restart("ejected1");
		Gateway.await("it to be back", () -> Optional.of(state("ejected", 1)).filter("UP"::equals));
		assertThat(up("ejected", 1)).isEqualTo(1);
	}

	@Test
	void everyAddressOfANameIsTried() {
		// localhost is ::1, where nobody listens, and 127.0.0.1.
		assertThat(answers("named", 10)).isEqualTo(Map.of("named", 10));
	}

	@Test
	void addressWhereNothingAnswersIsNotWaitedFor() {
		for (int i = 0; i < 4; i++) {
			try (TestClient client = gateway.connect("half-silent")) {
				assertThat(who(client)).isEqualTo("named");
			}
		}
		// Two of them began with the silent one, and nobody holds that against the
		// target.
		assertThat(state("half-silent", 0)).isEqualTo("UP");
		assertThat(connections("half-silent", 0)).isLessThanOrEqualTo(4);
		Gateway.await("given up",
				() -> Optional
					.of(gateway.closures("half-silent")
						.stream()
						.filter((closure) -> closure.detail().contains("another address of the target was faster")
								&& closure.reason() == CloseReason.RETIRED)
						.count())
					.filter((count) -> count == 2));
	}

	@Test
	void sharedConnectionsMoveWithTheName() {
		try (TestClient pooled = gateway.connect("moving");
				TestClient ordered = gateway.connect("moving-ordered");
				TestUpstream there = TestUpstream.handling("127.0.0.2", server("here").port(),
						(peer) -> serve("there", peer))) {
			assertThat(who(pooled)).isEqualTo("here");
			assertThat(who(ordered)).isEqualTo("here");
			TestNames.put("moving.test", "127.0.0.2");
			// Without an exchange failing on the way.
			Gateway.await("the pool to move", () -> Optional.of(who(pooled)).filter("there"::equals));
			Gateway.await("the links to move", () -> Optional.of(who(ordered)).filter("there"::equals));
			assertThat(there.connections()).isNotEmpty();
		}
	}

	@Test
	void sourcePortThatCannotBeHadIsNamed() {
		try (TestClient client = gateway.connect("port-taken")) {
			client.expectEof();
			client.close();
			Closure closure = gateway.awaitClosure("port-taken", Side.INBOUND);
			assertThat(closure.reason()).isEqualTo(CloseReason.UPSTREAM_UNREACHABLE);
			assertThat(closure.detail()).contains(SERVERS.get("ports").address())
				.contains("port " + firstSource)
				.contains("Address already in use");
			// It is not the target's fault.
			assertThat(state("port-taken", 0)).isEqualTo("UNKNOWN");
		}
	}

	@Test
	void sourcePortOfAConnectionThatIsNotOverIsNamed() {
		try (TestClient first = gateway.connect("port-kept")) {
			assertThat(who(first)).isEqualTo("ports");
			try (TestClient second = gateway.connect("port-kept")) {
				second.expectEof();
			}
			Closure closure = gateway.awaitClosure("port-kept", Side.INBOUND);
			assertThat(closure.reason()).isEqualTo(CloseReason.UPSTREAM_UNREACHABLE);
			assertThat(closure.detail()).contains("port " + lonelySource).contains("is not over yet");
			first.sendLine("bye");
			first.expectEof();
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "itself", "itself-pooled" })
	void connectionToItselfIsARefusedOne(String route) {
		try (TestClient client = gateway.connect(route)) {
			client.sendLine("PAY 100 EUR");
			client.expectEof();
		}
		Closure closure = gateway.awaitClosure(route, Side.UPSTREAM);
		assertThat(closure.reason()).isEqualTo(CloseReason.UPSTREAM_REFUSED);
		assertThat(closure.detail()).contains("connected to itself");
		assertThat(gateway.awaitClosure(route, Side.INBOUND).reason()).isEqualTo(CloseReason.UPSTREAM_REFUSED);
		// Nothing of it is left, so that the server can listen.
		assertThat(TestPorts.isFree(itself)).isTrue();
	}

	@Test
	void nobodyKnowsWhetherATargetIsUpThatNobodyHasTried() {
		assertThat(up("untried", 0)).isNaN();
		assertThat(state("untried", 0)).isEqualTo("UNKNOWN");
	}

	@Test
	void probeWhoseAnswerDribblesInFails() {
		Gateway.await("down", () -> Optional.of(state("dribbling", 0)).filter("DOWN"::equals));
	}

	@Test
	void probeThatConnectsToItselfFails() {
		Gateway.await("down", () -> Optional.of(state("itself-probed", 0)).filter("DOWN"::equals));
	}

	@Test
	void probesLeaveTheSourcePortToConnections() {
		Gateway.await("a good probe", () -> Optional.of(state("port-probed", 0)).filter("UP"::equals));
		// A port that is remembered for an ended connection is not free to a listener.
		Gateway.await("the port to be free",
				() -> TestPorts.isFree(probingSource) ? Optional.of(probingSource) : Optional.empty());
		try (TestClient client = gateway.connect("port-probed")) {
			assertThat(who(client)).isEqualTo("ports");
			client.sendLine("bye");
			client.expectEof();
		}
	}

	@Test
	void everyPortOfARangeThatCanBeHadIsFound() {
		List<Integer> free = IntStream.rangeClosed(1, SOURCES / FREE)
			.mapToObj((i) -> firstSource + i * FREE - 1)
			.toList();
		for (int round = 0; round < 10; round++) {
			// At the same time: what one dial tries must not keep another from trying it.
			List<TestClient> clients = free.stream().map((port) -> gateway.connect("port-range")).toList();
			clients.forEach((client) -> assertThat(who(client)).isEqualTo("ports"));
			assertThat(gateway.connections("port-range").stream().filter((one) -> one.side() == Side.UPSTREAM))
				.extracting((one) -> one.local().getPort())
				.containsExactlyInAnyOrderElementsOf(free);
			try (TestClient last = gateway.connect("port-range")) {
				last.expectEof();
			}
			clients.forEach((client) -> {
				// The server ends first: who does so keeps the pair of ports for a while.
				client.sendLine("bye");
				client.expectEof();
				client.close();
			});
			Gateway.await("them to be gone",
					() -> Optional.of(gateway.connections("port-range")).filter(List::isEmpty));
		}
		assertThat(gateway.closures("port-range")).filteredOn((closure) -> closure.side() == Side.INBOUND)
			.extracting(Closure::detail)
			.filteredOn((detail) -> detail.contains("from source address")
					&& detail.contains("port " + firstSource + "-" + (firstSource + SOURCES - 1)))
			.hasSize(10);
	}

	@ParameterizedTest
	@ValueSource(strings = { "restart", "restart-ordered", "restart-correlated" })
	void restartOfOneOfThreeFailsNothingButWhatWasOnIt(String route) throws Exception {
		int clients = 8;
		AtomicBoolean running = new AtomicBoolean(true);
		AtomicLong failed = new AtomicLong();
		Map<String, AtomicInteger> answers = new ConcurrentHashMap<>();
		for (int i = 0; i < 3; i++) {
			answers.put(route + i, new AtomicInteger());
		}
		List<Thread> load = IntStream.range(0, clients).mapToObj((number) -> Thread.ofVirtual().start(() -> {
			while (running.get()) {
				failed.addAndGet(askUntilFailure(route, number, answers, running));
			}
		})).toList();
		Gateway.await("all three to answer",
				() -> Optional.of(answers.values()).filter((all) -> all.stream().allMatch((one) -> one.get() > 50)));
		assertThat(failed.get()).isZero();
		stop(route + "2");
		awaitMore(answers.get(route + "0"), 500);
		assertThat(failed.get()).isLessThanOrEqualTo(clients);
		Gateway.await("down", () -> Optional.of(state(route, 2)).filter("DOWN"::equals));
		long failedBefore = failed.get();
		restart(route + "2");
		long start = System.nanoTime();
		awaitMore(answers.get(route + "2"), 1);
		System.out.printf("%s: traffic back after %d ms; %d exchanges failed with the target, %d after%n", route,
				(System.nanoTime() - start) / 1_000_000, failedBefore, failed.get() - failedBefore);
		awaitMore(answers.get(route + "2"), 100);
		running.set(false);
		for (Thread thread : load) {
			thread.join();
		}
		assertThat(failed.get()).isEqualTo(failedBefore);
	}

	/** One exchange at a time, on one connection. */
	private static int askUntilFailure(String route, int number, Map<String, AtomicInteger> answers,
			AtomicBoolean running) {
		try (TestClient client = gateway.connect(route)) {
			for (int i = 0; i < 50 && running.get(); i++) {
				// Clients use the same keys.
				client.sendLine("who " + i);
				String answer = client.readLineOrEof();
				if (answer == null) {
					return 1;
				}
				String[] words = answer.split(" ");
				if (!words[1].equals(Integer.toString(i))) {
					throw new AssertionError(number + " was answered " + answer);
				}
				answers.get(words[0]).incrementAndGet();
			}
			return 0;
		}
	}

	private static void awaitMore(AtomicInteger count, int more) {
		int then = count.get();
		Gateway.await("traffic", () -> Optional.of(count.get()).filter((now) -> now >= then + more));
	}

}
