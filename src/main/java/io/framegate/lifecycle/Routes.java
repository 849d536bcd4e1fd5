package io.framegate.lifecycle;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.framegate.closure.Cause;
import io.framegate.closure.CloseReason;
import io.framegate.inbound.ListeningSocket;
import io.framegate.route.Route;
import io.framegate.tap.TapEnd;
import io.framegate.tap.Taps;
import io.framegate.timeout.Timeout;
import io.framegate.timeout.Timeouts;
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
	 * Stops before Spring's web server, so that operators can watch the drain, and before
	 * Spring Integration's adapters.
	 */
	public static final int PHASE = Integer.MAX_VALUE - 512;

	private static final Logger logger = LoggerFactory.getLogger(Routes.class);

	private static final Duration GRACE = Duration.ofSeconds(1);

	private final RouteFactory factory;

	private final Duration quietPeriod;

	private final Taps taps;

	private final CompletableFuture<Void> closing = new CompletableFuture<>();

	/** {@code null} until they are started. */
	private volatile @Nullable List<RunningRoute> routes;

	/** Routes that drain while another of their name has replaced them. */
	private final List<RunningRoute> replaced = new CopyOnWriteArrayList<>();

	/** Held by everything that changes routes. */
	private final Object lock = new Object();

	private volatile boolean running;

	Routes(RouteFactory factory, Duration quietPeriod, Taps taps) {
		this.taps = taps;
		this.factory = factory;
		this.quietPeriod = quietPeriod;
	}

	@Override
	public void start() {
		List<RunningRoute> declared = this.factory.declared();
		this.routes = declared;
		declared.forEach(RunningRoute::show);
		if (declared.isEmpty()) {
			logger.warn("No routes are configured: add them under framegate.routes");
		}
		declared.forEach(Routes::start);
		this.running = true;
	}

	Object lock() {
		return this.lock;
	}

	/**
	 * Lets an operator act on a route while no reload replaces it: what is done to a
	 * route whose successor has its socket already would not last. Not for event loops.
	 * @param <T> what comes of it
	 * @param action finds the route, and returns soon
	 * @return what the action returns
	 */
	public <T> T undisturbed(Supplier<T> action) {
		synchronized (this.lock) {
			return action.get();
		}
	}

	private static void start(RunningRoute route) {
		route.start();
		logger.info("Route '{}' listens on {} port {}", route.name(), route.address(), route.port());
	}

	/**
	 * Whether the gateway has begun to stop. No routes are added or removed any more.
	 */
	boolean isClosing() {
		return this.closing.isDone();
	}

	/**
	 * Finds what would keep a route from starting, without starting it.
	 * @param route the route
	 * @throws RuntimeException with the reason
	 */
	void check(Route route) {
		this.factory.check(route);
	}

	/**
	 * Opens a listening socket for a route.
	 * @param route the route
	 * @param port its port, 0 for any free one
	 * @return the socket, to be given to the route
	 * @throws io.framegate.inbound.BindFailedException if the port cannot be bound
	 */
	ListeningSocket open(Route route, int port) {
		return this.factory.open(route, port);
	}

	/**
	 * Starts a new route.
	 * @param route the route
	 * @param socket its listening socket
	 */
	void add(Route route, ListeningSocket socket) {
		RouteFactory.Made made = make(route);
		try {
			made.route().start(socket);
		}
		catch (RuntimeException ex) {
			abandon(made.route());
			socket.close();
			throw ex;
		}
		made.publish().run();
		put(null, made.route());
		logger.info("Route '{}' listens on {} port {}", route.name(), made.route().address(), made.route().port());
	}

	/**
	 * If an earlier route of the name still drains, the new one shares its counts and
	 * channels: two sets would conflict.
	 */
	private RouteFactory.Made make(Route route) {
		RouteContinuity goesOn = this.replaced.stream()
			.filter((earlier) -> earlier.name().equals(route.name()))
			.findFirst()
			.map(RunningRoute::continuity)
			.orElse(null);
		RouteFactory.Made made = this.factory.create(route, goesOn);
		if (goesOn != null) {
			goesOn.timeouts().configure(route.timeouts(), route.timeoutDefaults());
		}
		return made;
	}

	private static void abandon(RunningRoute route) {
		route.release();
		route.drainForGood(Cause.byGateway(CloseReason.ROUTE_DRAIN, "the route could not start"))
			.whenComplete((report, ex) -> route.stop());
	}

	/**
	 * Shows a route that cannot start yet. It may be resumed.
	 * @param route the route
	 * @param fault why
	 */
	void addFailed(Route route, RuntimeException fault) {
		RouteFactory.Made made = make(route);
		made.route().failed(fault);
		made.publish().run();
		put(null, made.route());
	}

	/**
	 * Starts a changed route in place of an old one. The caller drains the old one.
	 * @param before the old route
	 * @param route the new route
	 * @param socket its listening socket, {@code null} if it is paused
	 */
	void replace(RunningRoute before, Route route, @Nullable ListeningSocket socket) {
		RouteFactory.Made made;
		try {
			made = this.factory.create(route, before.continuity());
		}
		catch (RuntimeException ex) {
			before.takeBack(socket);
			throw ex;
		}
		try {
			if (socket != null) {
				made.route().start(socket);
			}
			before.timeouts().configure(route.timeouts(), route.timeoutDefaults());
		}
		catch (RuntimeException ex) {
			abandon(made.route());
			before.takeBack(socket);
			throw ex;
		}
		before.outliveBeans();
		made.publish().run();
		put(before, made.route());
		logger.info("Route '{}' is replaced: it {} on {} port {}", route.name(),
				(socket != null) ? "listens" : "is paused", made.route().address(), made.route().port());
	}

	private void put(@Nullable RunningRoute before, RunningRoute added) {
		List<RunningRoute> now = new ArrayList<>(all());
		if (before != null && now.remove(before)) {
			this.replaced.add(before);
			this.taps.end(before.name(), TapEnd.RELOAD);
		}
		now.add(added);
		added.show();
		now.sort(Comparator.comparing(RunningRoute::name));
		this.routes = List.copyOf(now);
	}

	/**
	 * Begins to drain a route that will be removed.
	 * @param route the route
	 * @param cause why
	 * @return waits for the drain, or until the gateway begins to stop, which then drains
	 * the route itself
	 */
	Runnable drain(RunningRoute route, Cause cause) {
		Duration limit = drainLimit(route).plus(GRACE);
		CompletableFuture<?> drained = route.drainForGood(cause);
		return () -> await(CompletableFuture.anyOf(drained, this.closing), limit);
	}

	/**
	 * Removes a drained route.
	 * @param route the route
	 */
	void remove(RunningRoute route) {
		route.stop();
		if (!this.replaced.remove(route)) {
			this.routes = all().stream().filter((other) -> other != route).toList();
			this.taps.end(route.name(), TapEnd.REMOVED);
			this.factory.destroy(route.route());
		}
	}

	/**
	 * Makes Spring wait as long as the drain may take.
	 * @param event the context begins to close
	 */
	@Override
	public void onApplicationEvent(ContextClosedEvent event) {
		this.closing.complete(null);
		this.taps.endAll(TapEnd.SHUTDOWN);
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
			.map((route) -> route.drainForGood(cause))
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
			logger.warn("Some connections did not close within the drain timeout", ex);
		}
	}

	private static Duration drainLimit(RunningRoute route) {
		Duration drain = route.timeouts().limit(Timeout.DRAIN).value();
		return drain.isZero() ? Timeouts.MAX : drain;
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
	 * The first listener, before the one that closes the meters.
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
	 * The routes, even before they are started, because Spring Boot then checks that
	 * configured health groups have their members.
	 * @return the routes, by name
	 */
	public List<RunningRoute> all() {
		List<RunningRoute> started = this.routes;
		return (started != null) ? started : this.factory.declared();
	}

	/**
	 * The started routes, including replaced ones that drain.
	 */
	private List<RunningRoute> started() {
		List<RunningRoute> started = this.routes;
		return (started != null) ? Stream.concat(started.stream(), this.replaced.stream()).toList() : List.of();
	}

	public Optional<RunningRoute> find(String name) {
		return all().stream().filter((route) -> route.name().equals(name)).findFirst();
	}

}
