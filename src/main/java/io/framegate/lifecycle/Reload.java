package io.framegate.lifecycle;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

import io.framegate.connection.Cause;
import io.framegate.connection.CloseReason;
import io.framegate.route.Differences;
import io.framegate.route.FramegateProperties;
import io.framegate.route.InvalidConfigurationException;
import io.framegate.route.Route;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.context.SmartLifecycle;

/**
 * Takes over a changed configuration without a restart, route by route. A configuration
 * that is wrong changes nothing. A thread of its own looks at the files once a second.
 */
public final class Reload implements SmartLifecycle {

	private static final Logger logger = LoggerFactory.getLogger(Reload.class);

	private static final long LOOK_MILLIS = 1000;

	/** How long a reload waits for the drains that it begins. */
	private static final Duration LONGEST_ANSWER = Duration.ofMinutes(1);

	private static final Cause CHANGED = Cause.byGateway(CloseReason.ROUTE_DRAIN, "the configuration changed");

	private static final Cause REMOVED = Cause.byGateway(CloseReason.ROUTE_DRAIN,
			"the route was taken out of the configuration");

	private final ConfigurationSource source;

	private final Routes routes;

	/** The files as they were when the routes were read. */
	private volatile String known;

	/** What was read at the start, of which some stays until the end. */
	private final FramegateProperties started;

	/** Held by whatever changes routes. */
	private final Object lock = new Object();

	/** Routes that drain since a reload. */
	private final List<Departure> departures = new ArrayList<>();

	private final List<Consumer<FramegateProperties>> listeners = new CopyOnWriteArrayList<>();

	private volatile CountDownLatch stopped = new CountDownLatch(0);

	private volatile @Nullable String error;

	Reload(ConfigurationSource source, Routes routes) {
		this.source = source;
		this.routes = routes;
		this.known = source.fingerprint();
		this.started = source.started();
	}

	/**
	 * What a reload did.
	 *
	 * @param started routes that are new
	 * @param removed routes that are gone
	 * @param changed routes that took changes while running
	 * @param restarted routes that were drained and started anew
	 * @param error what is wrong with the configuration, so that nothing was changed; or
	 * why routes could not start
	 */
	public record Outcome(List<String> started, List<String> removed, List<String> changed, List<String> restarted,
			@Nullable String error) {

	}

	/**
	 * Has somebody told of each configuration that is taken over, before its routes are.
	 * @param listener takes it, on the thread that reloads
	 */
	public void whenTaken(Consumer<FramegateProperties> listener) {
		this.listeners.add(listener);
	}

	/**
	 * What is wrong with the configuration that was read last.
	 * @return text for people, or {@code null}
	 */
	public @Nullable String error() {
		return this.error;
	}

	/**
	 * Reads the configuration and takes it over. Returns when the drains that it begins
	 * are done, or after a minute.
	 * @return what was done
	 */
	public Outcome reload() {
		List<Departure> begun = new ArrayList<>();
		Outcome outcome = begin(begun);
		try {
			CompletableFuture.allOf(begun.stream().map(Departure::done).toArray(CompletableFuture<?>[]::new))
				.get(LONGEST_ANSWER.toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		catch (ExecutionException | TimeoutException ex) {
			logger.info("Routes drain still; what comes after them comes when they are done");
		}
		return begun.isEmpty() ? outcome
				: new Outcome(outcome.started(), outcome.removed(), outcome.changed(), outcome.restarted(), this.error);
	}

	private Outcome begin(List<Departure> begun) {
		synchronized (this.lock) {
			if (this.routes.isClosing()) {
				return nothing("the gateway is stopping");
			}
			this.known = this.source.fingerprint();
			FramegateProperties properties;
			try {
				properties = this.source.read();
				check(properties.allRoutes());
			}
			catch (RuntimeException ex) {
				String problem = text(ex);
				this.error = problem;
				logger.error("The changed configuration is wrong and was not taken over: {}", problem);
				return nothing(problem);
			}
			sayWhatStays(properties);
			this.error = null;
			this.listeners.forEach((listener) -> listener.accept(properties));
			Outcome outcome = new Outcome(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>(),
					null);
			take(properties, outcome, begun);
			logger.info("Configuration taken over: routes started {}, removed {}, changed {}, restarted {}",
					outcome.started(), outcome.removed(), outcome.changed(), outcome.restarted());
			return new Outcome(outcome.started(), outcome.removed(), outcome.changed(), outcome.restarted(),
					this.error);
		}
	}

	/**
	 * A route could not start. Any thread may call.
	 */
	private void failed(String fault) {
		synchronized (this.lock) {
			logger.error("Cannot start {}", fault);
			this.error = (this.error != null) ? this.error + "; " + fault : fault;
		}
	}

	private static Outcome nothing(String error) {
		return new Outcome(List.of(), List.of(), List.of(), List.of(), error);
	}

	private void check(List<Route> wanted) {
		if (wanted.isEmpty() && !this.routes.all().isEmpty()) {
			throw new IllegalStateException("there is no route under framegate.routes any more, as if a file were gone;"
					+ " to end every route, stop the gateway");
		}
		wanted.forEach(this.routes::check);
	}

	/**
	 * Routes, and who may see and change them, are taken over.
	 */
	private void sayWhatStays(FramegateProperties now) {
		sayWhatStays("closures", this.started.closures(), now.closures());
		sayWhatStays("shutdown", this.started.shutdown(), now.shutdown());
		sayWhatStays("demo", this.started.demo(), now.demo());
	}

	private static void sayWhatStays(String group, Object before, Object now) {
		if (!before.equals(now)) {
			logger.warn("A change under framegate.{} needs a restart and was not taken over", group);
		}
	}

	/**
	 * Changes routes. The caller holds the lock.
	 */
	private void take(FramegateProperties properties, Outcome outcome, List<Departure> begun) {
		Map<String, Route> wanted = new LinkedHashMap<>();
		properties.allRoutes().forEach((route) -> wanted.put(route.name(), route));
		this.departures.removeIf((departure) -> departure.done().isDone());
		for (RunningRoute running : this.routes.all()) {
			Route route = wanted.remove(running.name());
			@Nullable Departure before = this.departures.stream()
				.filter((departure) -> departure.isOf(running))
				.findFirst()
				.orElse(null);
			if (before != null) {
				// It drains still, since an earlier reload.
				before.succeededBy(route);
				((route != null) ? outcome.restarted() : outcome.removed()).add(running.name());
				begun.add(before);
			}
			else if (route == null) {
				begun.add(depart(running, REMOVED, null));
				outcome.removed().add(running.name());
			}
			else if (isAnew(running, route)) {
				begun.add(depart(running, CHANGED, route));
				outcome.restarted().add(route.name());
			}
			else if (!running.route().equals(route)) {
				running.change(route);
				outcome.changed().add(route.name());
			}
		}
		for (Route route : wanted.values()) {
			// Those that go have closed their ports: new ones need not wait for them.
			outcome.started().add(route.name());
			try {
				this.routes.add(route);
			}
			catch (RuntimeException ex) {
				failed("route '" + route.name() + "': " + text(ex));
			}
		}
		begun.stream().filter((departure) -> !this.departures.contains(departure)).forEach((departure) -> {
			this.departures.add(departure);
			Thread.ofVirtual().name("framegate-departure").start(departure);
		});
	}

	private Departure depart(RunningRoute running, Cause cause, @Nullable Route successor) {
		return new Departure(this.routes, running, cause, successor, this.lock, this::failed);
	}

	private static boolean isAnew(RunningRoute running, Route route) {
		Differences differences = Differences.between(running.route(), route);
		boolean failed = running.state() == RunningRoute.State.FAILED;
		boolean anew = failed || !differences.isLive();
		if (anew || !differences.isEmpty()) {
			logger.info("Route '{}' {}: {}", route.name(), anew ? "is started anew for" : "takes over",
					failed ? "it had failed" : differences);
		}
		return anew;
	}

	static String text(RuntimeException ex) {
		Throwable root = ex;
		while (!(root instanceof InvalidConfigurationException) && root.getCause() != null) {
			root = root.getCause();
		}
		return String.valueOf(root.getMessage()).strip();
	}

	// The watch

	@Override
	public void start() {
		CountDownLatch stop = new CountDownLatch(1);
		this.stopped = stop;
		Thread.ofPlatform().name("framegate-configuration").daemon().start(() -> watch(stop));
	}

	private void watch(CountDownLatch stop) {
		String seen = this.known;
		try {
			while (!stop.await(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
				String now = this.source.fingerprint();
				// Only when it has held still: a file may be half written.
				if (!now.equals(this.known) && now.equals(seen)) {
					reloadOrSay();
				}
				seen = now;
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/**
	 * A fault met in one reload must not end the watch.
	 */
	private void reloadOrSay() {
		try {
			begin(new ArrayList<>());
		}
		catch (RuntimeException ex) {
			logger.error("Taking over the configuration has failed", ex);
		}
	}

	@Override
	public void stop() {
		this.stopped.countDown();
		// Not while one is under way: routes must not start while the gateway stops.
		synchronized (this.lock) {
			logger.debug("The configuration is no longer watched");
		}
	}

	@Override
	public boolean isRunning() {
		return this.stopped.getCount() > 0;
	}

	/** After the routes, and stopped before them. */
	@Override
	public int getPhase() {
		return Routes.PHASE + 1;
	}

}
