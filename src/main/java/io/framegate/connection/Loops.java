package io.framegate.connection;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.Future;

/**
 * The event loops, one a processor: on epoll where there is one, else on NIO. Any thread
 * may call.
 */
public final class Loops implements AutoCloseable {

	private static final String LEAK_DETECTION = "io.netty.leakDetection.level";

	static {
		if (System.getProperty(LEAK_DETECTION) == null) {
			// Stack traces for every 128th buffer cost a twentieth of what the gateway
			// itself costs. Tests ask for them.
			ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
		}
	}

	private final boolean epoll;

	private final EventLoopGroup group;

	private final List<Loop> all;

	public Loops() {
		this(Runtime.getRuntime().availableProcessors(),
				Epoll.isAvailable() && !Boolean.getBoolean("io.netty.transport.noNative"));
	}

	Loops(int count, boolean epoll) {
		this.epoll = epoll;
		IoHandlerFactory transport = epoll ? new EpollTransport() : NioIoHandler.newFactory();
		this.group = new MultiThreadIoEventLoopGroup(count, new DefaultThreadFactory("framegate-loop", true),
				transport);
		List<Loop> loops = new ArrayList<>();
		this.group.forEach((executor) -> loops.add(new Loop(loops.size(), (EventLoop) executor)));
		this.all = Collections.unmodifiableList(loops);
	}

	public EventLoopGroup group() {
		return this.group;
	}

	public List<Loop> all() {
		return this.all;
	}

	public Loop next() {
		return of(this.group.next());
	}

	public Loop of(EventLoop eventLoop) {
		for (Loop loop : this.all) {
			if (loop.eventLoop() == eventLoop) {
				return loop;
			}
		}
		throw new IllegalArgumentException("Not an event loop of the gateway: " + eventLoop);
	}

	/**
	 * Waits until every loop has done what it was given before. Not for event loops.
	 */
	public void catchUp() {
		this.all.stream().map((loop) -> loop.eventLoop().submit(() -> {
		})).toList().forEach(Future::awaitUninterruptibly);
	}

	/**
	 * Waits until every loop has looked at its sockets once more. Not for event loops.
	 */
	public void lookAgain() {
		// What a task schedules runs only after the loop has been to its sockets.
		this.all.stream().map((loop) -> {
			CompletableFuture<Void> looked = new CompletableFuture<>();
			loop.later(() -> loop.eventLoop().schedule(() -> looked.complete(null), 0, TimeUnit.NANOSECONDS));
			return looked;
		}).toList().forEach(CompletableFuture::join);
	}

	public boolean isEpoll() {
		return this.epoll;
	}

	public Class<? extends ServerSocketChannel> serverChannel() {
		return this.epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
	}

	public Class<? extends SocketChannel> channel() {
		return this.epoll ? EpollSocketChannel.class : NioSocketChannel.class;
	}

	/**
	 * Ends the loops, waiting five seconds at the most.
	 */
	@Override
	public void close() {
		this.all.forEach(Loop::close);
		this.group.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS);
	}

}
