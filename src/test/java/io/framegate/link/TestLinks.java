package io.framegate.link;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongSupplier;

import io.framegate.closure.Cause;
import io.framegate.configuration.TestConfiguration;
import io.framegate.connection.FrameConnection;
import io.framegate.connection.TestConnections;
import io.framegate.exchange.Correlator;
import io.framegate.exchange.Exchange;
import io.framegate.exchange.FairQueue;
import io.framegate.exchange.GeneratedKeys;
import io.framegate.exchange.Requester;
import io.framegate.route.Mode;
import io.framegate.route.Route;
import io.framegate.transport.Loop;
import io.framegate.transport.ManualLoop;
import io.framegate.transport.SystemClock;
import io.framegate.upstream.Connector;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Links on real sockets without a dispatcher: what they tell is recorded, and passed on
 * to their set. Nothing happens by itself but what their servers do.
 */
final class TestLinks implements LinkOwner<Link>, LinkSet.Owner, AutoCloseable {

	private final LongSupplier clock;

	private final TestConnections connections;

	private final List<String> told = new CopyOnWriteArrayList<>();

	private final List<String> ended = new CopyOnWriteArrayList<>();

	private final List<String> unsolicited = new CopyOnWriteArrayList<>();

	private final GeneratedKeys generatedKeys = new GeneratedKeys(null, () -> 0);

	private final Connector connector;

	private final LinkSettings settings;

	private @Nullable LinkSet set;

	/**
	 * Nothing is connected yet.
	 * @param properties properties below {@code framegate.routes.orders}
	 */
	TestLinks(Map<String, String> properties) {
		this(properties, new SystemClock());
	}

	/**
	 * Links whose time is the test's. Nothing is connected yet.
	 * @param properties properties below {@code framegate.routes.orders}
	 * @param clock the clock of their event loop
	 */
	TestLinks(Map<String, String> properties, LongSupplier clock) {
		this.clock = clock;
		this.connections = new TestConnections(clock);
		TestConfiguration configuration = TestConfiguration.route("orders")
			.property("framegate.routes.orders.mode", "request-reply");
		properties.forEach((key, value) -> configuration.property("framegate.routes.orders." + key, value));
		Route route = configuration.onlyRoute();
		this.connector = connector(route, this.connections);
		Correlator correlator = (route.upstream().correlation() != null)
				? new Correlator(route.upstream().correlation()) : null;
		this.settings = new LinkSettings(route.mode() == Mode.ONE_WAY, route.upstream().sharing(),
				route.upstream().pool(), route.upstream().heartbeat(), correlator, 1024, this.connections.timeouts(),
				this.connections.metrics(), (from, frame) -> this.unsolicited.add(text(frame)));
	}

	/**
	 * A connector that gives frames to the handlers of its connections.
	 * @param route the route
	 * @param connections its connections
	 * @return the connector, started
	 */
	static Connector connector(Route route, TestConnections connections) {
		Connector connector = new Connector(route, connections.context(), connections.loops(), connections.registry(),
				null);
		connector.setApplicationEventPublisher((event) -> {
		});
		connector.registerListener((message) -> {
			FrameConnection from = connections.registry().source(message);
			from.handler().frame(from, (byte[]) message.getPayload());
		});
		connector.start();
		return connector;
	}

	private static String text(byte[] bytes) {
		return new String(bytes, StandardCharsets.UTF_8);
	}

	OnDemandLinks onDemand(int quota) {
		OnDemandLinks links = new OnDemandLinks(this, this.connector, this.settings, quota);
		this.set = links;
		return links;
	}

	PermanentLinks permanent(int quota) {
		PermanentLinks links = new PermanentLinks(this, this.connector, this.settings, quota);
		this.set = links;
		return links;
	}

	/**
	 * Permanent links, all of which are there.
	 * @param quota how many to each target
	 * @return the links
	 */
	PermanentLinks opened(int quota) {
		PermanentLinks links = permanent(quota);
		this.connections.inLoop(links::openPermanent);
		int count = quota * this.connector.targets().all().size();
		Awaitility.await()
			.untilAsserted(() -> assertThat(this.told.stream().filter("established"::equals)).hasSize(count));
		return links;
	}

	/**
	 * A dispatcher with links of its own.
	 * @param quota how many there may be
	 * @return the dispatcher, not started
	 */
	ExchangeDispatcher dispatcher(int quota) {
		return new ExchangeDispatcher(loop(), this.connector, this.settings, quota,
				(owner) -> LinkPool.newLink(owner, this.settings, this.generatedKeys), (idle) -> {
				});
	}

	TestConnections connections() {
		return this.connections;
	}

	Connector connector() {
		return this.connector;
	}

	/** What the links' owner was told, in turn. */
	List<String> told() {
		return this.told;
	}

	/**
	 * The exchanges that have ended, with their replies or with what they failed with.
	 */
	List<String> ended() {
		return this.ended;
	}

	List<String> unsolicited() {
		return this.unsolicited;
	}

	/** How many connections are there, those that end or only begin among them. */
	int count() {
		return this.connections.registry().all().size();
	}

	/**
	 * A client.
	 * @param number the last byte of its address
	 * @return a client whose requests come now
	 */
	Client client(int number) {
		return new Client(number);
	}

	Exchange exchange(Requester client, String request) {
		Exchange exchange = new Exchange(client, request.getBytes(StandardCharsets.UTF_8));
		if (this.settings.checksKeys()) {
			exchange.key(this.settings.keys().inRequest(exchange.request()));
		}
		return exchange;
	}

	/**
	 * Exchanges that wait, each of a client of its own.
	 * @param count how many
	 * @return the exchanges
	 */
	FairQueue waiting(int count) {
		FairQueue waiting = new FairQueue();
		for (int i = 0; i < count; i++) {
			waiting.add(exchange(client(i + 1), "0" + i + " waits"));
		}
		return waiting;
	}

	/**
	 * Has a link carry an exchange, as a dispatcher does. The event loop's thread calls.
	 * @param link the link
	 * @param exchange the exchange
	 */
	void send(Link link, Exchange exchange) {
		assertThat(link.hasRoomFor(exchange)).isTrue();
		assertThat(exchange.claim()).isTrue();
		if (this.set != null) {
			this.set.taken(link);
		}
		link.send(exchange);
	}

	@Override
	public Link newLink() {
		return LinkPool.newLink(this, this.settings, this.generatedKeys);
	}

	@Override
	public Loop loop() {
		return this.connections.loop();
	}

	@Override
	public boolean isStopped() {
		return false;
	}

	@Override
	public void dispatchAfter(long nanos) {
		assertThat(nanos).isPositive();
		this.told.add("dispatch later");
	}

	@Override
	public void established(Link link) {
		link.takeIntoUse();
		this.told.add("established");
	}

	@Override
	public void connectFailed(Link link, Cause cause) {
		this.told.add("connect failed");
		this.set.failed(link, cause);
	}

	@Override
	public void proven() {
		this.told.add("proven");
		this.set.proven();
	}

	@Override
	public void idle(Link link) {
		this.told.add("idle");
		this.set.freed(link);
	}

	@Override
	public void closed(Link link) {
		if (this.set.remove(link)) {
			this.told.add("gone");
		}
	}

	@Override
	public void poisoned(FrameConnection connection) {
		this.told.add("poisoned");
		this.set.lingering().add(connection);
	}

	@Override
	public void putBack(Exchange exchange) {
		this.told.add("put back " + text(exchange.request()));
	}

	@Override
	public void roomAvailable() {
		this.told.add("room");
	}

	@Override
	public void roomAvailable(Requester client) {
		this.told.add("room for " + client);
	}

	@Override
	public void close() {
		this.connector.stop();
		this.connections.close();
	}

	/** Where exchanges come from. Its clock is the test's. */
	final class Client extends Requester {

		private final ManualLoop loop = new ManualLoop();

		private final int number;

		private Client(int number) {
			this.number = number;
			this.loop.at(TestLinks.this.clock.getAsLong());
		}

		/**
		 * Has its next requests come some time ago.
		 * @param millis how long ago
		 * @return this client
		 */
		Client ago(long millis) {
			this.loop.pass(-millis);
			return this;
		}

		@Override
		public Loop loop() {
			return this.loop;
		}

		@Override
		public InetAddress address() {
			return InetAddress.ofLiteral("10.0.0." + this.number);
		}

		@Override
		public void answered(Exchange exchange) {
			TestLinks.this.ended.add(text(exchange.request()) + ": " + text(exchange.reply()));
		}

		@Override
		public void failed(Exchange exchange, Cause cause) {
			TestLinks.this.ended.add(text(exchange.request()) + ": " + cause.reason());
		}

		@Override
		public String toString() {
			return "client " + this.number;
		}

	}

}
