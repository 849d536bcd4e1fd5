package io.framegate.actuate;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import reactor.core.publisher.Mono;
import reactor.netty.resources.LoopResources;

/**
 * The event loops of the management server: epoll where there is one, else NIO. Reactor
 * Netty would take io_uring wherever it is allowed, whatever {@code framegate.transport}
 * says. Any thread may call.
 */
final class ManagementConnectionLoops implements LoopResources {

	private final boolean epoll = Epoll.isAvailable();

	private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(DEFAULT_IO_WORKER_COUNT,
			new DefaultThreadFactory("framegate-management", true),
			this.epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());

	@Override
	public EventLoopGroup onServer(boolean useNative) {
		return this.group;
	}

	@Override
	public <C extends Channel> C onChannel(Class<C> type, EventLoopGroup loops) {
		if (type == ServerSocketChannel.class) {
			return type.cast(this.epoll ? new EpollServerSocketChannel() : new NioServerSocketChannel());
		}
		return type.cast(this.epoll ? new EpollSocketChannel() : new NioSocketChannel());
	}

	@Override
	public <C extends Channel> Class<? extends C> onChannelClass(Class<C> type, EventLoopGroup loops) {
		if (type == ServerSocketChannel.class) {
			return (this.epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class).asSubclass(type);
		}
		return (this.epoll ? EpollSocketChannel.class : NioSocketChannel.class).asSubclass(type);
	}

	@Override
	public Mono<Void> disposeLater(Duration quietPeriod, Duration timeout) {
		return Mono.fromRunnable(
				() -> this.group.shutdownGracefully(quietPeriod.toMillis(), timeout.toMillis(), TimeUnit.MILLISECONDS));
	}

}
