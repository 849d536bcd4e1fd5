package io.framegate.relay;

import java.util.Map;
import java.util.Optional;

import io.framegate.closure.Cause;
import io.framegate.closure.CloseReason;
import io.framegate.closure.Closure;
import io.framegate.closure.EndedBy;
import io.framegate.closure.Side;
import io.framegate.connection.FrameConnection;
import io.framegate.testkit.Gateway;
import io.framegate.testkit.LoggedClosures;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the gateway tells of connections that ended: the same in the record, in the
 * metrics and in the log. Each route has one session.
 */
final class Endings implements AutoCloseable {

	private final Gateway gateway;

	private final LoggedClosures log = new LoggedClosures();

	Endings(Gateway gateway) {
		this.gateway = gateway;
	}

	/**
	 * Waits for the end of both connections of a session that ended as one.
	 * @return the inbound one's record
	 */
	Closure expect(String route, CloseReason reason, EndedBy endedBy) {
		expect(route, Side.UPSTREAM, reason, endedBy);
		return expect(route, Side.INBOUND, reason, endedBy);
	}

	Closure expect(String route, Side side, CloseReason reason, EndedBy endedBy) {
		Closure closure = this.gateway.awaitClosure(route, side);
		assertThat(closure.reason()).as(closure.toString()).isEqualTo(reason);
		assertThat(closure.endedBy()).as(closure.toString()).isEqualTo(endedBy);
		assertThat(closed(closure)).isEqualTo(1);
		Map<String, Object> line = LoggedClosures.fields(this.log.awaitLine(closure.id()));
		assertThat(line).containsEntry("route", route)
			.containsEntry("side", side.label())
			.containsEntry("reason", reason.label())
			.containsEntry("endedBy", endedBy.label())
			.containsEntry("detail", closure.detail())
			.containsEntry("framesIn", closure.framesIn())
			.containsEntry("framesOut", closure.framesOut())
			.containsEntry("bytesIn", closure.bytesIn())
			.containsEntry("bytesOut", closure.bytesOut())
			.containsEntry("undeliveredFrames", closure.undelivered().frames())
			.containsEntry("undeliveredBytes", closure.undelivered().bytes())
			.containsEntry("partialFrameBytes", closure.partialFrameBytes());
		assertThat(this.log.count(closure.id())).isEqualTo(1);
		return closure;
	}

	private double closed(Closure closure) {
		return this.gateway.metric("framegate_connections_closed_total{reason=\"%s\",route=\"%s\",side=\"%s\"}"
			.formatted(closure.reason().label(), closure.route(), closure.side().label()));
	}

	double fired(String route, String timer) {
		return this.gateway.metric("framegate_timeouts_fired_total{route=\"%s\",timer=\"%s\"}".formatted(route, timer));
	}

	/**
	 * Waits for a route's only live connection on a side.
	 */
	FrameConnection live(String route, Side side) {
		return Gateway.await("a connection of " + route,
				() -> this.gateway.connections(route)
					.stream()
					.filter((connection) -> connection.side() == side)
					.findFirst());
	}

	/**
	 * Ends a route's session as an operator does.
	 */
	void close(String route) {
		FrameConnection connection = live(route, Side.INBOUND);
		Cause cause = new Cause(CloseReason.OPERATOR_CLOSE, EndedBy.OPERATOR, "");
		connection.execute(() -> connection.handler().drain(connection, cause));
	}

	/**
	 * Waits until some time has passed on the clock that the timers use.
	 */
	static void awaitMillis(long millis) {
		long until = System.nanoTime() + millis * 1_000_000;
		Gateway.await(millis + " ms", () -> (System.nanoTime() - until >= 0) ? Optional.of(true) : Optional.empty());
	}

	@Override
	public void close() {
		this.log.close();
	}

}
