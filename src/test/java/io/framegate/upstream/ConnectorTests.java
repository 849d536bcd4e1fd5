package io.framegate.upstream;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

import io.framegate.closure.Cause;
import io.framegate.closure.CloseReason;
import io.framegate.closure.ClosureLog;
import io.framegate.closure.EndedBy;
import io.framegate.closure.Side;
import io.framegate.configuration.TestConfiguration;
import io.framegate.connection.ConnectionContext;
import io.framegate.connection.ConnectionHandler;
import io.framegate.connection.FrameConnection;
import io.framegate.connection.TestConnections;
import io.framegate.connection.UnusedHandler;
import io.framegate.framing.Framings;
import io.framegate.route.Route;
import io.framegate.route.Target;
import io.framegate.testkit.FullBacklog;
import io.framegate.testkit.Peer;
import io.framegate.testkit.TestNames;
import io.framegate.testkit.TestPorts;
import io.framegate.testkit.TestUpstream;
import io.framegate.transport.TestClock;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Which target is connected to, and what a connect or its end says of it. A target that
 * fails once is ejected.
 */
class ConnectorTests {

	private static final InetAddress CLIENT = InetAddress.ofLiteral("10.0.0.1");

	private static final Cause GIVEN_UP = Cause.byGateway(CloseReason.RETIRED, "nobody waits");

	private final TestClock clock = new TestClock();

	private final TestConnections connections = new TestConnections(this.clock);

	@AutoClose
	private final ClosureLog closures = new ClosureLog(1);

	@AutoClose
	private final TestUpstream server = TestUpstream.sink();

	private final List<Cause> failed = new CopyOnWriteArrayList<>();

	private final Recorder handler = new Recorder();

	private Connector connector;

	@AfterEach
	void close() {
		this.connector.stop();
		this.connections.close();
	}

	private void begin(String targets, String... properties) {
		begin(false, targets, properties);
	}

	private void begin(boolean shared, String targets, String... properties) {
		Map<String, String> all = new TreeMap<>(
				Map.of("targets", targets, "balance", "failover", "health-check.fall", "1"));
		for (String property : properties) {
			all.put(property.substring(0, property.indexOf('=')), property.substring(property.indexOf('=') + 1));
		}
		TestConfiguration configuration = TestConfiguration.route("orders");
		all.forEach((key, value) -> configuration.property("framegate.routes.orders.upstream." + key, value));
		Route route = configuration.onlyRoute();
		ConnectionContext context = new ConnectionContext("orders", Side.UPSTREAM, Framings.named("crlf", false), 1024,
				this.connections.timeouts(), false, shared, this.connections.metrics(), this.closures);
		this.connector = new Connector(route, context, this.connections.loops(), this.connections.registry(), null);
		this.connector.setApplicationEventPublisher((event) -> {
		});
		this.connector.registerListener((message) -> {
		});
		this.connector.start();
	}

	private TargetState target(int index) {
		return this.connector.targets().all().get(index);
	}

	private void connect() {
		connect(() -> this.connector.attempts(this.connections.loop(), CLIENT, null, this.handler, this.failed::add));
	}

	private void connect(Supplier<ConnectAttempts> attempts) {
		this.connections.inLoop(() -> this.handler.attempts = attempts.get());
	}

	private FrameConnection opened() {
		Awaitility.await().until(() -> this.handler.opened != null);
		return this.handler.opened;
	}

	private Peer peer() {
		return this.server.awaitConnections(1).getFirst();
	}

	private void awaitEnd(TargetState target) {
		Awaitility.await().until(() -> target.connections() == 0);
		// What its end says of the target is known by then.
		this.connections.loops().catchUp();
	}

	@Test
	void nextTargetIsTriedWhereOneRefuses() {
		begin("127.0.0.1:" + TestPorts.refused() + "," + this.server.address());
		assertThat(target(1).status()).isEqualTo(TargetState.Status.UNKNOWN);
		connect();
		FrameConnection connection = opened();
		assertThat(connection.attachment()).isSameAs(target(1));
		assertThat(connection.remote()).isEqualTo(new InetSocketAddress("127.0.0.1", this.server.port()));
		assertThat(connection.loop()).isSameAs(this.connections.loop());
		assertThat(this.connector.opened(connection)).isTrue();
		assertThat(target(0).status()).isEqualTo(TargetState.Status.EJECTED);
		assertThat(target(1).status()).isEqualTo(TargetState.Status.UP);
		awaitEnd(target(0));
		assertThat(target(1).connections()).isEqualTo(1);
		this.connections.inLoop(() -> connection.close(GIVEN_UP));
		awaitEnd(target(1));
		assertThat(this.failed).isEmpty();
	}

	@Test
	void targetOfOnesOwnChoiceIsTriedFirst() {
		try (TestUpstream other = TestUpstream.sink()) {
			begin(other.address() + "," + this.server.address());
			connect(() -> this.connector.attempts(this.connections.loop(), null, target(1), this.handler,
					this.failed::add));
			assertThat(opened().attachment()).isSameAs(target(1));
			assertThat(other.connections()).isEmpty();
		}
	}

	@Test
	void oneTargetAloneIsNotReplacedByAnother() {
		begin("127.0.0.1:" + TestPorts.refused() + "," + this.server.address());
		connect(() -> this.connector.attempts(this.connections.loop(), target(0), this.handler, this.failed::add));
		Awaitility.await().until(() -> !this.failed.isEmpty());
		assertThat(this.failed).extracting(Cause::reason).containsExactly(CloseReason.UPSTREAM_REFUSED);
		assertThat(this.server.connections()).isEmpty();
	}

	/**
	 * What is wrong, the reason and a part of the message, and whether the target is
	 * ejected for it.
	 */
	@ParameterizedTest
	@CsvSource({ "refused, '', UPSTREAM_REFUSED, Connection refused, true",
			"unknown, '', UPSTREAM_UNREACHABLE, unknown host nobody.invalid, true",
			"itself, '', UPSTREAM_REFUSED, connected to itself, true",
			"refused, source-address=192.0.2.1, UPSTREAM_UNREACHABLE, "
					+ "from source address 192.0.2.1: Cannot assign requested address (not an address of this machine, false" })
	void whyNoTargetCanBeReached(String wrong, String property, CloseReason reason, String text, boolean ejected) {
		int port = TestPorts.free(1);
		String target = wrong.equals("unknown") ? "nobody.invalid:7" : "127.0.0.1:" + port;
		String[] properties = wrong.equals("itself")
				? new String[] { "source-address=127.0.0.1", "source-port=" + port }
				: property.isEmpty() ? new String[0] : new String[] { property };
		begin(target, properties);
		connect();
		Awaitility.await().until(() -> !this.failed.isEmpty());
		assertThat(this.failed.getFirst().reason()).isEqualTo(reason);
		assertThat(this.failed.getFirst().detail()).startsWith(target).contains(text);
		assertThat(target(0).status() == TargetState.Status.EJECTED).isEqualTo(ejected);
		assertThat(target(0).isSilent()).isFalse();
		assertThat(this.handler.opened).isNull();
		awaitEnd(target(0));
	}

	/** A connect may take two seconds. */
	@ParameterizedTest
	@CsvSource({ "2000, EJECTED, CONNECT_TIMEOUT", "0, UNKNOWN, " })
	void silentTargetFailsButNotOneThatNobodyWaitsFor(long millis, TargetState.Status status,
			@Nullable CloseReason reason) {
		try (FullBacklog silent = new FullBacklog()) {
			begin(silent.address());
			connect();
			Awaitility.await().until(() -> target(0).connections() == 1);
			if (millis == 0) {
				this.connections.inLoop(() -> this.handler.attempts.cancel(GIVEN_UP));
			}
			this.clock.pass(millis);
			awaitEnd(target(0));
			assertThat(target(0).status()).isEqualTo(status);
			assertThat(this.failed).extracting(Cause::reason).isEqualTo((reason != null) ? List.of(reason) : List.of());
		}
	}

	/**
	 * Whether clients share the connection, what the server sends, what it is sent, how
	 * it ends the connection and after how long; and whether it was useless.
	 */
	@ParameterizedTest
	@CsvSource({ "false, '', '', eof, 0, true", "false, '', '', eof, 999, true", "false, '', '', eof, 1000, false",
			"false, hello, '', eof, 0, false", "false, '', hello, eof, 0, false", "true, '', '', eof, 0, false",
			"false, '', '', reset, 999, true", "false, '', '', reset, 1000, false", "false, '', hello, reset, 0, true",
			"false, hello, '', reset, 0, false", "false, '', '', own, 0, false" })
	void serverThatEndsASessionUnusedWasUseless(boolean shared, String greeting, String request, String end,
			long millis, boolean useless) {
		begin(shared, this.server.address());
		connect();
		FrameConnection connection = opened();
		if (!greeting.isEmpty()) {
			peer().sendLine(greeting);
			Awaitility.await().until(() -> connection.bytesIn() > 0);
		}
		if (!request.isEmpty()) {
			this.connections.inLoop(() -> connection.write(request.getBytes(StandardCharsets.UTF_8)));
			Awaitility.await().until(() -> peer().receivedCount() > 0);
		}
		this.clock.pass(millis);
		switch (end) {
			case "eof" -> peer().halfClose();
			case "reset" -> peer().reset();
			default -> this.connections.inLoop(() -> connection.close(GIVEN_UP));
		}
		awaitEnd(target(0));
		assertThat(target(0).isSilent()).isEqualTo(useless);
		assertThat(target(0).isUp()).isEqualTo(!useless);
	}

	@Test
	void newTargetsReplaceTheOldOnesAndAreProbed() {
		begin("127.0.0.1:" + TestPorts.refused(), "health-check.interval=20ms");
		int refused = TestPorts.refused();
		this.connector.change(List.of(new Target("127.0.0.1", refused), new Target("127.0.0.1", this.server.port())));
		assertThat(this.connector.targets().all()).extracting((state) -> state.target().port())
			.containsExactly(refused, this.server.port());
		Awaitility.await().until(() -> target(0).status() == TargetState.Status.DOWN);
		connect();
		assertThat(opened().attachment()).isSameAs(target(1));
	}

	@Test
	void targetThatIsBackIsTold() {
		begin(this.server.address());
		List<TargetState> back = new CopyOnWriteArrayList<>();
		this.connector.whenTargetIsBack(back::add);
		target(0).failed(Evidence.CONNECT);
		assertThat(target(0).isUp()).isFalse();
		this.clock.pass(1000);
		Awaitility.await().until(() -> !back.isEmpty());
		assertThat(back).containsExactly(target(0));
		assertThat(target(0).isUp()).isTrue();
	}

	/** Only connections to the target that went down, if at all. */
	@ParameterizedTest
	@CsvSource({ "drain, true", "keep, false" })
	void targetThatGoesDownDrainsItsConnections(String onDown, boolean drained) {
		TestNames.put("down.test", "127.0.0.1");
		try (TestUpstream other = TestUpstream.sink()) {
			begin(other.address() + ",down.test:" + this.server.port(), "on-down=" + onDown,
					"health-check.interval=20ms");
			target(1).lookedUp().join();
			connect(() -> this.connector.attempts(this.connections.loop(), target(0), this.handler, this.failed::add));
			FrameConnection stays = opened();
			this.handler.opened = null;
			connect(() -> this.connector.attempts(this.connections.loop(), target(1), this.handler, this.failed::add));
			FrameConnection ends = opened();
			this.server.stopListening();
			Awaitility.await().until(() -> target(1).status() == TargetState.Status.DOWN);
			if (drained) {
				Awaitility.await().until(() -> !this.handler.drained.isEmpty());
				assertThat(this.handler.cause).isEqualTo(Cause.byGateway(CloseReason.UPSTREAM_UNREACHABLE,
						"target down.test:" + this.server.port() + " went down"));
			}
			this.connections.loops().catchUp();
			assertThat(this.handler.drained).isEqualTo(drained ? List.of(ends) : List.of());
			assertThat(this.handler.drained).doesNotContain(stays);
		}
	}

	@Test
	void connectionsOfOthersAreNotItsOwn() {
		begin(this.server.address());
		this.connections.inLoop(() -> {
			FrameConnection other = this.connections.unconnected(new UnusedHandler());
			assertThat(this.connector.opened(other)).isFalse();
			other.close(GIVEN_UP);
		});
	}

	@Test
	void opensConnectionsOnlyForTheGateway() {
		begin(this.server.address());
		assertThatThrownBy(() -> this.connector.buildNewConnection()).isInstanceOf(UnsupportedOperationException.class)
			.hasMessage("Upstream connections of route 'orders' are opened by the gateway alone");
		Connector unwired = new Connector(TestConfiguration.route("orders").onlyRoute(), this.connector.context(),
				this.connections.loops(), this.connections.registry(), null);
		unwired.targets().start();
		this.connections.inLoop(() -> assertThatIllegalStateException()
			.isThrownBy(() -> unwired.attempts(this.connections.loop(), CLIENT, null, this.handler, this.failed::add))
			.withMessageStartingWith("No adapter listens to "));
		unwired.stop();
	}

	/** Follows attempts as a session does. */
	private static final class Recorder implements ConnectionHandler {

		private final List<FrameConnection> drained = new CopyOnWriteArrayList<>();

		private volatile @Nullable FrameConnection opened;

		private volatile @Nullable ConnectAttempts attempts;

		private volatile @Nullable Cause cause;

		@Override
		public void opened(FrameConnection connection) {
			this.opened = connection;
		}

		@Override
		public void frame(FrameConnection connection, byte[] payload) {
			// Nobody wants it.
		}

		@Override
		public void inputEnded(FrameConnection connection) {
			connection.closeGracefully(new Cause(CloseReason.UPSTREAM_EOF, EndedBy.UPSTREAM, ""));
		}

		@Override
		public void writabilityChanged(FrameConnection connection) {
			// Little is written.
		}

		@Override
		public void failed(FrameConnection connection, Cause cause) {
			connection.close(cause);
		}

		@Override
		public void drain(FrameConnection connection, Cause cause) {
			this.cause = cause;
			this.drained.add(connection);
		}

		@Override
		public void closed(FrameConnection connection, Cause cause, long lostFrames, long lostBytes) {
			ConnectAttempts all = this.attempts;
			if (connection != this.opened && all != null) {
				all.failed(connection, cause);
			}
		}

	}

}
