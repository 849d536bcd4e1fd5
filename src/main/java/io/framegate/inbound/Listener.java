package io.framegate.inbound;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import io.framegate.connection.Addresses;
import io.framegate.connection.Cause;
import io.framegate.connection.CloseReason;
import io.framegate.connection.FrameConnection;
import io.framegate.connection.Loop;
import io.framegate.connection.Loops;
import io.framegate.connection.Side;
import io.framegate.connection.SocketFaults;
import io.framegate.connection.Sockets;
import io.framegate.connection.Terms;
import io.framegate.connection.Watcher;
import io.framegate.route.Listen;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
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
public final class Listener extends AbstractServerConnectionFactory {

	private static final Logger logger = LoggerFactory.getLogger(Listener.class);

	/** A loop takes 16 connections from the backlog at each look. */
	private static final int MOST_LOOKS = 100;

	/** So that a loop which a user's code holds up keeps no shutdown from ending. */
	private static final int LONGEST_CLOSE_SECONDS = 5;

	private final Terms terms;

	private volatile Listen listen;

	private final Loops loops;

	private final Supplier<Watcher> watchers;

	private volatile @Nullable Channel server;

	private volatile int boundPort;

	private volatile @Nullable Cause draining;

	public Listener(Terms terms, Listen listen, Loops loops, Supplier<Watcher> watchers) {
		super(listen.port());
		this.terms = terms;
		this.listen = listen;
		this.loops = loops;
		this.watchers = watchers;
	}

	/**
	 * Listens.
	 * @throws BindFailedException where the port cannot be had
	 */
	@Override
	public void start() {
		this.lifecycleMonitor.lock();
		try {
			if (this.server == null) {
				this.draining = null;
				setActive(true);
				bind();
				setListening(true);
			}
		}
		finally {
			this.lifecycleMonitor.unlock();
		}
	}

	private void bind() {
		// Once a free port was found, the route keeps it.
		int port = (this.boundPort != 0) ? this.boundPort : this.listen.port();
		InetSocketAddress where = new InetSocketAddress(this.listen.address(), port);
		if (where.isUnresolved()) {
			throw failed(port, new UnknownHostException(this.listen.address()));
		}
		ChannelFuture bound = new ServerBootstrap().group(this.loops.group())
			.channel(this.loops.serverChannel())
			.option(ChannelOption.SO_BACKLOG, this.listen.backlog())
			.option(ChannelOption.SO_REUSEADDR, true)
			.handler(new AcceptFaults())
			.childOption(ChannelOption.AUTO_READ, false)
			.childHandler(new ChannelInitializer<SocketChannel>() {

				@Override
				protected void initChannel(SocketChannel channel) {
					accept(channel);
				}
			})
			.bind(where)
			.awaitUninterruptibly();
		if (!bound.isSuccess()) {
			throw failed(port, bound.cause());
		}
		Channel channel = bound.channel();
		this.server = channel;
		this.boundPort = ((InetSocketAddress) channel.localAddress()).getPort();
		publishServerListeningEvent(this.boundPort);
	}

	private BindFailedException failed(int port, Throwable cause) {
		setActive(false);
		return new BindFailedException(this.terms.route(), this.listen.address(), port, cause);
	}

	private void accept(SocketChannel channel) {
		InetSocketAddress remote = channel.remoteAddress();
		TcpListener listener = getListener();
		if (remote == null || listener == null) {
			channel.close();
			return;
		}
		Loop loop = this.loops.of(channel.eventLoop());
		Sockets.configure(channel);
		FrameConnection connection = new FrameConnection(this.terms, loop, channel, remote, listener,
				this.watchers.get(), getApplicationEventPublisher());
		connection.setMapper(getMapper());
		connection.registerSenders(getSenders());
		if (this.listen.maxConnections() > 0
				&& this.terms.meters().active(Side.INBOUND) > this.listen.maxConnections()) {
			refuse(connection, CloseReason.LIMIT_CONNECTIONS,
					"max-connections (" + this.listen.maxConnections() + ") reached");
			return;
		}
		connection.watcher().accepted(connection);
		Cause late = this.draining;
		if (late != null) {
			connection.watcher().drain(connection, late);
		}
	}

	private void refuse(FrameConnection connection, CloseReason reason, String detail) {
		this.terms.meters().countRefused(reason);
		connection.close(Cause.byGateway(reason, detail));
	}

	/**
	 * Takes over limits; the port stays.
	 * @param changed how to listen
	 */
	public void change(Listen changed) {
		this.listen = changed;
	}

	/**
	 * Stops accepting. Every connection that was accepted is known when this returns, and
	 * so are those that the kernel had accepted before: it would reset them.
	 * @param cause why those end that were accepted and not known before
	 */
	public void drain(Cause cause) {
		this.draining = cause;
		emptyBacklog();
		pause();
		this.loops.catchUp();
	}

	private void emptyBacklog() {
		long before;
		int looks = 0;
		do {
			before = this.terms.meters().opened(Side.INBOUND);
			this.loops.lookAgain();
			// One loop accepts for all, and hands over.
			this.loops.catchUp();
		}
		while (this.terms.meters().opened(Side.INBOUND) > before && ++looks < MOST_LOOKS);
	}

	/**
	 * Stops accepting; connections that are there stay. Connects are refused when this
	 * returns.
	 */
	public void pause() {
		Channel channel;
		this.lifecycleMonitor.lock();
		try {
			channel = this.server;
			this.server = null;
			setListening(false);
		}
		finally {
			this.lifecycleMonitor.unlock();
		}
		if (channel != null && !channel.close().awaitUninterruptibly(LONGEST_CLOSE_SECONDS, TimeUnit.SECONDS)) {
			logger.warn("{} is not closed yet: its event loop does not answer", this);
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

	@Override
	public void run() {
		throw new UnsupportedOperationException("The event loops accept");
	}

	@Override
	public String toString() {
		return "Listener of route '" + this.terms.route() + "' on "
				+ Addresses.text(new InetSocketAddress(this.listen.address(), getPort()));
	}

	/**
	 * Says that accepting failed, above all for lack of descriptors, and waits a second.
	 */
	private final class AcceptFaults extends ChannelInboundHandlerAdapter {

		@Override
		public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
			if (!(cause instanceof IOException) && !(cause.getCause() instanceof IOException)) {
				context.fireExceptionCaught(cause);
				return;
			}
			logger.warn("Route '{}' cannot accept now and tries again in a second: {}", Listener.this.terms.route(),
					SocketFaults.text(cause));
			Listener.this.terms.meters().countRefused(CloseReason.OVERLOAD);
			Channel channel = context.channel();
			channel.config().setAutoRead(false);
			channel.eventLoop().schedule(() -> channel.config().setAutoRead(true), 1, TimeUnit.SECONDS);
		}

	}

}
