package io.framegate.link;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.framegate.closure.Cause;
import io.framegate.closure.CloseReason;
import io.framegate.connection.FrameConnection;
import io.framegate.connection.TestConnections;
import io.framegate.connection.UnusedHandler;
import io.framegate.transport.ManualLoop;
import io.framegate.upstream.TargetState;
import io.framegate.upstream.Targets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How many connections of poisoned links go on reading.
 */
class PoisonedConnectionsTests {

	private static final Cause END = Cause.byGateway(CloseReason.RETIRED, "the test is over");

	@AutoClose
	private static TestConnections connections;

	private final ManualLoop loop = new ManualLoop();

	private final List<FrameConnection> all = new ArrayList<>();

	private final List<TargetState> targets = new Targets(
			TestLinkSettings.upstream(Map.of("targets[0]", "127.0.0.1:7", "targets[1]", "127.0.0.2:7")),
			connections.metrics(), this.loop::now)
		.all();

	@BeforeAll
	static void start() {
		connections = new TestConnections();
	}

	@AfterEach
	void closeAll() {
		connections.inLoop(() -> this.all.forEach((connection) -> connection.close(END)));
	}

	private FrameConnection connection(TargetState target) {
		FrameConnection connection = connections.unconnected(new UnusedHandler());
		connection.attach(target);
		this.all.add(connection);
		return connection;
	}

	/** How many links there may be, and how many connections may linger. */
	@ParameterizedTest
	@CsvSource({ "1, 16", "16, 16", "17, 17", "40, 40" })
	void oldestMakesRoom(int quota, int most) {
		connections.inLoop(() -> {
			PoisonedConnections poisoned = new PoisonedConnections(this.loop, quota);
			IntStream.range(0, most).forEach((i) -> poisoned.add(connection(this.targets.getFirst())));
			assertThat(this.all).noneMatch(FrameConnection::isCut);
			poisoned.add(connection(this.targets.getFirst()));
			assertThat(this.all.getFirst().isCut()).isTrue();
			assertThat(this.all.getFirst().cause()).isEqualTo(Cause.byGateway(CloseReason.LATE_REPLY, "made room"));
			assertThat(this.all.subList(1, this.all.size())).noneMatch(FrameConnection::isCut);
		});
	}

	@Test
	void thoseThatAreClosedTakeNoRoom() {
		PoisonedConnections poisoned = new PoisonedConnections(this.loop, 1);
		connections.inLoop(() -> {
			IntStream.range(0, 16).forEach((i) -> poisoned.add(connection(this.targets.getFirst())));
			this.all.get(3).close(END);
		});
		// What closing leaves behind is done by now.
		connections.inLoop(() -> {
			poisoned.add(connection(this.targets.getFirst()));
			assertThat(this.all).filteredOn(FrameConnection::isCut).containsExactly(this.all.get(3));
		});
	}

	@Test
	void placesAreKeptForThoseOfTheSameTarget() {
		PoisonedConnections poisoned = new PoisonedConnections(this.loop, 1);
		connections.inLoop(() -> {
			poisoned.add(connection(this.targets.getFirst()));
			poisoned.add(connection(this.targets.getLast()));
			poisoned.add(connection(this.targets.getFirst()));
			assertThat(poisoned.makeRoom(this.targets.getFirst())).isEqualTo(2);
			assertThat(poisoned.makeRoom(this.targets.getLast())).isEqualTo(1);
			assertThat(this.all).noneMatch(FrameConnection::isCut);
			this.all.getFirst().close(END);
		});
		connections.inLoop(() -> assertThat(poisoned.makeRoom(this.targets.getFirst())).isEqualTo(1));
	}

	/** How long ago each of two was poisoned, and which still count. */
	@ParameterizedTest
	@CsvSource({ "0, 0, 2, ''", "999, 999, 2, ''", "1000, 0, 1, 0", "1000, 999, 1, 0", "1000, 1000, 0, 01",
			"5000, 1000, 0, 01" })
	void placeIsKeptForASecond(long first, long second, int kept, String made) {
		PoisonedConnections poisoned = new PoisonedConnections(this.loop, 1);
		connections.inLoop(() -> {
			poisoned.add(connection(this.targets.getFirst()));
			this.loop.pass(first - second);
			poisoned.add(connection(this.targets.getFirst()));
			// Both have received something just now, as far as this clock can tell.
			this.loop.pass(second);
			assertThat(poisoned.makeRoom(this.targets.getLast())).isZero();
			assertThat(this.all).noneMatch(FrameConnection::isCut);
			assertThat(poisoned.makeRoom(this.targets.getFirst())).isEqualTo(kept);
			assertThat(IntStream.range(0, 2)
				.filter((i) -> this.all.get(i).isCut())
				.mapToObj(Integer::toString)
				.collect(Collectors.joining())).isEqualTo(made);
		});
	}

	@Test
	void noPlaceIsKeptForOneThatIsSilentAnyway() {
		PoisonedConnections poisoned = new PoisonedConnections(this.loop, 1);
		connections.inLoop(() -> {
			FrameConnection silent = connection(this.targets.getFirst());
			this.loop.pass(60_000);
			poisoned.add(silent);
			assertThat(poisoned.makeRoom(this.targets.getFirst())).isZero();
			assertThat(silent.cause()).isEqualTo(Cause.byGateway(CloseReason.LATE_REPLY, "made room"));
		});
	}

}
