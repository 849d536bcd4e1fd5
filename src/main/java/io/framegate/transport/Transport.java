package io.framegate.transport;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.channels.spi.SelectorProvider;
import java.util.Locale;

import io.netty.channel.ChannelFactory;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * How event loops wait for sockets. Any thread may call.
 */
public enum Transport {

	/**
	 * Linux's io_uring: many system calls in one. The kernel or a container may forbid
	 * it.
	 */
	IO_URING,

	/** Linux's epoll. */
	EPOLL,

	/** Java's own, on every system. The kernel tells less of connections. */
	NIO;

	/**
	 * Why it cannot be used here.
	 * @return what Netty says, or {@code null} if it can be used
	 */
	public @Nullable Throwable unavailability() {
		return switch (this) {
			case IO_URING -> IoUringTransport.unavailability();
			case EPOLL -> Epoll.isAvailable() ? null : Epoll.unavailabilityCause();
			case NIO -> null;
		};
	}

	/** As in {@code framegate.transport}. */
	public String label() {
		return name().toLowerCase(Locale.ROOT);
	}

	public boolean isAvailable() {
		return unavailability() == null;
	}

	/** Whether the kernel answers a write after it was asked, and not at once. */
	boolean answersLater() {
		return this == IO_URING;
	}

	IoHandlerFactory handlers() {
		return switch (this) {
			case IO_URING -> new IoUringTransport();
			case EPOLL -> new EpollTransport();
			case NIO -> NioIoHandler.newFactory();
		};
	}

	Class<? extends SocketChannel> channel() {
		return switch (this) {
			case IO_URING -> IoUringSocketChannel.class;
			case EPOLL -> EpollSocketChannel.class;
			case NIO -> NioSocketChannel.class;
		};
	}

	ChannelFactory<ServerSocketChannel> serverChannels(InetAddress address) {
		SocketProtocolFamily family = (address instanceof Inet4Address) ? SocketProtocolFamily.INET
				: SocketProtocolFamily.INET6;
		return switch (this) {
			case IO_URING -> IoUringServerSocketChannel::new;
			case EPOLL -> () -> new EpollServerSocketChannel(family);
			case NIO -> () -> new NioServerSocketChannel(SelectorProvider.provider(), family);
		};
	}

}
