package io.framegate.link;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

import io.framegate.closure.Cause;
import io.framegate.closure.CloseReason;
import io.framegate.closure.ClosureLog;
import io.framegate.closure.Side;
import io.framegate.configuration.TestConfiguration;
import io.framegate.connection.ConnectionContext;
import io.framegate.connection.ConnectionRegistry;
import io.framegate.connection.FrameConnection;
import io.framegate.exchange.Correlator;
import io.framegate.exchange.Exchange;
import io.framegate.exchange.GeneratedKeys;
import io.framegate.exchange.Requester;
import io.framegate.framing.Framings;
import io.framegate.metrics.RouteMetrics;
import io.framegate.route.Route;
import io.framegate.route.Sharing;
import io.framegate.testkit.Script;
import io.framegate.testkit.TestUpstream;
import io.framegate.timeout.Timeouts;
import io.framegate.transport.EventLoops;
import io.framegate.transport.Loop;
import io.framegate.transport.TestLoops;
import io.framegate.upstream.Connector;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The kinds of links without a dispatcher: what they tell their owner.
 */
class LinkKindsTests {

	private static EventLoops loops;

	private static ClosureLog closures;

	private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

	private final List<String> told = new CopyOnWriteArrayList<>();

	private final List<String> ended = new CopyOnWriteArrayList<>();

	private final List<String> unsolicited = new CopyOnWriteArrayList<>();

	private final Client client = new Client();

	private TestUpstream server;

	private Connector connector;

	private LinkSettings settings;

	private Link link;

	@BeforeAll
	static void start() {
		loops = TestLoops.start();
		closures = new ClosureLog(1);
	}

	@AfterAll
	static void stop() {
		loops.close();
		closures.close();
	}

	@AfterEach
	void stopConnecting() {
		this.connector.stop();
		this.server.close();
	}

	private static String text(byte[] bytes) {
		return new String(bytes, StandardCharsets.UTF_8);
	}

	private static Loop loop() {
		return loops.all().getFirst();
	}

	private static <T> T inLoop(Supplier<T> task) {
		return CompletableFuture.supplyAsync(task, loop()::execute).join();
	}

	/** Opens a link and takes it into use. */
	private void open(Sharing sharing, Script script) {
		this.server = TestUpstream.handling(script);
		Route route = TestConfiguration.route("orders")
			.property("framegate.routes.orders.mode", "request-reply")
			.property("framegate.routes.orders.upstream.targets", "127.0.0.1:" + this.server.port())
			.property("framegate.routes.orders.upstream.correlation.offset", "0")
			.property("framegate.routes.orders.upstream.correlation.length", "2")
			.onlyRoute();
		Timeouts timeouts = new Timeouts(Map.of());
		RouteMetrics metrics = new RouteMetrics("orders", timeouts, this.registry);
		ConnectionContext context = new ConnectionContext("orders", Side.UPSTREAM, Framings.named("crlf", false), 1024,
				timeouts, false, true, metrics, closures);
		this.connector = new Connector(route, context, loops, new ConnectionRegistry(), null);
		this.connector.setApplicationEventPublisher((event) -> {
		});
		this.connector
			.registerListener((message) -> this.link.frame(this.link.connection(), (byte[]) message.getPayload()));
		this.connector.start();
		Correlator correlator = (sharing == Sharing.CORRELATED) ? new Correlator(route.upstream().correlation()) : null;
		this.settings = new LinkSettings(false, sharing, route.upstream().pool(), route.upstream().heartbeat(),
				correlator, 1024, timeouts, metrics, (from, frame) -> this.unsolicited.add(text(frame)));
		LinkOwner<Link> owner = new Owner();
		this.link = switch (sharing) {
			case EXCLUSIVE -> new ExclusiveLink(owner, this.settings);
			case ORDERED -> new OrderedLink(owner, this.settings);
			case CORRELATED -> new CorrelatedLink(owner, this.settings, new GeneratedKeys(null, () -> 0));
		};
		loop().execute(() -> this.link.start(this.connector, this.connector.targets().all().getFirst()));
		awaitTold("established");
		assertThat(this.link.isOpen()).isFalse();
		inLoop(() -> {
			this.link.takeIntoUse();
			return null;
		});
		awaitTold("established", "idle");
		assertThat(this.link.isOpen()).isTrue();
	}

	private void awaitTold(String... all) {
		Awaitility.await().untilAsserted(() -> assertThat(this.told).containsExactly(all));
	}

	private Exchange exchange(String request) {
		Exchange exchange = new Exchange(this.client, request.getBytes(StandardCharsets.UTF_8));
		if (this.settings.checksKeys()) {
			exchange.key(this.settings.keys().inRequest(exchange.request()));
		}
		return exchange;
	}

	/** Sends a request and says whether another has room beside it. */
	private boolean send(String request) {
		return inLoop(() -> {
			Exchange exchange = exchange(request);
			assertThat(this.link.hasRoomFor(exchange)).isTrue();
			assertThat(exchange.claim()).isTrue();
			this.link.send(exchange);
			return this.link.hasRoomFor(exchange("02 another"));
		});
	}

	@ParameterizedTest
	@EnumSource
	void replyGoesToItsExchangeAndTheOwnerLearnsOfTheRoom(Sharing sharing) {
		open(sharing, (peer) -> {
			peer.sendLine(peer.readLine());
			peer.awaitEof();
		});
		assertThat(send("01 request")).isEqualTo(sharing != Sharing.EXCLUSIVE);
		awaitTold("established", "idle", "proven", "idle");
		assertThat(this.ended).containsExactly("01 request: 01 request");
		assertThat(this.link.exchanges()).isEqualTo(1);
		assertThat(this.link.exchangesInFlight()).isEmpty();
	}

	@ParameterizedTest
	@EnumSource
	void requestFailsWhereTheServerCloses(Sharing sharing) {
		open(sharing, (peer) -> peer.readLine());
		send("01 request");
		Awaitility.await()
			.untilAsserted(() -> assertThat(this.ended).containsExactly("01 request: " + CloseReason.UPSTREAM_EOF));
		Awaitility.await().untilAsserted(() -> assertThat(this.told).contains("closed", "room"));
		assertThat(this.told).doesNotContain("proven", "poisoned", "put back");
		assertThat(this.client.onLane()).as("places that the client holds").hasValue(0);
		assertThat(this.link.isOpen()).isFalse();
	}

	/** A reply too many is the end of a link that matches by order. */
	@ParameterizedTest
	@CsvSource({ "EXCLUSIVE, true", "ORDERED, true", "CORRELATED, false" })
	void replyTooMany(Sharing sharing, boolean poisons) {
		open(sharing, (peer) -> {
			String request = peer.readLine();
			peer.sendLine(request);
			peer.sendLine(request);
			peer.awaitEof();
		});
		send("01 request");
		if (poisons) {
			Awaitility.await()
				.untilAsserted(() -> assertThat(this.told).startsWith("established", "idle", "proven", "idle", "closed",
						"poisoned", "room"));
			assertThat(
					this.registry.get("framegate.replies.discarded").tag("cause", "doubled").functionCounter().count())
				.isEqualTo(1);
		}
		else {
			Awaitility.await().untilAsserted(() -> assertThat(this.unsolicited).containsExactly("01 request"));
			assertThat(this.told).containsExactly("established", "idle", "proven", "idle");
		}
		assertThat(this.ended).containsExactly("01 request: 01 request");
		assertThat(this.link.isOpen()).isEqualTo(!poisons);
	}

	private final class Client extends Requester {

		@Override
		public Loop loop() {
			return LinkKindsTests.loop();
		}

		@Override
		public InetAddress address() {
			return InetAddress.getLoopbackAddress();
		}

		@Override
		public void answered(Exchange exchange) {
			LinkKindsTests.this.ended.add(text(exchange.request()) + ": " + text(exchange.reply()));
		}

		@Override
		public void failed(Exchange exchange, Cause cause) {
			LinkKindsTests.this.ended.add(text(exchange.request()) + ": " + cause.reason());
		}

	}

	private final class Owner implements LinkOwner<Link> {

		@Override
		public Loop loop() {
			return LinkKindsTests.loop();
		}

		@Override
		public void established(Link link) {
			LinkKindsTests.this.told.add("established");
		}

		@Override
		public void connectFailed(Link link, Cause cause) {
			LinkKindsTests.this.told.add("connect failed");
		}

		@Override
		public void proven() {
			LinkKindsTests.this.told.add("proven");
		}

		@Override
		public void idle(Link link) {
			LinkKindsTests.this.told.add("idle");
		}

		@Override
		public void closed(Link link) {
			LinkKindsTests.this.told.add("closed");
		}

		@Override
		public void poisoned(FrameConnection connection) {
			LinkKindsTests.this.told.add("poisoned");
		}

		@Override
		public void putBack(Exchange exchange) {
			LinkKindsTests.this.told.add("put back");
		}

		@Override
		public void roomAvailable() {
			LinkKindsTests.this.told.add("room");
		}

		@Override
		public void roomAvailable(Requester client) {
			LinkKindsTests.this.told.add("room");
		}

	}

}
