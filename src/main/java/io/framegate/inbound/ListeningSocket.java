package io.framegate.inbound;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.concurrent.TimeUnit;

import io.framegate.route.Listen;
import io.framegate.transport.Descriptors;
import io.framegate.transport.EventLoops;
import io.framegate.transport.SocketOptions;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;
import io.netty.channel.ServerChannelRecvByteBufAllocator;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.unix.Socket;
import io.netty.channel.unix.UnixChannel;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An open listening socket. A changed route gets the socket of the route that it
 * replaces, so that no connect is refused meanwhile. Any thread but an event loop may
 * call.
 */
public final class ListeningSocket {

	/** Takes accepted connections. Event loops call. */
	interface Owner {

		/**
		 * Takes a connection.
		 * @param channel the connection, which is not read yet
		 */
		void accept(SocketChannel channel);

		/**
		 * A connection could not be accepted.
		 * @param cause why
		 */
		void acceptFailed(Throwable cause);

	}

	private static final Logger logger = LoggerFactory.getLogger(ListeningSocket.class);

	/** A loop that a user's code blocks must not keep others waiting for ever. */
	private static final int MAX_WAIT_SECONDS = 5;

	/**
	 * So many clients are accepted in a turn of the loop. By itself Netty's epoll takes
	 * one, so that with thousands of busy connections some waited minutes.
	 */
	private static final int ACCEPTS = 64;

	private final Channel channel;

	/** As the kernel has it. */
	private volatile int backlog;

	private volatile int mostWaiting;

	private ListeningSocket(Channel channel, int backlog) {
		this.channel = channel;
		this.backlog = backlog;
		this.mostWaiting = backlog;
	}

	/**
	 * Opens a socket. It accepts nothing before it has an owner: clients wait in its
	 * backlog.
	 * @param route the route's name, used in messages
	 * @param listen the address and the backlog
	 * @param port the port, 0 for any free one
	 * @param loops accept its connections
	 * @return the socket
	 * @throws BindFailedException if the port cannot be bound
	 */
	public static ListeningSocket open(String route, Listen listen, int port, EventLoops loops) {
		InetSocketAddress where = new InetSocketAddress(listen.address(), port);
		if (where.isUnresolved()) {
			throw new BindFailedException(route, listen.address(), port, new UnknownHostException(listen.address()));
		}
		Acceptor acceptor = new Acceptor();
		ChannelFuture bound = new ServerBootstrap().group(loops.group())
			.channelFactory(loops.serverChannels(where.getAddress()))
			.option(ChannelOption.SO_BACKLOG, listen.backlog())
			.option(ChannelOption.SO_REUSEADDR, true)
			.option(ChannelOption.AUTO_READ, false)
			.option(ChannelOption.RECVBUF_ALLOCATOR, acceptor.turns)
			.handler(acceptor)
			.childOption(ChannelOption.AUTO_READ, false)
			.childHandler(new ChannelInitializer<SocketChannel>() {

				@Override
				protected void initChannel(SocketChannel channel) {
					if (isForeign(where.getAddress(), channel.remoteAddress())) {
						channel.config().setSoLinger(0);
						channel.close();
						return;
					}
					acceptor.owner().accept(channel);
				}
			})
			.bind(where);
		if (!bound.awaitUninterruptibly(MAX_WAIT_SECONDS, TimeUnit.SECONDS)) {
			bound.addListener((late) -> bound.channel().close());
			throw new BindFailedException(route, listen.address(), port,
					new IOException("its event loop does not answer"));
		}
		if (!bound.isSuccess()) {
			throw new BindFailedException(route, listen.address(), port, bound.cause());
		}
		return new ListeningSocket(bound.channel(), listen.backlog());
	}

	/**
	 * Whether an IPv6 client has come to an IPv4 address, as they can to {@code 0.0.0.0}
	 * with io_uring.
	 */
	private static boolean isForeign(InetAddress own, @Nullable InetSocketAddress client) {
		return own instanceof Inet4Address && client != null && client.getAddress() instanceof Inet6Address;
	}

	/**
	 * Sends connections accepted from now on to an owner.
	 * @param owner the owner
	 * @param asked how many connections the kernel completes before they are accepted
	 */
	void belongsTo(Owner owner, int asked) {
		if (asked != this.backlog) {
			changeBacklog(asked);
		}
		this.channel.pipeline().get(Acceptor.class).owner = owner;
		this.channel.config().setAutoRead(true);
	}

	private void changeBacklog(int asked) {
		try {
			if (this.channel instanceof UnixChannel unix && unix.fd() instanceof Socket socket) {
				socket.listen(asked);
				this.backlog = asked;
				this.mostWaiting = Math.max(this.mostWaiting, asked);
				return;
			}
		}
		catch (IOException ex) {
			logger.debug("listen", ex);
		}
		logger.warn("The backlog of {} stays {} until the next start", this, this.backlog);
	}

	/**
	 * How many clients can wait to be accepted: a lower backlog sends none away.
	 */
	int mostWaiting() {
		return this.mostWaiting;
	}

	public int port() {
		return ((InetSocketAddress) this.channel.localAddress()).getPort();
	}

	/**
	 * Lets no new connection come in. Those that the kernel has completed can still be
	 * accepted.
	 * @return {@code false} if the operating system cannot do it
	 */
	boolean acceptNoMore() {
		return SocketOptions.acceptNoMore(this.channel);
	}

	/**
	 * Closes it. Connects are refused when this returns.
	 */
	public void close() {
		if (!this.channel.close().awaitUninterruptibly(MAX_WAIT_SECONDS, TimeUnit.SECONDS)) {
			logger.warn("{} is not closed yet: its event loop does not answer", this);
		}
	}

	@Override
	public String toString() {
		return "The listening socket " + this.channel.localAddress();
	}

	/**
	 * Knows the owner of accepted connections. If accepting fails, mostly for lack of
	 * descriptors, or takes one of the last, it waits a second.
	 */
	private static final class Acceptor extends ChannelInboundHandlerAdapter {

		private static final String FULL = "Too many open files";

		private final DefaultMaxMessagesRecvByteBufAllocator turns = new ServerChannelRecvByteBufAllocator()
			.respectMaybeMoreData(false);

		private volatile @Nullable Owner owner;

		private Acceptor() {
			accept(Descriptors.left());
		}

		/**
		 * Where descriptors are few, clients that close between two turns make room.
		 * @param left how many there are, of which a session takes two
		 */
		private void accept(long left) {
			this.turns.maxMessagesPerRead((left > 2 * ACCEPTS) ? ACCEPTS : 1);
		}

		private Owner owner() {
			Owner known = this.owner;
			if (known == null) {
				throw new IllegalStateException("Nobody accepts yet");
			}
			return known;
		}

		@Override
		public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
			if (!(cause instanceof IOException) && !(cause.getCause() instanceof IOException)) {
				context.fireExceptionCaught(cause);
				return;
			}
			rest(context.channel(), cause);
		}

		@Override
		public void channelRead(ChannelHandlerContext context, Object message) {
			context.fireChannelRead(message);
			long left = Descriptors.leftAfter((Channel) message);
			if (left <= 0) {
				rest(context.channel(), new IOException(FULL));
			}
			accept(left);
		}

		private void rest(Channel channel, Throwable cause) {
			owner().acceptFailed(cause);
			channel.config().setAutoRead(false);
			channel.eventLoop().schedule(() -> wake(channel), 1, TimeUnit.SECONDS);
		}

		private void wake(Channel channel) {
			if (channel.isOpen() && Descriptors.left() <= 0) {
				rest(channel, new IOException(FULL));
			}
			else {
				channel.config().setAutoRead(true);
			}
		}

	}

}
