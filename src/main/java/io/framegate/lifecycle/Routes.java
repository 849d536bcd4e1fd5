package io.framegate.lifecycle;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

import io.framegate.connection.Cause;
import io.framegate.connection.CloseReason;
import io.framegate.timeout.Timer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.context.SmartLifecycle;

/**
 * All routes: started when the application is, drained before it stops.
 */
public final class Routes implements SmartLifecycle {

	/**
	 * Stopped before Spring's web server, so that operators can watch the drain, and
	 * before Spring Integration's adapters.
	 */
	static final int PHASE = Integer.MAX_VALUE - 512;

	private static final Logger logger = LoggerFactory.getLogger(Routes.class);

	private static final Duration POLL = Duration.ofMillis(10);

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
		LockSupport.parkNanos(this.quietPeriod.toNanos());
		Duration longest = Duration.ZERO;
		for (RunningRoute route : this.routes) {
			route.drain(Cause.byGateway(CloseReason.SHUTDOWN, "the gateway stops"));
			Duration drain = route.timeouts().limit(Timer.DRAIN).value();
			longest = (drain.compareTo(longest) > 0) ? drain : longest;
		}
		awaitClosed(longest.plus(GRACE));
		this.routes.forEach(RunningRoute::stop);
		this.running = false;
	}

	private void awaitClosed(Duration atMost) {
		long deadline = System.nanoTime() + atMost.toNanos();
		while (System.nanoTime() < deadline
				&& this.routes.stream().anyMatch((route) -> route.live().findAny().isPresent())) {
			LockSupport.parkNanos(POLL.toNanos());
		}
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
