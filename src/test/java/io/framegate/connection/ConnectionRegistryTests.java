package io.framegate.connection;

import java.util.List;

import io.framegate.closure.Cause;
import io.framegate.closure.CloseReason;
import io.framegate.closure.Side;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is told of all connections is known before anybody asks.
 */
class ConnectionRegistryTests {

	private final TestConnections connections = new TestConnections();

	private final ConnectionRegistry registry = this.connections.registry();

	@BeforeEach
	void show() {
		this.registry.showStates(this.connections.metrics(), "orders");
	}

	@AfterEach
	void close() {
		this.connections.close();
	}

	private FrameConnection connection() {
		return this.connections.inLoop(() -> this.connections.unconnected(new UnusedHandler()));
	}

	private double shown(ConnectionState state) {
		return this.connections.meters()
			.get("framegate.connections.state")
			.tags("side", "upstream", "state", state.label())
			.gauge()
			.value();
	}

	@Test
	void eachStepIsCountedAtOnce() {
		FrameConnection connection = connection();
		connection();
		assertThat(shown(ConnectionState.CONNECTING)).isEqualTo(2);
		this.connections.inLoop(() -> connection.parts().lifecycle.established());
		assertThat(shown(ConnectionState.CONNECTING)).isEqualTo(1);
		assertThat(shown(ConnectionState.OPEN)).isEqualTo(1);
		this.connections.inLoop(() -> connection.drain());
		assertThat(shown(ConnectionState.OPEN)).isZero();
		assertThat(shown(ConnectionState.DRAINING)).isEqualTo(1);
		connection.execute(() -> connection.close(Cause.byGateway(CloseReason.OPERATOR_CLOSE, "")));
		connection.whenClosed().join();
		assertThat(shown(ConnectionState.DRAINING)).isZero();
		assertThat(this.registry.count(null, null, null)).isEqualTo(1);
	}

	@Test
	void countsThoseThatMatch() {
		FrameConnection connection = connection();
		connection();
		this.connections.inLoop(() -> connection.parts().lifecycle.established());
		assertThat(this.registry.count("orders", Side.UPSTREAM, ConnectionState.OPEN)).isEqualTo(1);
		assertThat(this.registry.count(null, null, ConnectionState.CONNECTING)).isEqualTo(1);
		assertThat(this.registry.count("orders", null, null)).isEqualTo(2);
		assertThat(this.registry.count("others", null, null)).isZero();
		assertThat(this.registry.count(null, Side.INBOUND, null)).isZero();
	}

	@Test
	void findsThemByTheirIdsAndInOrder() {
		List<FrameConnection> all = List.of(connection(), connection(), connection());
		assertThat(this.registry.all()).containsExactlyElementsOf(all);
		assertThat(this.registry.after(all.getFirst().number())).containsExactly(all.get(1), all.get(2));
		assertThat(this.registry.find(all.get(1).getConnectionId())).isSameAs(all.get(1));
		assertThat(this.registry.find("none")).isNull();
		assertThat(this.registry.find(all.get(1).getConnectionId() + "0")).isNull();
	}

}
