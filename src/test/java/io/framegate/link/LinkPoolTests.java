package io.framegate.link;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.framegate.closure.Cause;
import io.framegate.closure.CloseReason;
import io.framegate.configuration.TestConfiguration;
import io.framegate.connection.TestConnections;
import io.framegate.exchange.CorrelationKey;
import io.framegate.exchange.Exchange;
import io.framegate.exchange.Requester;
import io.framegate.route.Route;
import io.framegate.testkit.Peer;
import io.framegate.testkit.TestUpstream;
import io.framegate.transport.Loop;
import io.framegate.transport.TestClock;
import io.framegate.transport.TestLoops;
import io.framegate.upstream.Connector;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which event loop carries a request, and which requests are refused. There are two event
 * loops; the server answers when the test says so.
 */
class LinkPoolTests {

	private static final Cause STOPS = Cause.byGateway(CloseReason.SHUTDOWN, "as the test wants it");

	private final TestClock clock = new TestClock();

	private final TestConnections connections = new TestConnections(TestLoops.of(2, this.clock));

	/** What the server received, with the number of the connection. */
	private final BlockingQueue<String> received = new LinkedBlockingQueue<>();

	private final List<Peer> peers = new CopyOnWriteArrayList<>();

	private final TestUpstream server = TestUpstream.handling((peer) -> {
		this.peers.add(peer);
		for (String line = peer.readLineOrEof(); line != null; line = peer.readLineOrEof()) {
			this.received.add(this.peers.indexOf(peer) + " " + line);
		}
	});

	private final List<String> ended = new CopyOnWriteArrayList<>();

	private Connector connector;

	private LinkPool pool;

	@AfterEach
	void close() {
		this.pool.stop(STOPS, this.clock.getAsLong());
		this.connector.stop();
		this.connections.close();
		this.server.close();
	}

	private void begin(String... properties) {
		Map<String, String> all = new TreeMap<>(Map.of("mode", "request-reply", "upstream.targets",
				this.server.address(), "upstream.pool.max-wait", "1h"));
		for (String property : properties) {
			all.put(property.substring(0, property.indexOf('=')), property.substring(property.indexOf('=') + 1));
		}
		if (!all.containsValue("correlated") && !all.containsValue("one-way")) {
			all.put("upstream.pool.rest", "0s");
		}
		TestConfiguration configuration = TestConfiguration.route("orders");
		all.forEach((key, value) -> configuration.property("framegate.routes.orders." + key, value));
		Route route = configuration.onlyRoute();
		this.connector = TestLinks.connector(route, this.connections);
		this.pool = new LinkPool(route, this.connector, this.connections.loops(), (from, frame) -> {
		});
		this.pool.start();
	}

	/** Submits a request of a client on an event loop. */
	private void submit(int loop, String request) {
		Client client = new Client(this.connections.loops().all().get(loop));
		submit(client, request);
	}

	private void submit(Client client, String request) {
		client.loop().execute(() -> this.pool.submit(exchange(client, request)));
	}

	private static Exchange exchange(Requester client, String request) {
		return new Exchange(client, request.getBytes(StandardCharsets.UTF_8));
	}

	private void awaitWaiting(int count) {
		Awaitility.await().untilAsserted(() -> assertThat(this.pool.waiting()).isEqualTo(count));
	}

	/** How many links there may be, how many dispatchers there are, what each has. */
	@ParameterizedTest
	@CsvSource({ "1, 1, 1", "16, 2, '8 8'", "5, 2, '3 2'", "2, 2, '1 1'", "7, 4, '2 2 2 1'", "8, 3, '3 3 2'" })
	void linksAreSharedOutEvenly(int most, int count, String quotas) {
		begin();
		assertThat(IntStream.range(0, count)
			.mapToObj((i) -> Integer.toString(LinkPool.quota(most, count, i)))
			.collect(Collectors.joining(" "))).isEqualTo(quotas);
	}

	/**
	 * How many links are permitted; how many there are for each of the many requests of
	 * one client's loop, or from the start.
	 */
	@ParameterizedTest
	@CsvSource({ "exclusive, , 16", "exclusive, 3, 3", "exclusive, 1, 1", "ordered, , 2", "ordered, 5, 5",
			"ordered, 1, 1" })
	void asManyLinksAsThePoolMayHave(String sharing, @Nullable Integer most, int links) {
		begin("upstream.sharing=" + sharing,
				(most != null) ? "upstream.pool.max-connections=" + most : "upstream.sharing=" + sharing);
		for (int i = 0; i < 20; i++) {
			submit(0, "request " + i);
		}
		Awaitility.await().untilAsserted(() -> assertThat(this.peers).hasSize(links));
		awaitWaiting(sharing.equals("exclusive") ? 20 - links : 0);
		this.connections.loops().catchUp();
		assertThat(this.connections.registry().all()).hasSize(links);
	}

	@Test
	void requestGoesToAnotherLoopThatHasRoom() throws InterruptedException {
		begin("upstream.pool.max-connections=2");
		submit(0, "first");
		String first = this.received.take();
		submit(0, "second");
		assertThat(first).isEqualTo("0 first");
		assertThat(this.received.take()).isEqualTo("1 second");
		assertThat(this.connections.registry().all()).extracting((connection) -> connection.loop().index())
			.containsExactlyInAnyOrder(0, 1);
		submit(0, "third");
		awaitWaiting(1);
	}

	@Test
	void requestThatWaitsGoesToAnotherLoopOnceThatHasRoom() throws InterruptedException {
		begin("upstream.pool.max-connections=2");
		submit(0, "first");
		this.received.take();
		submit(0, "second");
		this.received.take();
		submit(0, "third");
		awaitWaiting(1);
		this.peers.get(1).sendLine("answer");
		assertThat(this.received.take()).isEqualTo("1 third");
		assertThat(this.ended).containsExactly("second: answer");
		awaitWaiting(0);
	}

	@Test
	void clientKeepsToTheLoopOfItsPermanentLinks() throws InterruptedException {
		begin("upstream.sharing=ordered");
		Awaitility.await().until(() -> this.peers.size() == 2);
		submit(0, "first");
		String own = this.received.take().substring(0, 1);
		for (int i = 0; i < 5; i++) {
			submit(0, "next");
			assertThat(this.received.take()).isEqualTo(own + " next");
		}
		submit(1, "other");
		assertThat(this.received.take()).isEqualTo(own.equals("0") ? "1 other" : "0 other");
	}

	/** There are fewer links than loops. */
	@Test
	void loopWithoutALinkUsesThatOfAnother() throws InterruptedException {
		begin("upstream.sharing=ordered", "upstream.pool.max-connections=1");
		submit(1, "first");
		assertThat(this.received.take()).isEqualTo("0 first");
		this.peers.getFirst().sendLine("answer");
		Awaitility.await().untilAsserted(() -> assertThat(this.ended).containsExactly("first: answer"));
	}

	@Test
	void whatWaitsFailsWhereThePoolStops() throws InterruptedException {
		begin("upstream.pool.max-connections=2");
		submit(0, "first");
		submit(1, "second");
		this.received.take();
		this.received.take();
		submit(0, "third");
		submit(1, "fourth");
		awaitWaiting(2);
		this.pool.stop(STOPS, this.clock.getAsLong());
		Awaitility.await()
			.untilAsserted(
					() -> assertThat(this.ended).containsExactlyInAnyOrder("third: SHUTDOWN", "fourth: SHUTDOWN"));
		awaitWaiting(0);
		submit(0, "later");
		Awaitility.await().untilAsserted(() -> assertThat(this.ended).contains("later: SHUTDOWN"));
		// Those that were sent may be answered within the drain timer.
		this.peers.forEach((peer) -> peer.sendLine("answer"));
		Awaitility.await().untilAsserted(() -> assertThat(this.ended).contains("first: answer", "second: answer"));
	}

	/** The route, a request, its key and why it cannot be an exchange. */
	@ParameterizedTest
	@CsvSource({ "'', 0, , ", "upstream.sharing=ordered, 0, , ",
			"upstream.sharing=correlated upstream.correlation.offset=0 upstream.correlation.length=2, 01 request, 01, ",
			"upstream.sharing=correlated upstream.correlation.offset=0 upstream.correlation.length=2, 0, , "
					+ "no correlation key in the request",
			"upstream.sharing=ordered upstream.correlation.offset=0 upstream.correlation.length=2, 0, , "
					+ "no correlation key in the request",
			"upstream.sharing=correlated upstream.correlation.regex-request=^(\\d*) "
					+ "upstream.correlation.regex-reply=^(\\d*) upstream.correlation.rewrite=true, x, , "
					+ "no correlation key in the request",
			"upstream.sharing=correlated upstream.correlation.offset=0 upstream.correlation.length=4 "
					+ "upstream.correlation.rewrite=true upstream.correlation.key-range=9999-10001, 0001 x, 0001, ",
			"upstream.sharing=correlated upstream.correlation.regex-request=^(\\d*) "
					+ "upstream.correlation.regex-reply=^(\\d*) upstream.correlation.rewrite=true "
					+ "upstream.correlation.key-range=100-200, 01 x, , "
					+ "the request's correlation key is too short for correlation.key-range",
			"mode=one-way, 0, , " })
	void refusal(String properties, String request, @Nullable String key, @Nullable String refusal) {
		begin(properties.isEmpty() ? new String[0] : properties.split(" "));
		Exchange exchange = exchange(new Client(this.connections.loop()), request);
		assertThat(this.pool.refusal(exchange)).isEqualTo(refusal);
		CorrelationKey found = exchange.key();
		assertThat((found != null) ? found.text() : null).isEqualTo(key);
	}

	/** The route, and the kind of its links. */
	@ParameterizedTest
	@CsvSource({ "mode=request-reply, ExclusiveLink", "upstream.sharing=ordered, OrderedLink",
			"upstream.sharing=correlated upstream.correlation.offset=0 upstream.correlation.length=2, CorrelatedLink",
			"mode=one-way, OneWayLink" })
	void kindOfLinks(String properties, String kind) {
		begin();
		Map<String, String> all = new TreeMap<>(Map.of("upstream.targets", this.server.address()));
		for (String property : properties.split(" ")) {
			all.put(property.split("=")[0], property.split("=")[1]);
		}
		try (TestLinks links = new TestLinks(all)) {
			assertThat(links.newLink().getClass().getSimpleName()).isEqualTo(kind);
		}
	}

	/** Where requests come from. */
	private final class Client extends Requester {

		private final Loop loop;

		private Client(Loop loop) {
			this.loop = loop;
		}

		@Override
		public Loop loop() {
			return this.loop;
		}

		@Override
		public InetAddress address() {
			return InetAddress.getLoopbackAddress();
		}

		@Override
		public void answered(Exchange exchange) {
			LinkPoolTests.this.ended.add(text(exchange.request()) + ": " + text(exchange.reply()));
		}

		@Override
		public void failed(Exchange exchange, Cause cause) {
			LinkPoolTests.this.ended.add(text(exchange.request()) + ": " + cause.reason());
		}

		private static String text(byte[] bytes) {
			return new String(bytes, StandardCharsets.UTF_8);
		}

	}

}
