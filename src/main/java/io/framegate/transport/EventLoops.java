package io.framegate.transport;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;

import io.netty.channel.ChannelFactory;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.concurrent.DefaultThreadFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The event loops, one per processor. Any thread may call.
 */
public final class EventLoops implements AutoCloseable {

	private static final String LEAK_DETECTION = "io.netty.leakDetection.level";

	/** How long to wait for a loop. */
	private static final int WAIT_SECONDS = 5;

	private static final Logger logger = LoggerFactory.getLogger(EventLoops.class);

	static {
		if (System.getProperty(LEAK_DETECTION) == null) {
			// Stack traces for every 128th buffer cost a twentieth of what the gateway
			// itself costs. Tests ask for them.
			ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
		}
	}

	private final Transport transport;

	private final LongSupplier clock;

	private final EventLoopGroup group;

	private final List<IoLoop> all;

	private volatile boolean closing;

	/**
	 * Starts the loops.
	 * @param budget what their connections may hold
	 * @param transport how they wait, one that is available
	 */
	public EventLoops(MemoryBudget budget, Transport transport) {
		this(budget, transport, new SystemClock(), Runtime.getRuntime().availableProcessors());
	}

	/**
	 * Starts the loops.
	 * @param budget what their connections may hold
	 * @param transport how they wait, one that is available
	 * @param clock gives {@link System#nanoTime()} stamps, any thread may call it
	 * @param count how many
	 */
	EventLoops(MemoryBudget budget, Transport transport, LongSupplier clock, int count) {
		this.clock = clock;
		this.transport = transport;
		ProcessHalt.prepare();
		this.group = new MultiThreadIoEventLoopGroup(count, new Threads(), transport.handlers());
		List<IoLoop> loops = new ArrayList<>();
		this.group
			.forEach((executor) -> loops.add(new IoLoop(loops.size(), (EventLoop) executor, transport, budget, clock)));
		this.all = Collections.unmodifiableList(loops);
	}

	public EventLoopGroup group() {
		return this.group;
	}

	/**
	 * The loops' clock, for code that is on no loop.
	 * @return gives {@link System#nanoTime()} stamps, any thread may call it
	 */
	public LongSupplier clock() {
		return this.clock;
	}

	public List<IoLoop> all() {
		return this.all;
	}

	public IoLoop next() {
		return of(this.group.next());
	}

	public IoLoop of(EventLoop eventLoop) {
		for (IoLoop loop : this.all) {
			if (loop.eventLoop() == eventLoop) {
				return loop;
			}
		}
		throw new IllegalArgumentException("Not an event loop of the gateway: " + eventLoop);
	}

	/**
	 * Waits until every loop has done the tasks given to it before, or five seconds for
	 * one that does not answer. Not for event loops.
	 */
	public void catchUp() {
		await(this.all.stream().map((loop) -> {
			CompletableFuture<Void> done = new CompletableFuture<>();
			loop.later(() -> done.complete(null));
			return done;
		}).toList());
	}

	/**
	 * Waits until every loop has looked at its sockets once more, or five seconds for one
	 * that does not answer. Not for event loops.
	 */
	public void lookAgain() {
		// A scheduled task runs only after the loop has served its sockets.
		await(this.all.stream().map((loop) -> {
			CompletableFuture<Void> looked = new CompletableFuture<>();
			loop.later(() -> loop.eventLoop().schedule(() -> looked.complete(null), 0, TimeUnit.NANOSECONDS));
			return looked;
		}).toList());
	}

	private static void await(List<CompletableFuture<Void>> answers) {
		try {
			CompletableFuture.allOf(answers.toArray(CompletableFuture<?>[]::new)).get(WAIT_SECONDS, TimeUnit.SECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		catch (ExecutionException | TimeoutException ex) {
			logger.warn("An event loop did not answer within {} seconds", WAIT_SECONDS, ex);
		}
	}

	public Transport transport() {
		return this.transport;
	}

	/**
	 * Makes listening sockets. One for an IPv4 address takes IPv4 clients alone, even for
	 * the address {@code 0.0.0.0}, but with io_uring, whose sockets of Netty's can't.
	 * @param address the address to listen on
	 * @return makes them
	 */
	public ChannelFactory<ServerSocketChannel> serverChannels(InetAddress address) {
		return this.transport.serverChannels(address);
	}

	public Class<? extends SocketChannel> channel() {
		return this.transport.channel();
	}

	/**
	 * Stops the loops; waits up to five seconds.
	 */
	@Override
	public void close() {
		this.closing = true;
		this.all.forEach(IoLoop::close);
		this.group.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(WAIT_SECONDS, TimeUnit.SECONDS);
	}

	/**
	 * The threads of the loops. If one ends, the process ends with it: its connections
	 * would never be served again, and could not be closed either.
	 */
	private final class Threads extends DefaultThreadFactory {

		private Threads() {
			super("framegate-loop", true);
		}

		@Override
		public Thread newThread(Runnable loop) {
			return super.newThread(() -> {
				try {
					loop.run();
				}
				finally {
					if (!EventLoops.this.closing) {
						ProcessHalt.halt("Framegate ends: event loop " + Thread.currentThread().getName() + " has died",
								ProcessHalt.STATUS);
					}
				}
			});
		}

	}

}
