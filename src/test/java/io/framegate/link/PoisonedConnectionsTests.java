package io.framegate.link;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import io.framegate.closure.Cause;
import io.framegate.closure.CloseReason;
import io.framegate.connection.FrameConnection;
import io.framegate.connection.TestConnections;
import io.framegate.connection.UnusedHandler;
import io.framegate.upstream.TargetState;
import io.framegate.upstream.Targets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
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
	private static final TestConnections connections = new TestConnections();

	private final List<FrameConnection> all = new ArrayList<>();

	private final List<TargetState> targets = new Targets(
			TestLinkSettings.upstream(Map.of("targets[0]", "127.0.0.1:7", "targets[1]", "127.0.0.2:7")),
			connections.metrics())
		.all();

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
			PoisonedConnections poisoned = new PoisonedConnections(quota);
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
		PoisonedConnections poisoned = new PoisonedConnections(1);
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
		PoisonedConnections poisoned = new PoisonedConnections(1);
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

}
