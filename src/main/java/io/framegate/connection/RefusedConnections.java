package io.framegate.connection;

import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

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
 * Connections that a route refuses. Each gets FIN. What it sends is read and dropped
 * until its own FIN, no longer than the drain timer, because closing would send RST. Of
 * all routes together only a limited number is kept open. Any event loop may call.
 */
public final class RefusedConnections {

	private static final int MAX_BYTES = 1024 * 1024;

	private static final long DEFAULT_LINGER_SECONDS = 10;

	private final ConnectionContext context;

	private final ConnectionRegistry connections;

	private final Lingering lingering;

	public RefusedConnections(ConnectionContext context, ConnectionRegistry connections) {
		this.context = context;
		this.connections = connections;
		this.lingering = connections.lingering();
	}

	/**
	 * Refuses a client that has shown who it is.
	 * @param connection its connection, not open yet
	 * @param cause the cause
	 */
	public void refuse(FrameConnection connection, Cause cause) {
		if (this.lingering.begin()) {
			connection.whenClosed().thenRun(this.lingering::end);
			connection.ignoreInput();
			connection.closeGracefully(cause);
		}
		else {
			connection.close(cause);
		}
	}

	/**
	 * Refuses a connection, which gets its record at once.
	 * @param channel its channel, accepted
	 * @param remote the peer
	 * @param cause the cause
	 */
	public void refuse(Channel channel, InetSocketAddress remote, Cause cause) {
		record(remote, cause);
		if (!this.lingering.begin()) {
			channel.close();
			return;
		}
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
		Future<?> end = channel.eventLoop()
			.schedule(() -> channel.close(), (limit > 0) ? limit : TimeUnit.SECONDS.toNanos(DEFAULT_LINGER_SECONDS),
					TimeUnit.NANOSECONDS);
		channel.closeFuture().addListener((closed) -> {
			this.lingering.end();
			// Or a flood would be remembered for as long as it might have lingered.
			end.cancel(false);
		});
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
