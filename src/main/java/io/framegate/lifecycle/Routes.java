package io.framegate.lifecycle;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

import io.framegate.connection.Cause;
import io.framegate.connection.CloseReason;
import io.framegate.route.Route;
import io.framegate.timeout.Timeouts;
import io.framegate.timeout.Timer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.context.ApplicationListener;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.support.AbstractApplicationContext;
import org.springframework.context.support.DefaultLifecycleProcessor;
import org.springframework.core.Ordered;

/**
 * All routes: started when the application is, drained before it stops.
 */
public final class Routes implements SmartLifecycle, ApplicationListener<ContextClosedEvent>, Ordered {

	/**
	 * Stopped before Spring's web server, so that operators can watch the drain, and
	 * before Spring Integration's adapters.
	 */
	static final int PHASE = Integer.MAX_VALUE - 512;

	private static final Logger logger = LoggerFactory.getLogger(Routes.class);

	private static final Duration GRACE = Duration.ofSeconds(1);

	private final RouteFactory factory;

	private final Duration quietPeriod;

	private final CompletableFuture<Void> closing = new CompletableFuture<>();

	/** {@code null} until they are started. */
	private volatile @Nullable List<RunningRoute> routes;

	private volatile boolean running;

	Routes(RouteFactory factory, Duration quietPeriod) {
		this.factory = factory;
		this.quietPeriod = quietPeriod;
	}

	@Override
	public void start() {
		List<RunningRoute> declared = this.factory.declared();
		this.routes = declared;
		if (declared.isEmpty()) {
			logger.warn("No routes are configured: add them under framegate.routes");
		}
		declared.forEach(Routes::start);
		this.running = true;
	}

	private static void start(RunningRoute route) {
		route.start();
		logger.info("Route '{}' listens on {} port {}", route.name(), route.address(), route.port());
	}

	/**
	 * Whether the gateway has begun to stop. Routes neither come nor go any more.
	 * @return whether it has
	 */
	boolean isClosing() {
		return this.closing.isDone();
	}

	/**
	 * Finds what would keep a route from starting, without starting it.
	 * @param route the route
	 * @throws RuntimeException saying what
	 */
	void check(Route route) {
		this.factory.check(route);
	}

	/**
	 * Starts a route that was not there. One that cannot start is there too, and failed.
	 * @param route the route
	 */
	void add(Route route) {
		RunningRoute added = this.factory.create(route);
		List<RunningRoute> more = new ArrayList<>(all());
		more.add(added);
		more.sort(Comparator.comparing(RunningRoute::name));
		this.routes = List.copyOf(more);
		try {
			start(added);
		}
		catch (RuntimeException ex) {
			added.failed(ex);
			throw ex;
		}
	}

	/**
	 * Begins to drain a route for good.
	 * @param route the route
	 * @param cause why
	 * @return waits for the drain, or until the gateway begins to stop: the drain is the
	 * gateway's then
	 */
	Runnable drain(RunningRoute route, Cause cause) {
		Duration limit = drainLimit(route).plus(GRACE);
		CompletableFuture<?> drained = route.leave(cause);
		return () -> await(CompletableFuture.anyOf(drained, this.closing), limit);
	}

	/**
	 * Takes a route away that was drained.
	 * @param route the route
	 */
	void remove(RunningRoute route) {
		route.stop();
		route.disconnect();
		this.routes = all().stream().filter((other) -> other != route).toList();
		this.factory.destroy(route.route());
	}

	/**
	 * Has Spring wait for the drain as long as it may take.
	 * @param event the context begins to close
	 */
	@Override
	public void onApplicationEvent(ContextClosedEvent event) {
		this.closing.complete(null);
		started().forEach((route) -> route.meters().expectEnds());
		if (event.getApplicationContext()
			.getBean(
					AbstractApplicationContext.LIFECYCLE_PROCESSOR_BEAN_NAME) instanceof DefaultLifecycleProcessor lifecycle) {
			lifecycle.setTimeoutForShutdownPhase(PHASE, stopLimit().toMillis());
		}
	}

	@Override
	public void stop(Runnable callback) {
		Thread.ofPlatform().name("framegate-shutdown").start(() -> {
			try {
				stop();
			}
			finally {
				callback.run();
			}
		});
	}

	@Override
	public void stop() {
		long quietUntil = System.nanoTime() + this.quietPeriod.toNanos();
		while (System.nanoTime() < quietUntil) {
			LockSupport.parkNanos(quietUntil - System.nanoTime());
		}
		Cause cause = Cause.byGateway(CloseReason.SHUTDOWN, "the gateway stops");
		CompletableFuture<?>[] drains = started().stream()
			.map((route) -> route.leave(cause))
			.toArray(CompletableFuture<?>[]::new);
		await(CompletableFuture.allOf(drains), longestDrain().plus(GRACE));
		started().forEach(RunningRoute::stop);
		this.running = false;
	}

	private static void await(CompletableFuture<?> drained, Duration atMost) {
		try {
			drained.get(atMost.toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		catch (ExecutionException | TimeoutException ex) {
			logger.warn("Not every connection ended within its drain time", ex);
		}
	}

	private static Duration drainLimit(RunningRoute route) {
		Duration drain = route.timeouts().limit(Timer.DRAIN).value();
		return drain.isZero() ? Timeouts.LONGEST : drain;
	}

	/**
	 * How long stopping all routes may take.
	 * @return the quiet period, the longest drain and five seconds more
	 */
	public Duration stopLimit() {
		return this.quietPeriod.plus(longestDrain()).plus(GRACE.multipliedBy(5));
	}

	private Duration longestDrain() {
		return started().stream().map(Routes::drainLimit).max(Comparator.naturalOrder()).orElse(Duration.ZERO);
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

	/**
	 * Among the listeners the first: before the one that closes the meters.
	 */
	@Override
	public int getOrder() {
		return HIGHEST_PRECEDENCE;
	}

	@Override
	public int getPhase() {
		return PHASE;
	}

	/**
	 * The routes, also before they are started: Spring Boot checks then that the parts of
	 * health that users ask for are there.
	 * @return the routes, by name
	 */
	public List<RunningRoute> all() {
		List<RunningRoute> started = this.routes;
		return (started != null) ? started : this.factory.declared();
	}

	private List<RunningRoute> started() {
		List<RunningRoute> started = this.routes;
		return (started != null) ? started : List.of();
	}

	public Optional<RunningRoute> find(String name) {
		return all().stream().filter((route) -> route.name().equals(name)).findFirst();
	}

}
