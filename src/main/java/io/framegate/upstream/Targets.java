package io.framegate.upstream;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

import io.framegate.connection.RouteMeters;
import io.framegate.route.Balance;
import io.framegate.route.Target;
import io.framegate.route.Upstream;
import org.jspecify.annotations.Nullable;

/**
 * A route's targets: which are up, where they are, and which comes next. Names are looked
 * up at the start and again every {@link #LOOK_UP_EVERY}. Any thread may call.
 */
public final class Targets {

	/** How often names are looked up again. */
	static final Duration LOOK_UP_EVERY = Duration.ofSeconds(5);

	private final Balance balance;

	private final RouteMeters meters;

	private final int fall;

	private volatile List<TargetState> states;

	private final AtomicInteger turn = new AtomicInteger();

	private final CountDownLatch stopped = new CountDownLatch(1);

	public Targets(Upstream upstream, RouteMeters meters) {
		this.balance = upstream.balance();
		this.meters = meters;
		this.fall = upstream.healthCheck().fall();
		this.states = upstream.targets().stream().map(this::state).toList();
	}

	private TargetState state(Target target) {
		return new TargetState(target, this.fall);
	}

	/**
	 * Begins to look up names, each for itself: none waits for another.
	 */
	void start() {
		this.states.forEach(this::show);
		this.meters.forgetTargetsBut(this.states.stream().map((state) -> state.target().toString()).toList());
		this.states.forEach(this::watchAddress);
	}

	private void show(TargetState state) {
		this.meters.watchTarget(state.target().toString(), () -> switch (state.status()) {
			case UNKNOWN -> Double.NaN;
			case UP -> 1;
			case EJECTED, DOWN -> 0;
		});
	}

	private void watchAddress(TargetState state) {
		if (Resolver.isLiteral(state.target().host())) {
			lookUp(state);
		}
		else {
			Thread.ofVirtual().name("framegate-resolver-" + state.target()).start(() -> {
				lookUp(state);
				lookUpAgainAndAgain(state);
			});
		}
	}

	/**
	 * Takes other targets: those that were there before keep their state.
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
		added.forEach(this::show);
		added.forEach(this::watchAddress);
		before.stream()
			.filter((state) -> !after.contains(state))
			.forEach((state) -> this.meters.forgetTarget(state.target().toString()));
	}

	private void lookUpAgainAndAgain(TargetState state) {
		try {
			while (!this.stopped.await(LOOK_UP_EVERY.toMillis(), TimeUnit.MILLISECONDS)
					&& this.states.contains(state)) {
				lookUp(state);
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private static void lookUp(TargetState state) {
		try {
			state.addresses(Resolver.resolve(state.target()));
		}
		catch (UnknownHostException ex) {
			// What was known before may still be right.
			if (state.addresses().isEmpty()) {
				Target target = state.target();
				state.addresses(List.of(InetSocketAddress.createUnresolved(target.host(), target.port())));
			}
		}
	}

	void stop() {
		this.stopped.countDown();
	}

	/**
	 * The targets to try, best first; those whose names are not looked up yet come last.
	 * @param client the client's address, for {@code source-hash}
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
	 * Targets that are up, best first. Where none is, those that are only left alone for
	 * a while: a connect is the only way to find out.
	 */
	private List<TargetState> inOrder(@Nullable InetAddress client) {
		List<TargetState> up = with(TargetState::isUp);
		if (up.isEmpty()) {
			return with((state) -> state.status() == TargetState.Status.EJECTED);
		}
		List<TargetState> order = switch (this.balance) {
			case FAILOVER -> new ArrayList<>(up);
			case ROUND_ROBIN -> turned(up);
			case LEAST_CONNECTIONS -> {
				List<TargetState> sorted = turned(up);
				sorted.sort(Comparator.comparingInt(TargetState::connections));
				yield sorted;
			}
			case SOURCE_HASH -> {
				List<TargetState> sorted = new ArrayList<>(up);
				sorted.sort(Comparator.comparingLong((state) -> -weight(state, client)));
				yield sorted;
			}
		};
		order.sort(Comparator.comparing(TargetState::isLookedUp).reversed());
		return order;
	}

	/**
	 * The targets that permanent links lead to: all that are up, for {@code failover} the
	 * first of them.
	 * @return the targets, those left alone for a while where there is no better one
	 */
	List<TargetState> forLinks() {
		List<TargetState> up = with(TargetState::isUp);
		if (up.isEmpty()) {
			return with((state) -> state.status() == TargetState.Status.EJECTED);
		}
		if (this.balance == Balance.FAILOVER) {
			return List.of(up.stream().filter(TargetState::isLookedUp).findFirst().orElse(up.getFirst()));
		}
		return up;
	}

	/**
	 * Whether exchanges should be kept from a target: a health check has found it down,
	 * or it does not answer, and there is another.
	 * @param state the target
	 * @return whether others are to be preferred
	 */
	boolean isToBeLeft(TargetState state) {
		return !state.isUp() && (state.status() == TargetState.Status.DOWN || state.isSilent())
				&& this.states.stream().anyMatch(TargetState::isUp);
	}

	/**
	 * Whether there is another target to go to.
	 * @param state a target
	 * @return whether another is up
	 */
	boolean isOtherUpThan(@Nullable TargetState state) {
		return this.states.stream().anyMatch((other) -> other != state && other.isUp());
	}

	/**
	 * Whether connections are to be spread over targets.
	 * @return whether there are several, all alike
	 */
	boolean isSpread() {
		return this.states.size() > 1
				&& (this.balance == Balance.ROUND_ROBIN || this.balance == Balance.LEAST_CONNECTIONS);
	}

	/**
	 * The targets that are up, beginning with another one each time.
	 * @return the targets
	 */
	List<TargetState> inTurn() {
		List<TargetState> up = with(TargetState::isUp);
		return up.isEmpty() ? up : turned(up);
	}

	/**
	 * When a probe of any target last succeeded.
	 * @return a {@link System#nanoTime()} stamp, 0 for never
	 */
	long lastWellAt() {
		long last = 0;
		for (TargetState state : this.states) {
			long wellAt = state.wellAt();
			if (wellAt != 0 && (last == 0 || wellAt - last > 0)) {
				last = wellAt;
			}
		}
		return last;
	}

	Balance balance() {
		return this.balance;
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

	private List<TargetState> turned(List<TargetState> up) {
		int first = Math.floorMod(this.turn.getAndIncrement(), up.size());
		List<TargetState> turned = new ArrayList<>(up.subList(first, up.size()));
		turned.addAll(up.subList(0, first));
		return turned;
	}

	/**
	 * Highest random weight: a target that comes or goes moves only its own clients.
	 */
	private static long weight(TargetState state, @Nullable InetAddress client) {
		long hash = state.target().toString().hashCode() * 0x9E3779B97F4A7C15L;
		hash ^= ((client != null) ? Arrays.hashCode(client.getAddress()) : 0) * 0xC2B2AE3D27D4EB4FL;
		hash = (hash ^ (hash >>> 33)) * 0xFF51AFD7ED558CCDL;
		hash = (hash ^ (hash >>> 33)) * 0xC4CEB9FE1A85EC53L;
		return (hash ^ (hash >>> 33)) & Long.MAX_VALUE;
	}

	/**
	 * Whether a connection should move on because a target before its own is up again.
	 * @param state the connection's target
	 * @return whether there is a better one
	 */
	boolean isBetterUpThan(TargetState state) {
		return this.states.stream().anyMatch((other) -> other.isUp() && other.isLookedUp() && isBefore(other, state));
	}

	/**
	 * Whether a target is preferred to another.
	 * @param one a target
	 * @param other another
	 * @return whether it is named first, where that matters
	 */
	boolean isBefore(@Nullable TargetState one, TargetState other) {
		List<TargetState> all = this.states;
		return this.balance == Balance.FAILOVER && all.contains(one) && all.indexOf(one) < all.indexOf(other);
	}

	/**
	 * The target that a client's exchanges belong to.
	 * @param client the client's address
	 * @return the target, or {@code null} where any will do
	 */
	@Nullable TargetState home(@Nullable InetAddress client) {
		if (this.balance != Balance.SOURCE_HASH || this.states.size() < 2) {
			return null;
		}
		List<TargetState> ordered = inOrder(client);
		return ordered.isEmpty() ? null : ordered.getFirst();
	}

	public List<TargetState> all() {
		return this.states;
	}

}
