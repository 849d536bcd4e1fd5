package io.framegate.lifecycle;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

import io.framegate.closure.Cause;
import io.framegate.closure.Side;
import io.framegate.connection.ConnectionRegistry;
import io.framegate.connection.FrameConnection;
import io.framegate.inbound.Listener;
import io.framegate.metrics.RouteMetrics;
import io.framegate.relay.Relay;
import io.framegate.timeout.Timeout;
import io.framegate.timeout.Timeouts;
import io.framegate.upstream.Connector;

/**
 * Closes a route's connections without loss: accepts no more, lets inbound connections
 * end, then those upstream. Each step runs on the route's own threads.
 */
final class RouteDrain {

	/** The route that drains. Its methods are called in turn. */
	interface Owner {

		RouteMetrics metrics();

		Timeouts timeouts();

		/**
		 * How often the route was resumed: an older drain must not stop it.
		 * @return a count
		 */
		int timesResumed();

		void drainBegins();

		/** Not called if the route was resumed meanwhile. */
		void drainEnds();

	}

	/**
	 * The least time that servers have to close their side, however long clients took.
	 */
	private static final long LAST_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

	private final Owner owner;

	private final Executor turns;

	private final ConnectionRegistry connections;

	private final Listener listener;

	private final Connector connector;

	private final Relay relay;

	RouteDrain(Owner owner, Executor turns, ConnectionRegistry connections, Listener listener, Connector connector,
			Relay relay) {
		this.owner = owner;
		this.turns = turns;
		this.connections = connections;
		this.listener = listener;
		this.connector = connector;
		this.relay = relay;
	}

	/**
	 * Begins a drain, and returns at once.
	 * @param cause who wants it
	 * @return the result, once every connection is closed; never completed on an event
	 * loop
	 */
	CompletableFuture<DrainReport> begin(Cause cause) {
		return CompletableFuture.supplyAsync(() -> endInbound(cause), this.turns)
			.thenCompose((drain) -> allClosed(drain.connections(), Side.INBOUND)
				.thenComposeAsync((inbound) -> endUpstream(drain, cause), this.turns)
				.thenApplyAsync((upstream) -> drained(drain), this.turns))
			.thenApplyAsync((report) -> report);
	}

	private Begun endInbound(Cause cause) {
		long at = System.nanoTime();
		// Before anybody can see the drain: closing the listener takes a while.
		long framesOut = this.owner.metrics().framesOut();
		long undelivered = this.owner.metrics().undelivered();
		this.owner.drainBegins();
		this.listener.drain(cause);
		Begun drain = new Begun(this.owner.timesResumed(), at, live(), framesOut, undelivered);
		for (FrameConnection connection : drain.connections()) {
			if (connection.side() == Side.INBOUND) {
				connection.execute(() -> connection.handler().drain(connection, cause));
			}
		}
		return drain;
	}

	/** Only this route's connections, not those of another route of the same name. */
	private List<FrameConnection> live() {
		return this.connections.all()
			.stream()
			.filter((connection) -> this.listener.accepted(connection) || this.connector.opened(connection))
			.toList();
	}

	private CompletableFuture<Void> endUpstream(Begun drain, Cause cause) {
		if (drain.timesResumed() != this.owner.timesResumed()) {
			// New clients use the shared connections.
			return CompletableFuture.completedFuture(null);
		}
		long latest = System.nanoTime() + LAST_NANOS - this.owner.timeouts().nanos(Timeout.DRAIN);
		this.relay.stop(cause, (drain.at() - latest > 0) ? drain.at() : latest);
		return allClosed(drain.connections(), Side.UPSTREAM);
	}

	private DrainReport drained(Begun drain) {
		if (drain.timesResumed() == this.owner.timesResumed()) {
			this.owner.drainEnds();
		}
		return new DrainReport(drain.connections().size(), this.owner.metrics().framesOut() - drain.framesOut(),
				this.owner.metrics().undelivered() - drain.undelivered());
	}

	private static CompletableFuture<Void> allClosed(List<FrameConnection> connections, Side side) {
		return CompletableFuture.allOf(connections.stream()
			.filter((connection) -> connection.side() == side)
			.map(FrameConnection::whenClosed)
			.toArray(CompletableFuture<?>[]::new));
	}

	/**
	 * A drain that has begun.
	 *
	 * @param timesResumed how often the route had been resumed
	 * @param at when, a {@link System#nanoTime()} stamp
	 * @param connections those that are to close
	 * @param framesOut frames that inbound peers had received
	 * @param undelivered frames that had reached nobody
	 */
	private record Begun(int timesResumed, long at, List<FrameConnection> connections, long framesOut,
			long undelivered) {

	}

}
