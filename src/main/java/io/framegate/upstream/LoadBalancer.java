package io.framegate.upstream;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import io.framegate.route.Balance;
import org.jspecify.annotations.Nullable;

/**
 * The order in which targets are tried. Each policy is a small class. Any thread may
 * call.
 */
abstract class LoadBalancer {

	private final AtomicInteger turn = new AtomicInteger();

	/**
	 * The balancer of a policy.
	 * @param policy the policy
	 * @return a new one, at its first turn
	 */
	static LoadBalancer of(Balance policy) {
		return switch (policy) {
			case FAILOVER -> new Failover();
			case ROUND_ROBIN -> new RoundRobin();
			case LEAST_CONNECTIONS -> new LeastConnections();
			case SOURCE_HASH -> new SourceHash();
		};
	}

	/**
	 * The order in which targets are tried for a client.
	 * @param up the targets that are up, as configured, at least one
	 * @param client the client's address, or {@code null}
	 * @return a new list, best first
	 */
	abstract List<TargetState> order(List<TargetState> up, @Nullable InetAddress client);

	/**
	 * The targets that permanent links lead to.
	 * @param up the targets that are up, as configured, at least one
	 * @return some of them
	 */
	List<TargetState> forLinks(List<TargetState> up) {
		return up;
	}

	/**
	 * Whether connections are spread evenly over the targets.
	 */
	boolean spreads() {
		return false;
	}

	/**
	 * Whether a target is preferred to those configured after it.
	 * @return {@code false} if the order does not matter
	 */
	boolean prefersFirst() {
		return false;
	}

	/**
	 * Whether each client belongs to one target, the first in its order.
	 */
	boolean hasHomes() {
		return false;
	}

	/**
	 * Whether the least busy of several links carries the next exchange.
	 * @return {@code false} for the next in turn
	 */
	boolean prefersLeastBusy() {
		return false;
	}

	/**
	 * The same targets, beginning with another one each time.
	 * @param up the targets that are up, at least one
	 * @return a new list
	 */
	final List<TargetState> inTurn(List<TargetState> up) {
		int first = Math.floorMod(this.turn.getAndIncrement(), up.size());
		List<TargetState> turned = new ArrayList<>(up.subList(first, up.size()));
		turned.addAll(up.subList(0, first));
		return turned;
	}

	/** In the configured order. */
	private static final class Failover extends LoadBalancer {

		@Override
		List<TargetState> order(List<TargetState> up, @Nullable InetAddress client) {
			return new ArrayList<>(up);
		}

		@Override
		List<TargetState> forLinks(List<TargetState> up) {
			return List.of(up.stream().filter(TargetState::isLookedUp).findFirst().orElse(up.getFirst()));
		}

		@Override
		boolean prefersFirst() {
			return true;
		}

	}

	/** Each in its turn. */
	private static final class RoundRobin extends LoadBalancer {

		@Override
		List<TargetState> order(List<TargetState> up, @Nullable InetAddress client) {
			return inTurn(up);
		}

		@Override
		boolean spreads() {
			return true;
		}

	}

	/** The one with the fewest connections, in turn if they are equal. */
	private static final class LeastConnections extends LoadBalancer {

		@Override
		List<TargetState> order(List<TargetState> up, @Nullable InetAddress client) {
			List<TargetState> sorted = inTurn(up);
			sorted.sort(Comparator.comparingInt(TargetState::connections));
			return sorted;
		}

		@Override
		boolean spreads() {
			return true;
		}

		@Override
		boolean prefersLeastBusy() {
			return true;
		}

	}

	/** Always the same one for a client's address. */
	private static final class SourceHash extends LoadBalancer {

		@Override
		List<TargetState> order(List<TargetState> up, @Nullable InetAddress client) {
			List<TargetState> sorted = new ArrayList<>(up);
			sorted.sort(Comparator.comparingLong((state) -> -weight(state, client)));
			return sorted;
		}

		/**
		 * Highest random weight: a target that is added or removed moves only its own
		 * clients.
		 */
		private static long weight(TargetState state, @Nullable InetAddress client) {
			long hash = state.target().toString().hashCode() * 0x9E3779B97F4A7C15L;
			hash ^= ((client != null) ? Arrays.hashCode(client.getAddress()) : 0) * 0xC2B2AE3D27D4EB4FL;
			hash = (hash ^ (hash >>> 33)) * 0xFF51AFD7ED558CCDL;
			hash = (hash ^ (hash >>> 33)) * 0xC4CEB9FE1A85EC53L;
			return (hash ^ (hash >>> 33)) & Long.MAX_VALUE;
		}

		@Override
		boolean hasHomes() {
			return true;
		}

	}

}
