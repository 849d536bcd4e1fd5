package io.framegate.upstream;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Stream;

import io.framegate.closure.Cause;
import io.framegate.closure.CloseReason;
import io.framegate.closure.Closure;
import io.framegate.connection.ConnectionContext;
import io.framegate.connection.ConnectionHandler;
import io.framegate.connection.ConnectionRegistry;
import io.framegate.connection.FrameConnection;
import io.framegate.route.OnDown;
import io.framegate.route.Route;
import io.framegate.route.Target;
import io.framegate.tls.CertificateFacts;
import io.framegate.tls.ClientTls;
import io.framegate.transport.EventLoops;
import io.framegate.transport.Loop;
import io.framegate.transport.SocketErrors;
import io.framegate.transport.SocketOptions;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import org.jspecify.annotations.Nullable;

import org.springframework.integration.ip.tcp.connection.AbstractClientConnectionFactory;
import org.springframework.integration.ip.tcp.connection.TcpConnectionSupport;
import org.springframework.integration.ip.tcp.connection.TcpListener;

/**
 * Opens a route's upstream connections, each on the loop that will use it.
 */
public final class Connector extends AbstractClientConnectionFactory {

	/** Leaves the pipeline when the socket is registered. */
	private static final ChannelHandler NO_HANDLER = new ChannelInitializer<>() {

		@Override
		protected void initChannel(Channel channel) {
		}

	};

	private final Route route;

	private final ConnectionContext context;

	private final EventLoops loops;

	private final ConnectionRegistry connections;

	private final Targets targets;

	private final HealthChecks healthChecks;

	private final SourceAddresses sources;

	private final @Nullable ClientTls tls;

	private final List<Consumer<TargetState>> cameBack = new CopyOnWriteArrayList<>();

	private final List<BiConsumer<TargetState, Cause>> disabled = new CopyOnWriteArrayList<>();

	public Connector(Route route, ConnectionContext context, EventLoops loops, ConnectionRegistry connections,
			@Nullable ClientTls tls) {
		this(route, context, loops, connections, tls, new TargetSwitches());
	}

	public Connector(Route route, ConnectionContext context, EventLoops loops, ConnectionRegistry connections,
			@Nullable ClientTls tls, TargetSwitches switches) {
		super(route.upstream().targets().isEmpty() ? "none" : route.upstream().targets().getFirst().host(),
				route.upstream().targets().isEmpty() ? 0 : route.upstream().targets().getFirst().port());
		this.route = route;
		this.context = context;
		this.loops = loops;
		this.connections = connections;
		this.targets = new Targets(route.upstream(), context.metrics(), loops.clock(), switches);
		this.healthChecks = new HealthChecks(new HealthProbe(route.upstream(), context, tls), route.upstream(), context,
				this::wentDown, this::isBack, loops.clock());
		this.sources = new SourceAddresses(route.upstream(), loops.clock());
		this.tls = tls;
	}

	public ConnectionContext context() {
		return this.context;
	}

	/**
	 * Whether a connection was opened here.
	 * @param connection the connection
	 */
	public boolean opened(FrameConnection connection) {
		return connection.context() == this.context;
	}

	/**
	 * The certificates that it may show, none without TLS.
	 */
	public Stream<CertificateFacts> certificates() {
		return (this.tls != null) ? Stream.of(this.tls.certificates()) : Stream.empty();
	}

	public Targets targets() {
		return this.targets;
	}

	/**
	 * Connects to the first target that accepts, for one client alone. The target is told
	 * who it is, if the route says so.
	 * @param client the client's connection; the caller is on its loop
	 * @param handler follows every attempt
	 * @param failed told why no target could be reached
	 * @return the attempts, in flight
	 */
	public ConnectAttempts attempts(FrameConnection client, ConnectionHandler handler, Consumer<Cause> failed) {
		ConnectAttempts attempts = new ConnectAttempts(this::connect, this.context.timeouts(), client.loop(),
				Preface.of(this.route.upstream(), client), handler, failed);
		attempts.begin(this.targets.toTry(client.remote().getAddress(), null));
		return attempts;
	}

	/**
	 * Connects to the first target that accepts, for any number of clients.
	 * @param loop the loop; the caller is on it
	 * @param client the address of the client it is for, or {@code null}
	 * @param first the target to try first, or {@code null}
	 * @param handler follows every attempt
	 * @param failed told why no target could be reached
	 * @return the attempts, in flight
	 */
	public ConnectAttempts attempts(Loop loop, @Nullable InetAddress client, @Nullable TargetState first,
			ConnectionHandler handler, Consumer<Cause> failed) {
		ConnectAttempts attempts = shared(loop, handler, failed);
		attempts.begin(this.targets.toTry(client, first));
		return attempts;
	}

	/**
	 * Replaces the targets. Existing connections go on.
	 * @param changed the targets
	 */
	public void change(List<Target> changed) {
		this.targets.change(changed);
		this.healthChecks.start(this.targets);
	}

	/**
	 * Connects to one target alone.
	 * @param loop the loop; the caller is on it
	 * @param target the target
	 * @param handler follows every attempt
	 * @param failed told why it could not be reached
	 * @return the attempts, in flight
	 */
	public ConnectAttempts attempts(Loop loop, TargetState target, ConnectionHandler handler, Consumer<Cause> failed) {
		ConnectAttempts attempts = shared(loop, handler, failed);
		attempts.begin(List.of(target));
		return attempts;
	}

	private ConnectAttempts shared(Loop loop, ConnectionHandler handler, Consumer<Cause> failed) {
		return new ConnectAttempts(this::connect, this.context.timeouts(), loop, Preface.own(this.route.upstream()),
				handler, failed);
	}

	/**
	 * Registers a listener for targets that become healthy again.
	 * @param listener told by any thread
	 */
	public void whenTargetIsBack(Consumer<TargetState> listener) {
		this.cameBack.add(listener);
	}

	/**
	 * Registers a listener for targets that an operator disables.
	 * @param listener told by any thread, with the reason for closing connections
	 */
	public void whenTargetIsDisabled(BiConsumer<TargetState, Cause> listener) {
		this.disabled.add(listener);
	}

	/**
	 * An operator has disabled a target. Connects to it end, and what waits for them goes
	 * elsewhere; free connections close.
	 * @param target the target, whose switch was moved before
	 * @param cause why
	 */
	public void disabled(TargetState target, Cause cause) {
		this.disabled.forEach((listener) -> listener.accept(target, cause));
		for (FrameConnection connection : this.connections.all()) {
			if (opened(connection)) {
				connection.execute(() -> {
					if (connection.attachment() == target && connection.state().isOpening()) {
						connection.close(cause);
					}
				});
			}
		}
	}

	/**
	 * A target may be used again: an operator has enabled it, or it is healthy.
	 * @param target the target
	 */
	public void isBack(TargetState target) {
		this.cameBack.forEach((listener) -> listener.accept(target));
	}

	private void wentDown(TargetState target) {
		if (this.route.upstream().onDown() == OnDown.DRAIN) {
			Cause cause = Cause.byGateway(CloseReason.UPSTREAM_UNREACHABLE, "target " + target.target() + " went down");
			for (FrameConnection connection : this.connections.all()) {
				if (connection.attachment() == target) {
					connection.execute(() -> connection.handler().drain(connection, cause));
				}
			}
		}
	}

	private void connect(Loop loop, TargetAddress candidate, ConnectAttempts attempts, ConnectionHandler handler,
			Consumer<@Nullable FrameConnection> begun) {
		this.sources.connect(loop, () -> socket(loop), candidate.address(), (attempt) -> begun
			.accept((attempt != null) ? connect(loop, candidate, attempts, handler, attempt) : null));
	}

	private FrameConnection connect(Loop loop, TargetAddress candidate, ConnectAttempts attempts,
			ConnectionHandler handler, SourceAddresses.Attempt attempt) {
		TcpListener listener = getListener();
		if (listener == null) {
			throw new IllegalStateException("No adapter listens to " + this);
		}
		FrameConnection connection = new FrameConnection(this.context, this.connections,
				this.loops.of(loop.eventLoop()), attempt.future().channel(), candidate.address(), listener, handler,
				getApplicationEventPublisher());
		TargetState state = candidate.state();
		connection.attach(state);
		Stay stay = new Stay(state, loop);
		connection.whenClosed().thenAccept(stay);
		if (candidate.address().isUnresolved()) {
			connection.close(
					SocketErrors.connectCause(new UnknownHostException(state.target().host()), candidate.toString()));
			state.failed(Evidence.CONNECT);
			return connection;
		}
		attempt.future().addListener((future) -> {
			if (future.isSuccess() && isItself(connection)) {
				// After a FIN, the server could not use the port for a minute.
				connection.abort(SocketErrors.connectedToItself(candidate.toString()));
				state.failed(Evidence.CONNECT);
			}
			else if (future.isSuccess()) {
				connection.execute(() -> begin(connection, attempts, stay));
			}
			else {
				connection.close(whyNot(candidate, attempt, connection));
			}
		});
		return connection;
	}

	/**
	 * A connection is established. What it sends first is with the kernel before it
	 * opens.
	 */
	private void begin(FrameConnection connection, ConnectAttempts attempts, Stay stay) {
		InetSocketAddress local = connection.local();
		Preface preface = attempts.preface();
		if (preface == null || local == null) {
			secure(connection, attempts, stay);
		}
		else {
			connection.sendAhead(preface.bytes(local, connection.remote()), () -> secure(connection, attempts, stay));
		}
	}

	private void secure(FrameConnection connection, ConnectAttempts attempts, Stay stay) {
		ClientTls with = this.tls;
		if (with != null) {
			new Handshake(connection, stay.state(), () -> open(connection, attempts, stay)).begin(with);
		}
		else {
			open(connection, attempts, stay);
		}
	}

	private void open(FrameConnection connection, ConnectAttempts attempts, Stay stay) {
		TargetState state = stay.state();
		state.connected();
		if (state.isOff()) {
			connection
				.close(Cause.byGateway(CloseReason.RETIRED, "an operator has disabled the target " + state.target()));
			return;
		}
		if (!this.context.shared()) {
			stay.established();
		}
		attempts.succeeded(connection);
		connection.open();
	}

	/**
	 * Whether the kernel chose the target's own port as the source port. TCP then
	 * connects to itself if nobody listens there and both are on this machine.
	 */
	private static boolean isItself(FrameConnection connection) {
		return connection.remote().equals(connection.local());
	}

	private Cause whyNot(TargetAddress candidate, SourceAddresses.Attempt attempt, FrameConnection connection) {
		Throwable thrown = attempt.future().cause();
		Cause cause = SocketErrors.connectCause(thrown, candidate + attempt.text());
		if (attempt.isLocalFault()) {
			return Cause.byGateway(cause.reason(), cause.detail() + attempt.hint());
		}
		if (isTargetsFault(connection, thrown)) {
			candidate.state().failed(Evidence.CONNECT);
		}
		return cause;
	}

	private ChannelFuture socket(Loop loop) {
		ChannelFuture registered = new Bootstrap().group(loop.eventLoop())
			.channel(this.loops.channel())
			.disableResolver()
			.option(ChannelOption.SO_REUSEADDR, true)
			.handler(NO_HANDLER)
			.register();
		if (registered.cause() == null) {
			SocketOptions.configure(registered.channel());
		}
		return registered;
	}

	/**
	 * Whether the target made a connect fail, and not a client that has disconnected.
	 */
	private static boolean isTargetsFault(FrameConnection connection, Throwable thrown) {
		Cause cause = connection.cause();
		return !(thrown instanceof ClosedChannelException)
				|| (cause != null && cause.reason() == CloseReason.CONNECT_TIMEOUT);
	}

	@Override
	public void start() {
		setActive(true);
		this.targets.start();
		this.healthChecks.start(this.targets);
	}

	@Override
	public void stop() {
		setActive(false);
		this.healthChecks.stop();
		this.targets.stop();
	}

	@Override
	protected TcpConnectionSupport buildNewConnection() {
		throw new UnsupportedOperationException(
				"Upstream connections of route '" + this.route.name() + "' are opened by the gateway alone");
	}

}
