package io.framegate.upstream;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

import io.framegate.connection.ConnectionContext;
import io.framegate.route.HealthCheck;
import io.framegate.route.Upstream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Probes targets from time to time. Ejected targets are tried this way too, so that no
 * client has to. Virtual threads for each target.
 */
final class HealthChecks {

	private static final Logger logger = LoggerFactory.getLogger(HealthChecks.class);

	/** How late an ejected target is tried. */
	private static final long TRIAL_MILLIS = 200;

	/** No pause is shorter, so a target that is up is not looked at more often. */
	private static final long CALM_MILLIS = OutlierEjection.LEAST_PAUSE / 1_000_000;

	private final HealthCheck check;

	private final HealthProbe probe;

	private final String route;

	private final LongSupplier clock;

	private final Consumer<TargetState> wentDown;

	private final Consumer<TargetState> cameBack;

	private final Set<TargetState> watched = ConcurrentHashMap.newKeySet();

	private final CountDownLatch stopped = new CountDownLatch(1);

	HealthChecks(HealthProbe probe, Upstream upstream, ConnectionContext context, Consumer<TargetState> wentDown,
			Consumer<TargetState> cameBack, LongSupplier clock) {
		this.clock = clock;
		this.probe = probe;
		this.check = upstream.healthCheck();
		this.route = context.route();
		this.wentDown = wentDown;
		this.cameBack = cameBack;
	}

	/**
	 * Watches every target that is not watched yet, until it is no target any more.
	 * @param all the targets
	 */
	void start(Targets all) {
		for (TargetState state : all.all()) {
			if (this.watched.add(state)) {
				Thread.ofVirtual().name("framegate-trial-" + state.target()).start(() -> tryEjected(state, all));
				if (this.check.interval().isPositive()) {
					Thread.ofVirtual().name("framegate-health-" + state.target()).start(() -> watch(state, all));
				}
			}
		}
	}

	void stop() {
		this.stopped.countDown();
	}

	private boolean isStoppedWithin(long millis) {
		try {
			return this.stopped.await(millis, TimeUnit.MILLISECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return true;
		}
	}

	private void tryEjected(TargetState state, Targets all) {
		while (!isStoppedWithin(state.isUp() ? CALM_MILLIS : TRIAL_MILLIS) && isStill(state, all)) {
			if (state.isTrialDue()) {
				if (this.probe.fault(state) == null) {
					well(state);
				}
				else {
					state.failed(this.probe.proof());
				}
			}
		}
	}

	private boolean isStill(TargetState state, Targets all) {
		boolean still = all.all().contains(state);
		if (!still) {
			this.watched.remove(state);
		}
		return still;
	}

	private void watch(TargetState state, Targets all) {
		int bad = 0;
		int good = 0;
		long next = this.clock.getAsLong();
		boolean down;
		do {
			String fault = this.probe.fault(state);
			bad = (fault != null) ? bad + 1 : 0;
			good = (fault != null) ? 0 : good + 1;
			down = state.health() == TargetState.Status.DOWN;
			if (fault == null && !down) {
				well(state);
			}
			if (!down && bad >= this.check.fall()) {
				logger.warn("Route '{}': target {} is down after {} failed probes: {}", this.route, state.target(), bad,
						fault);
				state.down(true);
				this.wentDown.accept(state);
				down = true;
			}
			else if (down && good >= this.check.rise()) {
				logger.info("Route '{}': target {} is up again after {} good probes", this.route, state.target(), good);
				state.down(false);
				well(state);
				down = false;
			}
			next = Math.max(next + pause(down), this.clock.getAsLong());
		}
		while (!isStoppedWithin(Math.max(1, TimeUnit.NANOSECONDS.toMillis(next - this.clock.getAsLong())))
				&& isStill(state, all));
	}

	/**
	 * The time between probes: shorter while the target is down, so that it is back
	 * within one interval.
	 */
	private long pause(boolean down) {
		long interval = this.check.interval().toNanos();
		return down ? interval / (this.check.rise() + 1) : interval;
	}

	private void well(TargetState state) {
		TargetState.Status before = state.health();
		state.well(this.probe.proof());
		if (before != TargetState.Status.UP && state.isUp()) {
			this.cameBack.accept(state);
		}
	}

}
