package io.framegate.lifecycle;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

import io.framegate.closure.Cause;
import io.framegate.connection.ConnectionRegistry;
import io.framegate.route.Target;
import io.framegate.upstream.Connector;
import io.framegate.upstream.TargetState;
import io.framegate.upstream.TargetSwitch;

/**
 * What operators can do to a route's targets. A target is known by what is configured,
 * host and port, whatever addresses the name has. Any thread may call.
 */
public final class TargetLevers {

	private final Connector connector;

	private final ConnectionRegistry connections;

	private final boolean oneWay;

	TargetLevers(Connector connector, ConnectionRegistry connections, boolean oneWay) {
		this.oneWay = oneWay;
		this.connector = connector;
		this.connections = connections;
	}

	/** The current targets, in the configured order. */
	public List<TargetFacts> all() {
		return this.connector.targets().all().stream().map(TargetFacts::of).toList();
	}

	/** Whether there are targets, and an operator has disabled every one. */
	public boolean areAllOff() {
		return this.connector.targets().areAllOff();
	}

	/** Each target's levers, in the configured order. */
	public Stream<One> each() {
		return this.connector.targets().all().stream().map(One::new);
	}

	/**
	 * A target's levers.
	 * @param address host and port
	 * @return the levers, if there is such a target
	 */
	public Optional<One> find(String address) {
		try {
			Target wanted = Target.of(address);
			return each().filter((one) -> one.is(wanted)).findFirst();
		}
		catch (IllegalArgumentException ex) {
			return Optional.empty();
		}
	}

	/**
	 * One target's levers.
	 */
	public final class One {

		private final TargetState target;

		private One(TargetState target) {
			this.target = target;
		}

		private boolean is(Target wanted) {
			Target own = this.target.target();
			return own.port() == wanted.port() && own.host().equalsIgnoreCase(wanted.host());
		}

		/** What is known of the target, whatever operators want. */
		public String health() {
			return this.target.health().name();
		}

		public TargetFacts facts() {
			return TargetFacts.of(this.target);
		}

		/**
		 * Begins no more sessions and exchanges with the target. What is there goes on;
		 * shared connections close when they carry nothing.
		 * @param cause who wants it
		 */
		public void disable(Cause cause) {
			this.target.lever().move(TargetSwitch.Position.DISABLED);
			TargetLevers.this.connector.disabled(this.target, cause);
		}

		/** Uses the target again. */
		public void enable() {
			this.target.lever().move(TargetSwitch.Position.ENABLED);
			TargetLevers.this.connector.isBack(this.target);
		}

		/**
		 * Disables the target and ends without loss what is there, within the drain
		 * timer. Returns at once.
		 * @param cause who wants it
		 * @return the result, once every connection is closed; never completed on an
		 * event loop
		 */
		public CompletableFuture<DrainReport> drain(Cause cause) {
			int move = this.target.lever().move(TargetSwitch.Position.DRAINING);
			TargetLevers.this.connector.disabled(this.target, cause);
			List<TargetDrain> drains = TargetLevers.this.connections.all()
				.stream()
				.filter(TargetLevers.this.connector::opened)
				.map((connection) -> new TargetDrain(connection, this.target, TargetLevers.this.oneWay, cause))
				.toList();
			return CompletableFuture.allOf(drains.stream().map(TargetDrain::done).toArray(CompletableFuture<?>[]::new))
				.thenApplyAsync((all) -> {
					this.target.lever().drained(move);
					return TargetDrain.report(drains);
				});
		}

	}

}
