package io.framegate.upstream;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;

import io.framegate.closure.Cause;
import io.framegate.closure.CloseReason;
import io.framegate.connection.ConnectionHandler;
import io.framegate.connection.FrameConnection;
import io.framegate.connection.TestConnections;
import io.framegate.connection.UnusedHandler;
import io.framegate.route.Target;
import io.framegate.transport.Loop;
import io.framegate.transport.ManualLoop;
import io.framegate.transport.TestClock;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which address is tried when, and what becomes of the others.
 */
class ConnectAttemptsTests implements ConnectAttempts.Owner {

	private static final ConnectionHandler HANDLER = new UnusedHandler();

	private static final Cause REFUSED = Cause.byGateway(CloseReason.UPSTREAM_REFUSED, "refused");

	private static final Cause GIVEN_UP = Cause.byGateway(CloseReason.ROUTE_DRAIN, "given up");

	@AutoClose
	private static TestConnections connections;

	private final ManualLoop loop = new ManualLoop();

	private final List<String> tried = new ArrayList<>();

	private final List<FrameConnection> begun = new ArrayList<>();

	private final List<Cause> failed = new ArrayList<>();

	private final ConnectAttempts attempts = new ConnectAttempts(this, connections.timeouts(), this.loop, null, HANDLER,
			this.failed::add);

	/** Whether a source port is looked for, so that a connect begins later. */
	private boolean searching;

	private boolean outOfSockets;

	private Consumer<@Nullable FrameConnection> latest;

	@BeforeAll
	static void start() {
		connections = new TestConnections();
	}

	@AfterEach
	void closeAll() {
		connections.inLoop(() -> this.begun.forEach((connection) -> connection.close(GIVEN_UP)));
	}

	@Override
	public void connect(Loop on, TargetAddress candidate, ConnectAttempts part, ConnectionHandler handler,
			Consumer<@Nullable FrameConnection> told) {
		this.tried.add(candidate.state().target().host() + candidate.address().getPort());
		this.latest = told;
		if (!this.searching) {
			told.accept(this.outOfSockets ? null : connection());
		}
	}

	private FrameConnection connection() {
		FrameConnection connection = connections.unconnected(HANDLER);
		this.begun.add(connection);
		return connection;
	}

	private static TargetState target(String name) {
		return new TargetState(new Target(name, 7), 3, new TestClock());
	}

	/** A target whose name is known. */
	private static TargetState target(String name, int addresses) {
		TargetState target = target(name);
		lookedUp(target, addresses);
		return target;
	}

	private static void lookedUp(TargetState target, int addresses) {
		target.addresses(IntStream.rangeClosed(1, addresses)
			.mapToObj((port) -> new InetSocketAddress("127.0.0.1", port))
			.toList());
	}

	private void begin(TargetState... targets) {
		this.attempts.begin(List.of(targets));
	}

	private void fail(int attempt) {
		this.attempts.failed(this.begun.get(attempt), REFUSED);
	}

	@Test
	void addressesOfOneTargetDoNotWaitForEachOther() {
		connections.inLoop(() -> {
			begin(target("a", 3), target("b", 1));
			assertThat(this.tried).containsExactly("a1");
			this.loop.pass(249);
			assertThat(this.tried).containsExactly("a1");
			this.loop.pass(1);
			assertThat(this.tried).containsExactly("a1", "a2");
			this.loop.pass(250);
			assertThat(this.tried).containsExactly("a1", "a2", "a3");
			// Another target's waits until all of this one have failed.
			this.loop.pass(10_000);
			fail(0);
			fail(2);
			assertThat(this.tried).containsExactly("a1", "a2", "a3");
			fail(1);
			assertThat(this.tried).containsExactly("a1", "a2", "a3", "b1");
			assertThat(this.failed).isEmpty();
			fail(3);
			assertThat(this.failed).containsExactly(REFUSED);
		});
	}

	@Test
	void nextAddressIsTriedAtOnceWhereOneFails() {
		connections.inLoop(() -> {
			begin(target("a", 2), target("b", 1));
			fail(0);
			assertThat(this.tried).containsExactly("a1", "a2");
			this.loop.pass(250);
			assertThat(this.tried).containsExactly("a1", "a2");
		});
	}

	@Test
	void othersAreGivenUpOnceOneHasSucceeded() {
		connections.inLoop(() -> {
			begin(target("a", 3));
			this.loop.pass(250);
			this.attempts.succeeded(this.begun.get(1));
			assertThat(this.begun).extracting(FrameConnection::isCut).containsExactly(true, false);
			assertThat(this.begun.get(0).cause())
				.isEqualTo(Cause.byGateway(CloseReason.RETIRED, "another address of the target was faster"));
			this.loop.pass(10_000);
			fail(0);
			assertThat(this.tried).containsExactly("a1", "a2");
			assertThat(this.failed).isEmpty();
		});
	}

	@Test
	void allAreGivenUpOnceNobodyWaits() {
		connections.inLoop(() -> {
			begin(target("a", 3), target("b", 1));
			this.loop.pass(250);
			this.attempts.cancel(GIVEN_UP);
			assertThat(this.begun).extracting(FrameConnection::cause).containsExactly(GIVEN_UP, GIVEN_UP);
			this.loop.pass(10_000);
			assertThat(this.tried).containsExactly("a1", "a2");
			assertThat(this.failed).isEmpty();
		});
	}

	@Test
	void connectThatBeginsAfterwardsIsGivenUpToo() {
		connections.inLoop(() -> {
			this.searching = true;
			begin(target("a", 2));
			this.attempts.cancel(GIVEN_UP);
			this.latest.accept(connection());
			assertThat(this.begun.getFirst().isCut()).isTrue();
			assertThat(this.begun.getFirst().cause()).isEqualTo(GIVEN_UP);
			assertThat(this.tried).containsExactly("a1");
		});
	}

	@Test
	void connectThatSucceedsAsItBeginsStays() {
		connections.inLoop(() -> {
			this.searching = true;
			begin(target("a", 2));
			FrameConnection connection = connection();
			this.attempts.succeeded(connection);
			this.latest.accept(connection);
			assertThat(connection.isCut()).isFalse();
		});
	}

	@Test
	void onlyOneSourcePortIsLookedForAtATime() {
		connections.inLoop(() -> {
			begin(target("a", 3));
			this.searching = true;
			this.loop.pass(250);
			fail(0);
			assertThat(this.tried).containsExactly("a1", "a2");
			this.latest.accept(connection());
			fail(1);
			assertThat(this.tried).containsExactly("a1", "a2", "a3");
		});
	}

	@Test
	void noSocketIsTheEndUnlessOneIsConnecting() {
		connections.inLoop(() -> {
			begin(target("a", 2));
			this.outOfSockets = true;
			this.loop.pass(250);
			assertThat(this.failed).isEmpty();
			this.attempts.failed(this.begun.getFirst(), REFUSED);
			assertThat(this.failed).containsExactly(REFUSED);
		});
	}

	@Test
	void noSocketAtAllIsAnOverload() {
		this.outOfSockets = true;
		begin(target("a", 2));
		assertThat(this.failed).extracting(Cause::reason).containsExactly(CloseReason.OVERLOAD);
		assertThat(this.tried).containsExactly("a1");
	}

	@Test
	void thereMayBeNobodyToTry() {
		begin();
		assertThat(this.failed)
			.containsExactly(Cause.byGateway(CloseReason.UPSTREAM_UNREACHABLE, "every target is down or disabled"));
	}

	@Test
	void nameIsWaitedForAfterTheTargetsThatAreKnown() {
		connections.inLoop(() -> {
			TargetState unknown = target("u");
			begin(unknown, target("a", 1));
			assertThat(this.tried).containsExactly("a1");
			lookedUp(unknown, 1);
			this.loop.runTasks();
			assertThat(this.tried).containsExactly("a1");
			fail(0);
			this.loop.runTasks();
			assertThat(this.tried).containsExactly("a1", "u1");
			this.loop.pass(10_000);
			assertThat(this.failed).isEmpty();
		});
	}

	/** A connect may take two seconds. */
	@Test
	void nameIsWaitedForAsLongAsAConnectMayTake() {
		TargetState unknown = target("u");
		begin(unknown);
		this.loop.pass(1999);
		assertThat(this.failed).isEmpty();
		this.loop.pass(1);
		assertThat(this.failed).containsExactly(
				Cause.byGateway(CloseReason.CONNECT_TIMEOUT, "u:7: its name was not looked up within connect (2s)"));
		assertThat(unknown.status()).isEqualTo(TargetState.Status.UP);
		lookedUp(unknown, 1);
		this.loop.runTasks();
		assertThat(this.tried).isEmpty();
	}

}
