package io.framegate.connection;

import java.util.concurrent.TimeUnit;

import io.framegate.timeout.Timeouts;
import io.framegate.timeout.Timer;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollSocketChannel;

/**
 * The socket options of every connection of the gateway, inbound or upstream.
 */
public final class Sockets {

	/**
	 * Bytes pending to a peer above which the other side is not read, and below which it
	 * is again.
	 */
	private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(64 * 1024, 128 * 1024);

	private static final int KEEPALIVE_IDLE_SECONDS = 60;

	private static final int KEEPALIVE_INTERVAL_SECONDS = 15;

	private static final int KEEPALIVE_PROBES = 4;

	private Sockets() {
	}

	/**
	 * Sets the options. Nothing is read until the connection is opened.
	 * @param channel the channel, registered
	 * @param loop its loop
	 * @param timeouts the limits that the kernel is to know
	 */
	public static void configure(Channel channel, Loop loop, Timeouts timeouts) {
		var config = channel.config();
		config.setOption(ChannelOption.AUTO_READ, false);
		config.setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
		config.setOption(ChannelOption.TCP_NODELAY, true);
		config.setOption(ChannelOption.SO_KEEPALIVE, true);
		config.setOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK);
		config.setOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT);
		config.setOption(ChannelOption.RECVBUF_ALLOCATOR, loop.receive());
		config.setOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, 0);
		if (channel instanceof EpollSocketChannel) {
			config.setOption(EpollChannelOption.TCP_KEEPIDLE, KEEPALIVE_IDLE_SECONDS);
			config.setOption(EpollChannelOption.TCP_KEEPINTVL, KEEPALIVE_INTERVAL_SECONDS);
			config.setOption(EpollChannelOption.TCP_KEEPCNT, KEEPALIVE_PROBES);
			userTimeout(channel, timeouts.nanos(Timer.WRITE));
		}
	}

	/**
	 * Bounds how long data may stay unacknowledged, where the OS can.
	 * @param channel the channel
	 * @param nanos the bound, 0 for the kernel's own
	 */
	static void userTimeout(Channel channel, long nanos) {
		if (channel instanceof EpollSocketChannel && channel.isOpen()) {
			long millis = Math.min(TimeUnit.NANOSECONDS.toMillis(nanos), Integer.MAX_VALUE);
			channel.config().setOption(EpollChannelOption.TCP_USER_TIMEOUT, (int) millis);
		}
	}

}
