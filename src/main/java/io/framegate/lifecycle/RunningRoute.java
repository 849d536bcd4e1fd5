package io.framegate.lifecycle;

import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

import io.framegate.channel.FrameAdapter;
import io.framegate.closure.Cause;
import io.framegate.connection.ConnectionRegistry;
import io.framegate.connection.FirstFailures;
import io.framegate.inbound.Listener;
import io.framegate.inbound.ListeningSocket;
import io.framegate.metrics.RouteMetrics;
import io.framegate.relay.Relay;
import io.framegate.route.Mode;
import io.framegate.route.Route;
import io.framegate.timeout.Timeouts;
import io.framegate.tls.CertificateFacts;
import io.framegate.transport.Loop;
import io.framegate.upstream.Connector;
import org.jspecify.annotations.Nullable;

/**
 * A route that runs: its parts and its state. Changes of its state run one after the
 * other, on threads of their own. Any thread may call; event loops only what reads or
 * returns at once.
 */
public final class RunningRoute implements RouteDrain.Owner, DownWatch.Owner {

	/** What a route is doing. */
	public enum State {

		/** Accepting connections. */
		LISTENING,

		/** Accepting none, or none now (when-down); existing connections go on. */
		PAUSED,

		/** Accepting none, and closing existing connections. */
		DRAINING,

		/** Not able to run. */
		FAILED

	}

	private final Turns turns;

	private volatile Route route;

	private final RouteContinuity continuity;

	private final Timeouts timeouts;

	private final RouteMetrics metrics;

	private final Listener listener;

	private final Connector connector;

	private final Relay relay;

	private final List<FrameAdapter> adapters;

	private final RouteDrain drain;

	private final DownWatch downWatch;

	private final TargetLevers targets;

	private final AtomicBoolean stopped = new AtomicBoolean();

	private volatile State state = State.PAUSED;

	/** How often it was resumed: an older drain must not stop it. Used in turn. */
	private int resumed;

	/** Its port belongs to the route that replaces it. */
	private volatile boolean handedOver;

	/** It is removed when its drain is done: nobody may resume it. */
	private volatile boolean ending;

	private volatile @Nullable String lastError;

	RunningRoute(Route route, RouteContinuity continuity, ConnectionRegistry connections, Listener listener,
			Connector connector, Relay relay, List<FrameAdapter> adapters, Loop loop) {
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
		this.downWatch = new DownWatch(this, route.name(), route.listen().whenDown(),
				() -> connector.targets().isOtherUpThan(null), this.turns, loop);
		this.targets = new TargetLevers(connector, connections, route.mode() == Mode.ONE_WAY);
		continuity.use();
	}

	/**
	 * Listens.
	 * @throws io.framegate.inbound.BindFailedException if the port cannot be bound
	 */
	void start() {
		this.turns.runAndWait(() -> serve(this::open));
	}

	/**
	 * Listens with a socket that is already open.
	 * @param socket the socket
	 */
	void start(ListeningSocket socket) {
		this.turns.runAndWait(() -> serve(() -> this.listener.adopt(socket)));
	}

	/** Opens its port, unless it must stay closed because no target is up. */
	private void open() {
		if (this.downWatch.mayOpen()) {
			this.listener.start();
		}
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
			this.downWatch.start();
		}
		catch (RuntimeException ex) {
			failed(ex);
			throw ex;
		}
	}

	/**
	 * Gives its listening socket to the route that replaces it; clients notice nothing.
	 * @return the socket, {@code null} if it does not listen
	 */
	@Nullable ListeningSocket release() {
		AtomicReference<@Nullable ListeningSocket> socket = new AtomicReference<>();
		this.turns.runAndWait(() -> {
			this.handedOver = true;
			socket.set(this.listener.release());
		});
		return socket.get();
	}

	boolean isListening() {
		return state() == State.LISTENING && !this.ending;
	}

	@Override
	public boolean wantsToListen() {
		return this.state == State.LISTENING && !this.ending && !this.handedOver;
	}

	@Override
	public void openPort() {
		this.listener.start();
	}

	@Override
	public void closePort() {
		this.listener.pause();
	}

	/** Whether its replacement should listen: nobody has asked for a pause or drain. */
	boolean wantsSocket() {
		this.turns.runAndWait(this.drain::toString);
		return this.ending || this.state == State.LISTENING || this.state == State.FAILED;
	}

	/**
	 * Closes its listening socket, so that its replacement can bind the port. Clients
	 * that the kernel has accepted are served.
	 */
	void giveUpPort() {
		this.turns.runAndWait(() -> {
			this.handedOver = true;
			this.listener.pause();
		});
	}

	/** Opens its own port again, which was closed in vain. */
	void listenAgain() {
		this.handedOver = false;
		this.turns.runAndWait(() -> serve(this::open));
	}

	/**
	 * Goes on listening after all.
	 * @param socket the socket meant for the replacement
	 */
	void takeBack(@Nullable ListeningSocket socket) {
		this.handedOver = false;
		if (socket == null) {
			return;
		}
		this.turns.runAndWait(() -> {
			if (!this.listener.isListening() && socket.port() == port()) {
				this.listener.adopt(socket);
				this.downWatch.opened();
			}
			else {
				socket.close();
				serve(this::open);
			}
		});
	}

	/** Its bean names now belong to another route. */
	void outliveBeans() {
		this.adapters.forEach(FrameAdapter::outliveBean);
	}

	/** The meters of its name show its values from now on. */
	void show() {
		for (State one : State.values()) {
			this.metrics.show("framegate.route.state", "1 for the state that the route is in, else 0",
					() -> (state() == one) ? 1 : 0, "state", one.name().toLowerCase(Locale.ROOT));
		}
		this.metrics.show("framegate.connections.limit", "How many inbound connections there may be, 0 for no limit",
				() -> this.route.listen().maxConnections());
	}

	void failed(RuntimeException fault) {
		this.state = State.FAILED;
		this.lastError = fault.getMessage();
	}

	/**
	 * Applies new limits, timeouts and targets. Existing connections go on.
	 * @param changed the new configuration
	 */
	void change(Route changed) {
		this.turns.runAndWait(() -> {
			this.timeouts.configure(changed.timeouts());
			this.listener.change(changed.listen());
			this.connector.change(changed.upstream().targets());
			this.downWatch.change(changed.listen().whenDown());
			this.route = changed;
		});
	}

	/**
	 * Stops accepting. Existing connections go on, and a drain too. Not for event loops.
	 */
	public void pause() {
		this.turns.runAndWait(() -> {
			this.listener.pause();
			if (this.state != State.DRAINING) {
				this.state = State.PAUSED;
			}
		});
	}

	/**
	 * Accepts again, on the same port. Not for event loops.
	 * @throws io.framegate.inbound.BindFailedException if the port is in use; the route
	 * has then failed, and may be resumed again
	 */
	public void resume() {
		this.turns.runAndWait(() -> {
			if (this.ending) {
				throw new IllegalStateException("it was changed or removed, or the gateway is stopping");
			}
			this.resumed++;
			serve(this::open);
		});
	}

	/**
	 * Drains the route before it is removed.
	 * @param cause why
	 * @return as {@link #drain}
	 */
	CompletableFuture<DrainReport> drainForGood(Cause cause) {
		this.ending = true;
		return drain(cause);
	}

	/**
	 * Stops accepting and closes every connection without loss, within the drain timer.
	 * Returns at once; the route is paused when the drain is done.
	 * @param cause who wants it
	 * @return the result, once every connection is closed; never completed on an event
	 * loop
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

	/** Closes what remains and stops. */
	void stop() {
		if (!this.stopped.getAndSet(true)) {
			this.downWatch.stop();
			this.adapters.forEach(FrameAdapter::stop);
			this.continuity.release();
		}
	}

	public String name() {
		return this.route.name();
	}

	public Route route() {
		return this.route;
	}

	public State state() {
		return isRefusing() ? State.PAUSED : this.state;
	}

	private boolean isRefusing() {
		return this.state == State.LISTENING && this.downWatch.isClosed();
	}

	@Override
	public Timeouts timeouts() {
		return this.timeouts;
	}

	public List<TargetFacts> targets() {
		return this.targets.all();
	}

	/** What operators can do to its targets. */
	public TargetLevers levers() {
		return this.targets;
	}

	/**
	 * The certificates that it uses on both sides.
	 * @return facts about each bundle, none without TLS
	 */
	public List<CertificateFacts> certificates() {
		return Stream.concat(this.listener.certificates(), this.connector.certificates()).distinct().toList();
	}

	/** Whether its first peers sent anything that can be read, on both sides. */
	Stream<FirstFailures> unreadable() {
		return Stream.of(this.listener.context().firstFailures(), this.connector.context().firstFailures());
	}

	RouteContinuity continuity() {
		return this.continuity;
	}

	boolean isEnding() {
		return this.ending;
	}

	@Override
	public RouteMetrics metrics() {
		return this.metrics;
	}

	public String address() {
		return this.listener.address();
	}

	/** The port listened on, even if any free one was configured. */
	public int port() {
		return this.listener.getPort();
	}

	public @Nullable String lastError() {
		return isRefusing() ? this.downWatch.reason() : this.lastError;
	}

}
