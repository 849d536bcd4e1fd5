package io.framegate.actuate;

import java.util.List;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.framegate.closure.Side;
import io.framegate.lifecycle.ConfigurationAdvice;
import io.framegate.lifecycle.RunningRoute;
import io.framegate.lifecycle.TargetFacts;
import io.framegate.metrics.RouteMetrics;
import org.jspecify.annotations.Nullable;

/**
 * A route as the endpoint shows it. Connections, frames and bytes are those of clients.
 *
 * @param name its name
 * @param mode its mode
 * @param state what it is doing
 * @param address the local address
 * @param port the port listened on
 * @param framing its framings
 * @param targets its upstream servers
 * @param connections its inbound connections
 * @param frames frames from and to clients
 * @param bytes bytes from and to clients
 * @param lastError why it failed
 * @param advice advice on its configuration
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record RouteView(String name, String mode, RunningRoute.State state, String address, int port, Framings framing,
		List<TargetFacts> targets, Counts connections, Flow frames, Flow bytes, @JsonInclude @Nullable String lastError,
		List<String> advice) {

	static RouteView of(RunningRoute running, ConfigurationAdvice advice) {
		var route = running.route();
		RouteMetrics metrics = running.metrics();
		return new RouteView(running.name(), route.mode().label(), running.state(), running.address(), running.port(),
				new Framings(route.listen().framing(), route.upstream().framing()), running.targets(),
				new Counts(metrics.active(Side.INBOUND), metrics.opened(Side.INBOUND), metrics.closed(Side.INBOUND)),
				new Flow(metrics.framesIn(), metrics.framesOut()), new Flow(metrics.bytesIn(), metrics.bytesOut()),
				running.lastError(), advice.on(running));
	}

	/**
	 * A route's framings.
	 *
	 * @param inbound towards clients
	 * @param upstream towards servers
	 */
	record Framings(String inbound, String upstream) {

	}

	/**
	 * Connections.
	 *
	 * @param active open now
	 * @param opened ever accepted
	 * @param closed closed
	 */
	record Counts(long active, long opened, long closed) {

	}

	/**
	 * Counts of both directions.
	 *
	 * @param in from clients
	 * @param out to clients
	 */
	record Flow(long in, long out) {

	}

}
