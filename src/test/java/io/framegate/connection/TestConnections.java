package io.framegate.connection;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

import io.framegate.closure.ClosureLog;
import io.framegate.closure.Side;
import io.framegate.framing.Framings;
import io.framegate.metrics.RouteMetrics;
import io.framegate.timeout.Timeout;
import io.framegate.timeout.Timeouts;
import io.framegate.transport.EventLoops;
import io.framegate.transport.IoLoop;
import io.framegate.transport.SystemClock;
import io.framegate.transport.TestLoops;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerAdapter;

/**
 * What connections of a test need: event loops, a registry, a context. Its own
 * connections lead nowhere. Replies are waited for ten seconds, connects for two.
 */
public final class TestConnections implements AutoCloseable {

	private final EventLoops loops;

	private final ClosureLog closures = new ClosureLog(1);

	private final ConnectionRegistry registry = new ConnectionRegistry();

	private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

	private final Timeouts timeouts = new Timeouts(
			Map.of(Timeout.REPLY, Duration.ofSeconds(10), Timeout.CONNECT, Duration.ofSeconds(2)));

	private final RouteMetrics metrics = new RouteMetrics("orders", this.timeouts, this.meters);

	private final ConnectionContext context = new ConnectionContext("orders", Side.UPSTREAM,
			Framings.named("crlf", false), 1024, this.timeouts, false, true, this.metrics, this.closures);

	public TestConnections() {
		this(new SystemClock());
	}

	/**
	 * Connections whose time is the test's.
	 * @param clock the clock of their event loops
	 */
	public TestConnections(LongSupplier clock) {
		this(TestLoops.of(Runtime.getRuntime().availableProcessors(), clock));
	}

	/**
	 * Connections on certain event loops, which end with them.
	 * @param loops the event loops
	 */
	public TestConnections(EventLoops loops) {
		this.loops = loops;
	}

	public EventLoops loops() {
		return this.loops;
	}

	public IoLoop loop() {
		return this.loops.all().getFirst();
	}

	public ConnectionRegistry registry() {
		return this.registry;
	}

	public SimpleMeterRegistry meters() {
		return this.meters;
	}

	public Timeouts timeouts() {
		return this.timeouts;
	}

	public RouteMetrics metrics() {
		return this.metrics;
	}

	public ConnectionContext context() {
		return this.context;
	}

	/**
	 * Does something on the event loop's thread.
	 * @param <T> what comes of it
	 * @param task what
	 * @return what comes of it
	 */
	public <T> T inLoop(Supplier<T> task) {
		return CompletableFuture.supplyAsync(task, loop()::execute).join();
	}

	public void inLoop(Runnable task) {
		CompletableFuture.runAsync(task, loop()::execute).join();
	}

	/** A socket that is registered with the event loop, whose thread calls. */
	public Channel socket() {
		return new Bootstrap().group(loop().eventLoop())
			.channel(this.loops.channel())
			.handler(new ChannelHandlerAdapter() {
			})
			.register()
			.channel();
	}

	/**
	 * A connection whose socket is not connected. The event loop's thread calls.
	 * @param handler follows it
	 * @return the connection
	 */
	public FrameConnection unconnected(ConnectionHandler handler) {
		return new FrameConnection(this.context, this.registry, loop(), socket(), new InetSocketAddress("127.0.0.1", 7),
				(message) -> {
				}, handler, (event) -> {
				});
	}

	@Override
	public void close() {
		this.loops.close();
		this.closures.close();
	}

}
