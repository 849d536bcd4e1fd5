package io.framegate.lifecycle;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;

import io.framegate.closure.Cause;
import io.framegate.closure.CloseReason;
import io.framegate.configuration.ConfigurationChanges;
import io.framegate.configuration.ConfigurationSource;
import io.framegate.configuration.ConfigurationWatcher;
import io.framegate.configuration.Fingerprint;
import io.framegate.configuration.FramegateProperties;
import io.framegate.route.Route;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.context.SmartLifecycle;

/**
 * Applies a changed configuration without a restart, route by route. An invalid
 * configuration changes nothing. Any thread may call.
 */
public final class ConfigurationReloader implements SmartLifecycle, ConfigurationChanges, ConfigurationWatcher.Owner {

	private static final Logger logger = LoggerFactory.getLogger(ConfigurationReloader.class);

	/** How long a reload waits for the drains that it starts. */
	private static final Duration MAX_ANSWER = Duration.ofMinutes(1);

	private static final Cause CHANGED = Cause.byGateway(CloseReason.ROUTE_DRAIN, "the configuration changed");

	private static final Cause REMOVED = Cause.byGateway(CloseReason.ROUTE_DRAIN,
			"the route was taken out of the configuration");

	/** How many times a file that was written in place must be seen unchanged. */
	private static final int STILL_LOOKS = 10;

	/** A bind costs nothing, and a port that is freed should be taken soon. */
	private static final long MAX_PAUSE_SECONDS = 3;

	private final ConfigurationSource source;

	private final Routes routes;

	/** The files as they were last read. */
	private volatile Fingerprint known;

	/** The configuration read at the start, of which some stays until the end. */
	private final FramegateProperties started;

	/** Held by everything that changes routes. */
	private final Object lock;

	/** Routes that drain since a reload. */
	private final List<RouteReplacement> replacements = new ArrayList<>();

	private final List<Consumer<FramegateProperties>> listeners = new CopyOnWriteArrayList<>();

	/** The configuration that should run. */
	private FramegateProperties taken;

	/**
	 * After how many seconds routes that could not start are tried again.
	 */
	private long pause = 1;

	private long triedAt;

	private final ConfigurationWatcher watcher;

	/** What is wrong with the last configuration read. */
	private volatile @Nullable String fault;

	/** Why routes do not run as configured, by name. */
	private volatile Map<String, String> routeFaults = Map.of();

	ConfigurationReloader(ConfigurationSource source, FramegateProperties started, Routes routes) {
		this.source = source;
		this.routes = routes;
		this.lock = routes.lock();
		this.known = source.fingerprint();
		this.started = started;
		this.taken = this.started;
		this.watcher = new ConfigurationWatcher(source, this);
	}

	/**
	 * What a reload did.
	 *
	 * @param started new routes
	 * @param removed removed routes
	 * @param changed routes that took changes while running
	 * @param restarted routes that were replaced; their connections drained
	 * @param error what is wrong with the configuration, so that nothing was changed; or
	 * why routes do not run as configured and are tried again
	 */
	public record Outcome(List<String> started, List<String> removed, List<String> changed, List<String> restarted,
			@Nullable String error) {

	}

	@Override
	public void whenTaken(Consumer<FramegateProperties> listener) {
		this.listeners.add(listener);
	}

	/**
	 * What is wrong with the last configuration read, or why routes do not run as
	 * configured.
	 * @return a message, or {@code null}
	 */
	public @Nullable String error() {
		String wrong = this.fault;
		List<String> faults = new ArrayList<>((wrong != null) ? List.of(wrong) : List.of());
		this.routeFaults.forEach((route, text) -> faults.add("route '" + route + "': " + text));
		return faults.isEmpty() ? null : String.join("; ", faults);
	}

	/**
	 * Reads the configuration and says what would change, without changing anything.
	 * @return what a reload would do
	 */
	public ReloadPreview preview() {
		return preview(this.source::read);
	}

	/**
	 * Says what would change if properties were added to the configuration.
	 * @param yaml the properties
	 * @return what a reload would do then
	 */
	public ReloadPreview previewWith(String yaml) {
		return preview(() -> this.source.readWith(yaml));
	}

	private ReloadPreview preview(Supplier<ConfigurationSource.Reading> source) {
		synchronized (this.lock) {
			try {
				return ReloadPreview.of(plan(checked(source.get()).properties()));
			}
			catch (RuntimeException ex) {
				return ReloadPreview.invalid(FaultText.of(ex));
			}
		}
	}

	/**
	 * Reads the configuration and applies it. Returns when the drains that it starts are
	 * done, or after a minute.
	 * @return what was done
	 */
	public Outcome reload() {
		List<RouteReplacement> begun = new ArrayList<>();
		Outcome outcome;
		synchronized (this.lock) {
			outcome = begin(this.source.fingerprint(), true, begun);
		}
		try {
			CompletableFuture.allOf(begun.stream().map(RouteReplacement::done).toArray(CompletableFuture<?>[]::new))
				.get(MAX_ANSWER.toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		catch (ExecutionException | TimeoutException ex) {
			logger.info("Connections of changed or removed routes are still draining");
		}
		return outcome;
	}

	/**
	 * Applies what the files say. The caller holds the lock.
	 * @param now the files as they are
	 * @param complete whether they are known to be complete
	 * @param begun takes the drains that this starts
	 */
	private Outcome begin(Fingerprint now, boolean complete, List<RouteReplacement> begun) {
		if (this.routes.isClosing()) {
			return nothing("the gateway is stopping");
		}
		ConfigurationSource.Reading reading;
		RoutePlan plan;
		try {
			reading = checked(this.source.read());
			plan = plan(reading.properties());
		}
		catch (RuntimeException ex) {
			String problem = FaultText.of(ex);
			this.known = now;
			this.fault = problem;
			logger.error("The changed configuration is invalid and was not applied: {}", problem);
			return nothing(problem);
		}
		if (!complete && plan.drains() && now.isWrittenInPlaceSince(this.known)) {
			// The file may still be incomplete.
			return nothing(null);
		}
		this.known = now;
		this.source.taken(reading);
		sayWhatStays(reading.properties());
		this.fault = null;
		this.taken = reading.properties();
		this.listeners.forEach((listener) -> listener.accept(reading.properties()));
		this.pause = 1;
		Outcome outcome = take(plan, begun);
		logger.info("Configuration reloaded: routes started {}, removed {}, changed {}, restarted {}",
				outcome.started(), outcome.removed(), outcome.changed(), outcome.restarted());
		return outcome;
	}

	private RoutePlan plan(FramegateProperties properties) {
		return RoutePlan.of(this.routes.all(), properties.allRoutes());
	}

	private static Outcome nothing(@Nullable String error) {
		return new Outcome(List.of(), List.of(), List.of(), List.of(), error);
	}

	private ConfigurationSource.Reading checked(ConfigurationSource.Reading reading) {
		List<Route> wanted = reading.properties().allRoutes();
		if (wanted.isEmpty() && !this.routes.all().isEmpty()) {
			throw new IllegalStateException("framegate.routes has no routes left, as if a file were missing;"
					+ " to end every route, stop the gateway");
		}
		List<String> lost = this.source.lost(reading);
		if (!lost.isEmpty()) {
			throw new IllegalStateException(
					"%s is missing or empty, but the running configuration was read from it; to remove a route, delete it from its file"
						.formatted(String.join(", ", lost)));
		}
		wanted.forEach(this.routes::check);
		return reading;
	}

	/**
	 * Only routes and users are applied while the gateway runs.
	 */
	private void sayWhatStays(FramegateProperties now) {
		sayWhatStays("closures", this.started.closures(), now.closures());
		sayWhatStays("shutdown", this.started.shutdown(), now.shutdown());
		sayWhatStays("demo", this.started.demo(), now.demo());
	}

	private static void sayWhatStays(String group, Object before, Object now) {
		if (!before.equals(now)) {
			logger.warn("A change under framegate.{} requires a restart and was not applied", group);
		}
	}

	/**
	 * Changes routes; those that cannot start are tried again later. The caller holds the
	 * lock.
	 */
	private Outcome take(RoutePlan plan, List<RouteReplacement> begun) {
		ReloadPreview names = ReloadPreview.of(plan);
		Map<String, String> faults = new TreeMap<>();
		this.replacements.removeIf((departure) -> departure.done().isDone());
		plan.changed().forEach((change) -> attempt(change.wanted().name(), faults, () -> {
			logger.info("Route '{}' applied changes of {}", change.wanted().name(), change.properties());
			change.before().change(change.wanted());
		}));
		SocketClaims sockets = new SocketClaims(this.routes.all(), plan, this.routes::open);
		plan.replaced().forEach((change) -> attempt(change.wanted().name(), faults, () -> {
			boolean ending = change.before().isEnding();
			this.routes.replace(change.before(), change.wanted(), sockets.of(change.wanted()));
			if (!ending) {
				depart(change.before(), CHANGED);
			}
			logger.info("Route '{}' was replaced for {}", change.wanted().name(), change.properties());
		}));
		plan.removed().forEach((route) -> depart(route, REMOVED));
		plan.started().forEach((route) -> attempt(route.name(), faults, () -> start(route, sockets)));
		this.replacements.stream()
			.filter((departure) -> names.started().contains(departure.name())
					|| names.removed().contains(departure.name()) || names.restarted().contains(departure.name()))
			.forEach(begun::add);
		this.triedAt = System.nanoTime();
		this.routeFaults = Map.copyOf(faults);
		return new Outcome(names.started(), names.removed(), names.changed(), names.restarted(), error());
	}

	private void start(Route route, SocketClaims sockets) {
		try {
			this.routes.add(route, Objects.requireNonNull(sockets.of(route)));
		}
		catch (RuntimeException ex) {
			this.routes.addFailed(route, ex);
			throw ex;
		}
	}

	private void attempt(String route, Map<String, String> faults, Runnable change) {
		try {
			change.run();
		}
		catch (RuntimeException ex) {
			String problem = FaultText.of(ex);
			if (!problem.equals(this.routeFaults.get(route))) {
				logger.error("Route '{}' cannot start as configured and will be retried: {}", route, problem);
			}
			faults.put(route, problem);
		}
	}

	private void depart(RunningRoute route, Cause cause) {
		RouteReplacement departure = new RouteReplacement(this.routes, route, cause, this.lock);
		this.replacements.add(departure);
		Thread.ofVirtual().name("framegate-departure").start(departure);
	}

	@Override
	public void start() {
		this.watcher.start(() -> this.known = this.source.asRead(this.known));
	}

	@Override
	public void look(Fingerprint now, int looks) {
		synchronized (this.lock) {
			if (looks > 0 && this.taken.reload().watch() && !now.equals(this.known)) {
				begin(now, looks >= STILL_LOOKS, new ArrayList<>());
			}
			tryAgain();
		}
	}

	/**
	 * Tries again what failed, for example because a port was in use.
	 */
	private void tryAgain() {
		if (failed().isEmpty() && this.routeFaults.isEmpty()) {
			this.pause = 1;
			return;
		}
		if (this.routes.isClosing() || System.nanoTime() - this.triedAt < TimeUnit.SECONDS.toNanos(this.pause)) {
			return;
		}
		this.pause = Math.min(2 * this.pause, MAX_PAUSE_SECONDS);
		this.triedAt = System.nanoTime();
		take(plan(this.taken), new ArrayList<>());
		Map<String, String> faults = new TreeMap<>(this.routeFaults);
		failed().forEach((route) -> attempt(route.name(), faults, route::resume));
		this.routeFaults = Map.copyOf(faults);
	}

	private List<RunningRoute> failed() {
		return this.routes.all().stream().filter((route) -> route.state() == RunningRoute.State.FAILED).toList();
	}

	@Override
	public void stop() {
		this.watcher.stop();
		// Not during a reload: routes must not start while the gateway stops.
		synchronized (this.lock) {
			logger.debug("The configuration is no longer watched");
		}
	}

	@Override
	public boolean isRunning() {
		return this.watcher.isRunning();
	}

	/** Starts after the routes, and stops before them. */
	@Override
	public int getPhase() {
		return Routes.PHASE + 1;
	}

}
