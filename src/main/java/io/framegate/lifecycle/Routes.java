package io.framegate.lifecycle;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

import io.framegate.connection.Cause;
import io.framegate.connection.CloseReason;
import io.framegate.timeout.Timeouts;
import io.framegate.timeout.Timer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.context.ApplicationListener;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.support.AbstractApplicationContext;
import org.springframework.context.support.DefaultLifecycleProcessor;

/**
 * All routes: started when the application is, drained before it stops.
 */
public final class Routes implements SmartLifecycle, ApplicationListener<ContextClosedEvent> {

	/**
	 * Stopped before Spring's web server, so that operators can watch the drain, and
	 * before Spring Integration's adapters.
	 */
	static final int PHASE = Integer.MAX_VALUE - 512;

	private static final Logger logger = LoggerFactory.getLogger(Routes.class);

	private static final Duration GRACE = Duration.ofSeconds(1);

	private final Supplier<List<RunningRoute>> created;

	private final Duration quietPeriod;

	private volatile List<RunningRoute> routes = List.of();

	private volatile boolean running;

	Routes(Supplier<List<RunningRoute>> created, Duration quietPeriod) {
		this.created = created;
		this.quietPeriod = quietPeriod;
	}

	@Override
	public void start() {
		this.routes = List.copyOf(this.created.get());
		if (this.routes.isEmpty()) {
			logger.warn("No routes are configured: add them under framegate.routes");
		}
		for (RunningRoute route : this.routes) {
			route.start();
			logger.info("Route '{}' listens on {} port {}", route.name(), route.address(), route.port());
		}
		this.running = true;
	}

	/**
	 * Has Spring wait for the drain as long as it may take.
	 * @param event the context begins to close
	 */
	@Override
	public void onApplicationEvent(ContextClosedEvent event) {
		if (event.getApplicationContext()
			.getBean(
					AbstractApplicationContext.LIFECYCLE_PROCESSOR_BEAN_NAME) instanceof DefaultLifecycleProcessor lifecycle) {
			Duration longest = this.quietPeriod.plus(longestDrain()).plus(GRACE.multipliedBy(5));
			lifecycle.setTimeoutForShutdownPhase(PHASE, longest.toMillis());
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
		CompletableFuture<?>[] drains = this.routes.stream()
			.map((route) -> route.drain(cause))
			.toArray(CompletableFuture<?>[]::new);
		try {
			CompletableFuture.allOf(drains).get(longestDrain().plus(GRACE).toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		catch (ExecutionException | TimeoutException ex) {
			logger.warn("Not every connection ended within its drain time", ex);
		}
		this.routes.forEach(RunningRoute::stop);
		this.running = false;
	}

	private Duration longestDrain() {
		return this.routes.stream()
			.map((route) -> route.timeouts().limit(Timer.DRAIN).value())
			.map((drain) -> drain.isZero() ? Timeouts.LONGEST : drain)
			.max(Comparator.naturalOrder())
			.orElse(Duration.ZERO);
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

	@Override
	public int getPhase() {
		return PHASE;
	}

	public List<RunningRoute> all() {
		return this.routes;
	}

	public Optional<RunningRoute> find(String name) {
		return this.routes.stream().filter((route) -> route.name().equals(name)).findFirst();
	}

}
