package io.framegate.lifecycle;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

import io.framegate.channel.FrameAdapter;
import io.framegate.closure.Cause;
import io.framegate.connection.ConnectionRegistry;
import io.framegate.inbound.Listener;
import io.framegate.inbound.ListeningSocket;
import io.framegate.metrics.RouteMetrics;
import io.framegate.relay.Relay;
import io.framegate.route.Route;
import io.framegate.timeout.Timeouts;
import io.framegate.upstream.Connector;
import org.jspecify.annotations.Nullable;

/**
 * A route that runs: what it is made of and what state it is in. What changes its state
 * is done in turn, on threads of its own. Any thread may call, event loops only what
 * reads or returns at once.
 */
public final class RunningRoute implements RouteDrain.Owner {

	/** What a route is doing. */
	public enum State {

		/** Accepting connections. */
		LISTENING,

		/** Accepting none; those that are there go on. */
		PAUSED,

		/** Accepting none, and ending those that are there. */
		DRAINING,

		/** Not able to run. */
		FAILED

	}

	/** A name that is looked up before new targets are used may take its time. */
	private static final Duration MAX_TURN = Duration.ofSeconds(30);

	/** Has levers done one after the other. */
	private final Executor turns;

	private volatile Route route;

	private final RouteContinuity continuity;

	private final Timeouts timeouts;

	private final RouteMetrics metrics;

	private final Listener listener;

	private final Connector connector;

	private final Relay relay;

	private final List<FrameAdapter> adapters;

	private final RouteDrain drain;

	private final AtomicBoolean stopped = new AtomicBoolean();

	private volatile State state = State.PAUSED;

	/**
	 * How often it was resumed: a drain that began before is not to stop it. Known in
	 * turn.
	 */
	private int resumed;

	/** It ends when its drain is done: nobody may resume it. */
	private volatile boolean leaving;

	private volatile @Nullable String lastError;

	RunningRoute(Route route, RouteContinuity continuity, ConnectionRegistry connections, Listener listener,
			Connector connector, Relay relay, List<FrameAdapter> adapters) {
		this.turns = new Turns("framegate-route-" + route.name());
		this.route = route;
		this.continuity = continuity;
		this.timeouts = continuity.timeouts();
		this.metrics = continuity.metrics();
		this.listener = listener;
		this.connector = connector;
		this.relay = relay;
		this.adapters = adapters;
		this.drain = new RouteDrain(this, this.turns, connections, listener, connector, relay);
		continuity.use();
	}

	/**
	 * Listens.
	 * @throws io.framegate.inbound.BindFailedException where the port cannot be had
	 */
	void start() {
		inTurn(() -> serve(this.listener::start));
	}

	/**
	 * Listens with a socket that is open.
	 * @param socket the socket
	 */
	void start(ListeningSocket socket) {
		inTurn(() -> serve(() -> this.listener.adopt(socket)));
	}

	private void serve(Runnable listen) {
		try {
			this.continuity.channels().connect(this.relay.hasUpstream());
			this.adapters.getFirst().start();
			this.relay.start();
			listen.run();
			this.adapters.forEach(FrameAdapter::start);
			this.state = State.LISTENING;
			this.lastError = null;
		}
		catch (RuntimeException ex) {
			failed(ex);
			throw ex;
		}
	}

	/**
	 * Gives its listening socket to the route that takes its place; clients notice
	 * nothing.
	 * @return the socket, {@code null} where it does not listen
	 */
	@Nullable ListeningSocket release() {
		AtomicReference<@Nullable ListeningSocket> socket = new AtomicReference<>();
		inTurn(() -> socket.set(this.listener.release()));
		return socket.get();
	}

	boolean isListening() {
		return this.state == State.LISTENING && !this.leaving;
	}

	/**
	 * Whether one in its place is to listen: nobody has paused or drained it.
	 * @return whether it is
	 */
	boolean wantsSocket() {
		return this.leaving || this.state == State.LISTENING || this.state == State.FAILED;
	}

	/**
	 * Closes its listening socket, so that its successor can have the port; clients that
	 * the kernel has let in are served.
	 */
	void giveUpPort() {
		inTurn(this.listener::pause);
	}

	/**
	 * Opens its own port again, which it gave up for nothing.
	 */
	void listenAgain() {
		inTurn(() -> serve(this.listener::start));
	}

	/**
	 * Goes on listening after all.
	 * @param socket what was to be the successor's
	 */
	void takeBack(@Nullable ListeningSocket socket) {
		if (socket == null) {
			return;
		}
		inTurn(() -> {
			if (!this.listener.isListening() && socket.port() == port()) {
				this.listener.adopt(socket);
			}
			else {
				socket.close();
				serve(this.listener::start);
			}
		});
	}

	/**
	 * Its bean names are given to another.
	 */
	void outliveBeans() {
		this.adapters.forEach(FrameAdapter::outliveBean);
	}

	/**
	 * Has the meters of its name show what it does, no longer the route that it replaces.
	 */
	void show() {
		for (State one : State.values()) {
			this.metrics.show("framegate.route.state", "1 for the state that the route is in, else 0",
					() -> (this.state == one) ? 1 : 0, "state", one.name().toLowerCase(Locale.ROOT));
		}
		this.metrics.show("framegate.connections.limit", "How many inbound connections there may be, 0 for no limit",
				() -> this.route.listen().maxConnections());
	}

	void failed(RuntimeException fault) {
		this.state = State.FAILED;
		this.lastError = fault.getMessage();
	}

	/**
	 * Takes over limits, timeouts and targets; connections that are there go on.
	 * @param changed the route as it is to be
	 */
	void change(Route changed) {
		inTurn(() -> {
			this.timeouts.configure(changed.timeouts());
			this.listener.change(changed.listen());
			this.connector.change(changed.upstream().targets());
			this.route = changed;
		});
	}

	/**
	 * Accepts no more; connections that are there go on, also with ending where they are
	 * drained. Not for event loops.
	 */
	public void pause() {
		inTurn(() -> {
			this.listener.pause();
			if (this.state != State.DRAINING) {
				this.state = State.PAUSED;
			}
		});
	}

	/**
	 * Accepts again, on the same port. Not for event loops.
	 * @throws io.framegate.inbound.BindFailedException where somebody else has taken it;
	 * the route has failed then, and may be resumed again
	 */
	public void resume() {
		inTurn(() -> {
			if (this.leaving) {
				throw new IllegalStateException("it was changed or removed, or the gateway is stopping");
			}
			this.resumed++;
			serve(this.listener::start);
		});
	}

	/**
	 * Drains it for good.
	 * @param cause why
	 * @return as {@link #drain}
	 */
	CompletableFuture<DrainReport> leave(Cause cause) {
		this.leaving = true;
		return drain(cause);
	}

	/**
	 * Accepts no more and ends every connection without loss, within the drain timer.
	 * Returns at once; the route is paused when the drain is done.
	 * @param cause who wants it
	 * @return what became of the frames, once every connection has ended; never completed
	 * on an event loop
	 */
	public CompletableFuture<DrainReport> drain(Cause cause) {
		return this.drain.begin(cause);
	}

	@Override
	public int timesResumed() {
		return this.resumed;
	}

	@Override
	public void drainBegins() {
		this.state = State.DRAINING;
	}

	@Override
	public void drainEnds() {
		if (this.state == State.DRAINING) {
			this.state = State.PAUSED;
		}
	}

	/**
	 * Does something after what was begun before is done. What it takes to do it may wait
	 * for event loops; no event loop ever waits for it.
	 */
	private void inTurn(Runnable lever) {
		try {
			CompletableFuture.runAsync(lever, this.turns).get(MAX_TURN.toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (ExecutionException ex) {
			if (ex.getCause() instanceof RuntimeException fault) {
				throw fault;
			}
			throw new IllegalStateException(ex.getCause());
		}
		catch (TimeoutException ex) {
			throw new IllegalStateException(
					"It was not done within " + MAX_TURN.toSeconds() + " s: an event loop does not answer", ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("Interrupted while it was done", ex);
		}
	}

	/**
	 * Ends what is left and stops.
	 */
	void stop() {
		if (!this.stopped.getAndSet(true)) {
			this.adapters.forEach(FrameAdapter::stop);
			this.continuity.leave();
		}
	}

	public String name() {
		return this.route.name();
	}

	public Route route() {
		return this.route;
	}

	public State state() {
		return this.state;
	}

	@Override
	public Timeouts timeouts() {
		return this.timeouts;
	}

	/**
	 * The upstream targets, as they are now.
	 * @return their states, in the configured order
	 */
	public List<TargetFacts> targets() {
		return this.connector.targets()
			.all()
			.stream()
			.map((state) -> new TargetFacts(state.target().toString(), state.status().name(), state.connections()))
			.toList();
	}

	/**
	 * What is known of an upstream target.
	 *
	 * @param address host and port
	 * @param state {@code UP}, {@code EJECTED} for a while after it failed several times,
	 * {@code DOWN} by its health check, or {@code UNKNOWN} where nobody has looked
	 * @param connections connections to it, those being made included
	 */
	public record TargetFacts(String address, String state, int connections) {

	}

	RouteContinuity continuity() {
		return this.continuity;
	}

	boolean isLeaving() {
		return this.leaving;
	}

	@Override
	public RouteMetrics metrics() {
		return this.metrics;
	}

	public String address() {
		return this.listener.address();
	}

	/**
	 * The port listened on, also where any free one was asked for.
	 * @return a port
	 */
	public int port() {
		return this.listener.getPort();
	}

	public @Nullable String lastError() {
		return this.lastError;
	}

}
