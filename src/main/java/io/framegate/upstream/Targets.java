package io.framegate.upstream;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

import io.framegate.metrics.RouteMetrics;
import io.framegate.route.Target;
import io.framegate.route.Upstream;
import org.jspecify.annotations.Nullable;

/**
 * A route's targets: which are up, their addresses, and which comes next. Names are
 * resolved at the start and again every {@link TargetResolver#LOOK_UP_EVERY}. Any thread
 * may call.
 */
public final class Targets {

	private final LoadBalancer balancer;

	/** The balancer's answers, kept here because every exchange asks. */
	private final boolean homes;

	private final boolean leastBusy;

	private final RouteMetrics metrics;

	private final int fall;

	private final LongSupplier clock;

	private final TargetSwitches switches;

	private volatile List<TargetState> states;

	private final TargetResolver resolver = new TargetResolver((state) -> all().contains(state));

	/**
	 * Nothing is known of them yet.
	 * @param upstream which they are, and how they are chosen
	 * @param metrics shows whether they are up
	 * @param clock gives {@link System#nanoTime()} stamps, any thread may call it
	 */
	public Targets(Upstream upstream, RouteMetrics metrics, LongSupplier clock) {
		this(upstream, metrics, clock, new TargetSwitches());
	}

	Targets(Upstream upstream, RouteMetrics metrics, LongSupplier clock, TargetSwitches switches) {
		this.switches = switches;
		this.clock = clock;
		this.balancer = LoadBalancer.of(upstream.balance());
		this.homes = this.balancer.hasHomes();
		this.leastBusy = this.balancer.prefersLeastBusy();
		this.metrics = metrics;
		this.fall = upstream.healthCheck().fall();
		this.states = upstream.targets().stream().map(this::state).toList();
	}

	private TargetState state(Target target) {
		return new TargetState(target, this.fall, this.clock, this.switches.of(target));
	}

	/**
	 * Begins to resolve names, each independently: none waits for another.
	 */
	public void start() {
		this.states.forEach(this::show);
		this.switches.keepOnly(this.states.stream().map(TargetState::target).toList());
		this.metrics.forgetTargetsBut(this.states.stream().map((state) -> state.target().toString()).toList());
		this.states.forEach(this.resolver::start);
	}

	private void show(TargetState state) {
		this.metrics.watchTarget(state.target().toString(), () -> switch (state.status()) {
			case UNKNOWN -> Double.NaN;
			case UP -> 1;
			case EJECTED, DOWN, DRAINING, DISABLED -> 0;
		});
	}

	/**
	 * Replaces the targets. Those that stay keep their state.
	 * @param targets the targets
	 */
	synchronized void change(List<Target> targets) {
		List<TargetState> before = this.states;
		List<TargetState> after = new ArrayList<>();
		List<TargetState> added = new ArrayList<>();
		for (Target target : targets) {
			after.add(before.stream().filter((known) -> known.target().equals(target)).findFirst().orElseGet(() -> {
				TargetState state = state(target);
				added.add(state);
				return state;
			}));
		}
		this.states = List.copyOf(after);
		this.switches.keepOnly(targets);
		added.forEach(this::show);
		added.forEach(this.resolver::start);
		before.stream()
			.filter((state) -> !after.contains(state))
			.forEach((state) -> this.metrics.forgetTarget(state.target().toString()));
	}

	void stop() {
		this.resolver.stop();
	}

	/**
	 * The targets to try, best first; those whose names are not resolved yet come last.
	 * @param client the client's address, used by {@code source-hash}
	 * @param first the target to try first, or {@code null}
	 * @return the targets
	 */
	List<TargetState> toTry(@Nullable InetAddress client, @Nullable TargetState first) {
		List<TargetState> order = new ArrayList<>(inOrder(client));
		if (first != null && first.isLookedUp() && order.remove(first)) {
			order.addFirst(first);
		}
		return order;
	}

	/**
	 * Targets that are up, best first. If none is, ejected ones: a connect is the only
	 * way to find out. Never those that an operator has disabled.
	 */
	private List<TargetState> inOrder(@Nullable InetAddress client) {
		List<TargetState> up = with(TargetState::isUp);
		if (up.isEmpty()) {
			return with((state) -> state.status() == TargetState.Status.EJECTED);
		}
		List<TargetState> order = this.balancer.order(up, client);
		order.sort(Comparator.comparing(TargetState::isLookedUp).reversed());
		return order;
	}

	/**
	 * The targets that permanent links lead to: all that are up, for {@code failover} the
	 * first of them.
	 * @return the targets; ejected ones if there is no better one
	 */
	public List<TargetState> forLinks() {
		List<TargetState> up = with(TargetState::isUp);
		if (up.isEmpty()) {
			return with((state) -> state.status() == TargetState.Status.EJECTED);
		}
		return this.balancer.forLinks(up);
	}

	/**
	 * Whether exchanges should avoid a target: a health check has found it down, or it
	 * does not answer, and there is another.
	 * @param state the target
	 */
	public boolean isToBeLeft(TargetState state) {
		return !state.isUp() && (state.health() == TargetState.Status.DOWN || state.isSilent())
				&& this.states.stream().anyMatch(TargetState::isUp);
	}

	/**
	 * Whether an operator has disabled every target, and there are any.
	 */
	public boolean areAllOff() {
		List<TargetState> all = this.states;
		return !all.isEmpty() && all.stream().allMatch(TargetState::isOff);
	}

	/**
	 * Whether another target is up.
	 * @param state a target
	 */
	public boolean isOtherUpThan(@Nullable TargetState state) {
		return this.states.stream().anyMatch((other) -> other != state && other.isUp());
	}

	/**
	 * Whether connections are spread evenly over several targets.
	 */
	public boolean isSpread() {
		return this.states.size() > 1 && this.balancer.spreads();
	}

	/**
	 * The targets that are up, beginning with another one each time.
	 * @return the targets
	 */
	public List<TargetState> inTurn() {
		List<TargetState> up = with(TargetState::isUp);
		return up.isEmpty() ? up : this.balancer.inTurn(up);
	}

	/**
	 * When a probe of any target last succeeded.
	 * @return a {@link System#nanoTime()} stamp, 0 for never
	 */
	public long lastWellAt() {
		long last = 0;
		for (TargetState state : this.states) {
			long wellAt = state.wellAt();
			if (wellAt != 0 && (last == 0 || wellAt - last > 0)) {
				last = wellAt;
			}
		}
		return last;
	}

	/**
	 * Whether the least busy of several links carries the next exchange.
	 * @return {@code false} for the next in turn
	 */
	public boolean prefersLeastBusy() {
		return this.leastBusy;
	}

	private List<TargetState> with(Predicate<TargetState> wanted) {
		List<TargetState> found = new ArrayList<>(this.states.size());
		for (TargetState state : this.states) {
			if (wanted.test(state)) {
				found.add(state);
			}
		}
		return found;
	}

	/**
	 * Whether a connection should move because a target configured before its own is up
	 * again.
	 * @param state the connection's target
	 */
	public boolean isBetterUpThan(TargetState state) {
		return this.states.stream()
			.anyMatch((other) -> other.isInviting() && other.isLookedUp() && isBefore(other, state));
	}

	/**
	 * Whether a target is preferred to another, because it is configured first.
	 * @param one a target
	 * @param other another
	 */
	public boolean isBefore(@Nullable TargetState one, TargetState other) {
		List<TargetState> all = this.states;
		return this.balancer.prefersFirst() && all.contains(one) && all.indexOf(one) < all.indexOf(other);
	}

	/**
	 * The target that a client's exchanges belong to.
	 * @param client the client's address
	 * @return the target, or {@code null} if any will do
	 */
	public @Nullable TargetState home(@Nullable InetAddress client) {
		if (!this.homes || this.states.size() < 2) {
			return null;
		}
		List<TargetState> ordered = inOrder(client);
		return ordered.isEmpty() ? null : ordered.getFirst();
	}

	public List<TargetState> all() {
		return this.states;
	}

}
