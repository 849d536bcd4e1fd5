package io.framegate.lifecycle;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

import io.framegate.inbound.ListeningSocket;
import io.framegate.route.Listen;
import io.framegate.route.Route;
import org.jspecify.annotations.Nullable;

/**
 * Finds a listening socket for each new and replaced route before anything is changed:
 * the old route's, that of another route that gives its port up, or a new one. If a route
 * cannot have its port, the old one keeps its own, and a route that wanted that one fails
 * too. One thread at a time.
 */
final class SocketClaims {

	private final Opener opener;

	/** Opens listening sockets. */
	interface Opener {

		/**
		 * Opens a socket.
		 * @param route whose socket it is
		 * @param port the port, 0 for any free one
		 * @return the socket
		 * @throws io.framegate.inbound.BindFailedException if the port cannot be bound
		 */
		ListeningSocket open(Route route, int port);

	}

	private final List<RunningRoute> running;

	private final Map<Route, Claim> claims = new LinkedHashMap<>();

	/**
	 * Makes the claims.
	 * @param running the current routes
	 * @param plan what changes
	 * @param opener opens a new socket
	 */
	SocketClaims(List<RunningRoute> running, RoutePlan plan, Opener opener) {
		this.running = running;
		this.opener = opener;
		plan.started().forEach((route) -> claim(route, null, plan));
		plan.replaced()
			.stream()
			.filter((change) -> change.before().wantsSocket())
			.forEach((change) -> claim(change.wanted(), change.before(), plan));
		while (this.claims.values().stream().anyMatch(this::failsWithHolder)) {
			// Each round fails one more.
		}
		this.claims.values().forEach(Claim::take);
	}

	/**
	 * A new route's socket.
	 * @param route the route
	 * @return the socket, {@code null} if the route must not listen
	 * @throws RuntimeException if the port cannot be bound
	 */
	@Nullable ListeningSocket of(Route route) {
		Claim claim = this.claims.get(route);
		if (claim == null) {
			return null;
		}
		if (claim.fault != null) {
			throw claim.fault;
		}
		return claim.socket;
	}

	private void claim(Route route, @Nullable RunningRoute before, RoutePlan plan) {
		Claim claim = new Claim(route, before);
		this.claims.put(route, claim);
		claim.holder = this.running.stream()
			.filter((holder) -> holder == before || plan.removed().contains(holder)
					|| plan.replaced().stream().anyMatch((change) -> change.before() == holder))
			.filter((holder) -> holds(holder, route.listen(), holder == before))
			.findFirst()
			.orElse(null);
		if (claim.holder == null && !claim.isInTheWayOfItself()) {
			claim.open();
		}
	}

	private static boolean holds(RunningRoute holder, Listen wanted, boolean own) {
		Listen has = holder.route().listen();
		return holder.isListening() && has.address().equals(wanted.address())
				&& (wanted.port() == holder.port() || (own && wanted.port() == 0 && has.port() == 0));
	}

	private boolean failsWithHolder(Claim claim) {
		RunningRoute holder = claim.holder;
		if (claim.fault != null || holder == null || holder == claim.before) {
			return false;
		}
		for (Claim other : this.claims.values()) {
			if (other.before == holder && other.fault != null) {
				claim.fault = new IllegalStateException(
						"Route '%s' cannot have port %d: route '%s' keeps it (%s)".formatted(claim.route.name(),
								claim.route.listen().port(), holder.name(), other.fault.getMessage()));
				return true;
			}
		}
		return false;
	}

	/** The port that a route wants. */
	private final class Claim {

		private final Route route;

		private final @Nullable RunningRoute before;

		private @Nullable RunningRoute holder;

		private @Nullable ListeningSocket socket;

		private @Nullable RuntimeException fault;

		Claim(Route route, @Nullable RunningRoute before) {
			this.route = route;
			this.before = before;
		}

		/**
		 * Whether the old route has the same port on another address, which may conflict
		 * in the kernel.
		 */
		boolean isInTheWayOfItself() {
			return this.before != null && this.before.isListening() && this.before.port() == this.route.listen().port();
		}

		void open() {
			try {
				this.socket = SocketClaims.this.opener.open(this.route, port());
			}
			catch (RuntimeException ex) {
				this.fault = ex;
			}
		}

		/** A free port that the old route found stays with the route. */
		private int port() {
			int port = this.route.listen().port();
			RunningRoute own = this.before;
			return (port == 0 && own != null && own.route().listen().port() == 0) ? own.port() : port;
		}

		void take() {
			if (this.fault != null || this.socket != null) {
				return;
			}
			if (this.holder != null) {
				this.socket = this.holder.release();
				if (this.socket == null) {
					// It has closed its port meanwhile, because no target is up.
					open();
				}
				return;
			}
			RunningRoute own = this.before;
			if (own != null) {
				own.giveUpPort();
			}
			open();
			if (this.fault != null && own != null) {
				own.listenAgain();
			}
		}

	}

}
