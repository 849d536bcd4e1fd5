package io.framegate.connection;

import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.framegate.closure.Cause;
import io.framegate.closure.Closure;
import io.framegate.timeout.Timeout;
import io.framegate.transport.Addresses;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;

/**
 * Connections that a route refuses. Each gets its record at once, and FIN. What it sends
 * is read and dropped until its own FIN, no longer than the drain timer, because closing
 * would send RST. Only a limited number is kept open. Any event loop may call.
 */
public final class RefusedConnections {

	/** How many sockets are kept open for clients that have not sent FIN yet. */
	private static final int MAX_LINGERING = 256;

	private static final int MAX_BYTES = 1024 * 1024;

	private static final long DEFAULT_LINGER_SECONDS = 10;

	private final ConnectionContext context;

	private final ConnectionRegistry connections;

	private final AtomicInteger lingering = new AtomicInteger();

	public RefusedConnections(ConnectionContext context, ConnectionRegistry connections) {
		this.context = context;
		this.connections = connections;
	}

	/**
	 * Refuses a connection.
	 * @param channel its channel, accepted
	 * @param remote the peer
	 * @param cause the cause
	 */
	public void refuse(Channel channel, InetSocketAddress remote, Cause cause) {
		record(remote, cause);
		if (this.lingering.incrementAndGet() > MAX_LINGERING) {
			this.lingering.decrementAndGet();
			channel.close();
			return;
		}
		channel.closeFuture().addListener((closed) -> this.lingering.decrementAndGet());
		channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
		channel.pipeline().addLast(new Farewell());
		// The channel is being set up now.
		channel.eventLoop().execute(() -> {
			if (channel.isActive()) {
				((DuplexChannel) channel).shutdownOutput();
				channel.config().setAutoRead(true);
			}
		});
		long limit = this.context.timeouts().nanos(Timeout.DRAIN);
		channel.eventLoop()
			.schedule(() -> channel.close(), (limit > 0) ? limit : TimeUnit.SECONDS.toNanos(DEFAULT_LINGER_SECONDS),
					TimeUnit.NANOSECONDS);
	}

	private void record(InetSocketAddress remote, Cause cause) {
		Instant now = Instant.now();
		this.context.metrics().countRefused(cause.reason());
		this.context.metrics().countOpened(this.context.side());
		this.context.metrics().countClosed(this.context.side(), cause.reason());
		this.context.closures()
			.add(new Closure(this.connections.id(this.connections.nextNumber()), this.context.route(),
					this.context.side(), Addresses.text(remote), null, cause.reason(), cause.endedBy(), cause.detail(),
					now, now, 0, 0, 0, 0, new Closure.Undelivered(0, 0), 0, 1));
	}

	/**
	 * Reads and drops input until the peer's FIN. Event loop only.
	 */
	private static final class Farewell extends ChannelInboundHandlerAdapter {

		private int bytes;

		@Override
		public void channelRead(ChannelHandlerContext context, Object message) {
			ByteBuf buffer = (ByteBuf) message;
			this.bytes += buffer.readableBytes();
			buffer.release();
			if (this.bytes > MAX_BYTES) {
				context.close();
			}
		}

		@Override
		public void userEventTriggered(ChannelHandlerContext context, Object event) {
			if (event instanceof ChannelInputShutdownEvent) {
				context.close();
			}
		}

		@Override
		public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
			context.close();
		}

	}

}
