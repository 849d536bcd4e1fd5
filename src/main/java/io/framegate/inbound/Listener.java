package io.framegate.inbound;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.framegate.closure.Cause;
import io.framegate.closure.CloseReason;
import io.framegate.closure.Side;
import io.framegate.connection.ConnectionContext;
import io.framegate.connection.ConnectionHandler;
import io.framegate.connection.ConnectionRegistry;
import io.framegate.connection.FrameConnection;
import io.framegate.connection.RefusedConnections;
import io.framegate.metrics.RouteMetrics;
import io.framegate.route.Listen;
import io.framegate.tls.CertificateFacts;
import io.framegate.tls.ServerTls;
import io.framegate.transport.Addresses;
import io.framegate.transport.EventLoops;
import io.framegate.transport.IoLoop;
import io.framegate.transport.SocketErrors;
import io.framegate.transport.SocketOptions;
import io.netty.channel.socket.SocketChannel;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.integration.ip.tcp.connection.AbstractServerConnectionFactory;
import org.springframework.integration.ip.tcp.connection.TcpListener;

/**
 * Listens on a route's port and accepts. Binding and closing are done when the call
 * returns; connections are accepted on the event loops.
 */
public final class Listener extends AbstractServerConnectionFactory implements ListeningSocket.Owner {

	private static final Logger logger = LoggerFactory.getLogger(Listener.class);

	/** How long to wait for the last packet of a client that is connecting. */
	private static final long LAST_WORD_NANOS = 50_000_000;

	private final ConnectionContext context;

	private volatile Listen listen;

	private final EventLoops loops;

	private final ConnectionRegistry connections;

	private final Supplier<ConnectionHandler> handlers;

	private final Admission admission;

	private final RefusedConnections refused;

	private volatile @Nullable ProxyHeaderStep proxyHeader;

	private final @Nullable ServerTls tls;

	private volatile @Nullable ListeningSocket socket;

	private volatile int boundPort;

	private volatile @Nullable Cause draining;

	public Listener(ConnectionContext context, Listen listen, EventLoops loops, ConnectionRegistry connections,
			Admission admission, Supplier<ConnectionHandler> handlers, @Nullable ServerTls tls) {
		super(listen.port());
		this.context = context;
		this.listen = listen;
		this.loops = loops;
		this.connections = connections;
		this.handlers = handlers;
		this.admission = admission;
		this.refused = new RefusedConnections(context, connections);
		this.tls = tls;
		this.proxyHeader = proxyHeader(listen);
	}

	private static @Nullable ProxyHeaderStep proxyHeader(Listen listen) {
		return (listen.proxyProtocol() != Listen.Proxy.OFF) ? new ProxyHeaderStep(listen) : null;
	}

	/**
	 * Listens.
	 * @throws BindFailedException if the port cannot be bound
	 */
	@Override
	public void start() {
		this.lifecycleMonitor.lock();
		try {
			if (this.socket == null) {
				// A route keeps the free port that it found.
				int port = (this.boundPort != 0) ? this.boundPort : this.listen.port();
				adopt(ListeningSocket.open(this.context.route(), this.listen, port, this.loops));
			}
		}
		finally {
			this.lifecycleMonitor.unlock();
		}
	}

	/**
	 * Listens with a socket that is already open.
	 * @param open the socket
	 */
	public void adopt(ListeningSocket open) {
		this.lifecycleMonitor.lock();
		try {
			this.draining = null;
			this.socket = open;
			this.boundPort = open.port();
			setActive(true);
			open.belongsTo(this, this.listen.backlog());
			setListening(true);
		}
		finally {
			this.lifecycleMonitor.unlock();
		}
		publishServerListeningEvent(this.boundPort);
	}

	/**
	 * Gives its socket away. Accepted connections still come here until another listener
	 * has it.
	 * @return the socket, or {@code null} if it does not listen
	 */
	public @Nullable ListeningSocket release() {
		this.lifecycleMonitor.lock();
		try {
			ListeningSocket open = this.socket;
			this.socket = null;
			setListening(false);
			return open;
		}
		finally {
			this.lifecycleMonitor.unlock();
		}
	}

	public ConnectionContext context() {
		return this.context;
	}

	/**
	 * Whether a connection was accepted here.
	 * @param connection the connection
	 */
	public boolean accepted(FrameConnection connection) {
		return connection.context() == this.context;
	}

	@Override
	public void acceptFailed(Throwable cause) {
		logger.warn("Route '{}' cannot accept connections and will retry in a second: {}", this.context.route(),
				SocketErrors.text(cause));
		this.context.metrics().countRefused(CloseReason.OVERLOAD);
	}

	@Override
	public void accept(SocketChannel channel) {
		InetSocketAddress remote = channel.remoteAddress();
		TcpListener listener = getListener();
		if (remote == null || listener == null) {
			channel.close();
			return;
		}
		FrameConnection connection = admit(channel, remote, listener);
		if (connection == null) {
			return;
		}
		connection.registerSenders(getSenders());
		connection.handler().accepted(connection);
		Cause late = this.draining;
		if (late != null) {
			connection.handler().drain(connection, late);
		}
	}

	/**
	 * Takes a connection, unless the client is refused, or the route or the process has
	 * too many. Loops call in turn, because limits count the connections of all loops.
	 */
	private @Nullable FrameConnection admit(SocketChannel channel, InetSocketAddress remote, TcpListener listener) {
		IoLoop loop = this.loops.of(channel.eventLoop());
		ProxyHeaderStep header = this.proxyHeader;
		boolean known = header == null || !header.isTrusted(remote);
		Cause refusal = denial(remote, header, known);
		if (refusal == null && loop.memory().budget().isOverloaded()) {
			refusal = Cause.byGateway(CloseReason.OVERLOAD, "too much memory is held (framegate.memory.limit)");
		}
		if (refusal == null) {
			synchronized (this.admission) {
				refusal = this.admission.excess(this.listen);
				if (refusal == null && known) {
					refusal = this.admission.excessOfKnown(remote.getAddress(), this.listen, loop.time());
				}
				if (refusal == null) {
					SocketOptions.configure(channel);
					FrameConnection connection = new FrameConnection(this.context, this.connections, loop, channel,
							remote, listener, introduced(header, known, this.handlers.get()),
							getApplicationEventPublisher());
					taken(connection, known);
					return connection;
				}
			}
		}
		// It is counted as opened and closed: who counts between the two would find a
		// place.
		synchronized (this.admission) {
			this.refused.refuse(channel, remote, refusal);
		}
		return null;
	}

	/**
	 * Why a socket's address is refused.
	 * @param known whether it is the client's own: a trusted proxy's header may name
	 * another
	 */
	private @Nullable Cause denial(InetSocketAddress remote, @Nullable ProxyHeaderStep header, boolean known) {
		Cause denial = (header != null) ? header.refusal(remote) : null;
		if (denial != null) {
			return denial;
		}
		return known ? Admission.denialOfKnown(remote.getAddress(), this.listen)
				: Admission.denial(remote.getAddress(), this.listen);
	}

	private void taken(FrameConnection connection, boolean known) {
		Listen limits = this.listen;
		if (known) {
			this.admission.count(connection, limits);
		}
		else {
			this.admission.awaitAddress(connection);
		}
		if (limits.isReadingLimited()) {
			limitReading(connection);
		}
	}

	private void limitReading(FrameConnection connection) {
		connection.limitReading(this.listen.maxFramesPerSecond(), this.listen.maxBytesPerSecond().toBytes());
	}

	/** What a client must show before it is served, and then its handler. */
	private ConnectionHandler introduced(@Nullable ProxyHeaderStep header, boolean known, ConnectionHandler handler) {
		List<Introduction.Step> steps = new ArrayList<>();
		if (header != null) {
			steps.add(header);
		}
		if (!known) {
			steps.add(new AdmissionStep(this.admission, () -> this.listen, this.refused));
		}
		if (this.tls != null) {
			steps.add(new TlsStep(this.tls));
		}
		return steps.isEmpty() ? handler : new Introduction(steps, handler);
	}

	/**
	 * Applies new rules and limits, those on reading also to open connections, and who
	 * may send a PROXY header. The port stays.
	 * @param changed how to listen
	 */
	public void change(Listen changed) {
		boolean limited = this.listen.isReadingLimited() || changed.isReadingLimited();
		List<FrameConnection> open;
		synchronized (this.admission) {
			this.listen = changed;
			this.proxyHeader = proxyHeader(changed);
			open = this.connections.all().stream().filter(this::isClients).toList();
			this.admission.change(changed, open);
		}
		if (limited) {
			open.forEach((connection) -> connection.execute(() -> limitReading(connection)));
		}
	}

	/** Whether it is a client of the route, or of one that it replaces. */
	private boolean isClients(FrameConnection connection) {
		return connection.side() == Side.INBOUND && connection.route().equals(this.context.route());
	}

	/**
	 * Stops accepting. When this returns, every accepted connection is known. So are
	 * those that the kernel had completed: closing the socket would reset them.
	 * @param cause why connections close that were accepted but not known before
	 */
	public void drain(Cause cause) {
		this.draining = cause;
		pause();
		this.loops.catchUp();
	}

	/**
	 * Accepts all that the kernel has completed, because closing would reset it. If more
	 * keep coming, it takes no more than the backlog holds.
	 */
	private void emptyBacklog(ListeningSocket open) {
		RouteMetrics metrics = this.context.metrics();
		long most = metrics.opened(Side.INBOUND) + open.mostWaiting();
		long before;
		do {
			before = metrics.opened(Side.INBOUND);
			this.loops.lookAgain();
			// One loop accepts for all and hands connections over.
			this.loops.catchUp();
		}
		while (metrics.opened(Side.INBOUND) > before && before < most);
	}

	/**
	 * Stops accepting. Existing connections stay, and so do those that the kernel has
	 * completed. New connects are refused when this returns.
	 */
	public void pause() {
		ListeningSocket open = release();
		if (open != null) {
			try {
				boolean last = open.acceptNoMore();
				emptyBacklog(open);
				if (last) {
					// The kernel has answered some clients whose last packet is still to
					// come.
					LockSupport.parkNanos(LAST_WORD_NANOS);
					emptyBacklog(open);
				}
			}
			finally {
				open.close();
			}
		}
	}

	@Override
	public void stop() {
		pause();
		setActive(false);
	}

	@Override
	public int getPort() {
		return (this.boundPort != 0) ? this.boundPort : super.getPort();
	}

	public String address() {
		return this.listen.address();
	}

	/**
	 * The certificates that it may show, none without TLS.
	 */
	public Stream<CertificateFacts> certificates() {
		return (this.tls != null) ? this.tls.certificates().stream() : Stream.empty();
	}

	@Override
	public void run() {
		throw new UnsupportedOperationException("The event loops accept");
	}

	@Override
	public String toString() {
		return "Listener of route '" + this.context.route() + "' on "
				+ Addresses.text(new InetSocketAddress(this.listen.address(), getPort()));
	}

}
