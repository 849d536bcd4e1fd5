package io.framegate.lifecycle;

import java.util.concurrent.CompletableFuture;

import io.framegate.closure.Cause;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A route that drains and is then removed. The drain may take long, so it has its own
 * thread. Everything that changes routes holds one lock.
 */
final class RouteReplacement implements Runnable {

	private static final Logger logger = LoggerFactory.getLogger(RouteReplacement.class);

	private final CompletableFuture<Void> done = new CompletableFuture<>();

	private final Routes routes;

	private final RunningRoute route;

	private final Runnable drain;

	private final Object lock;

	RouteReplacement(Routes routes, RunningRoute route, Cause cause, Object lock) {
		this.routes = routes;
		this.route = route;
		this.lock = lock;
		this.drain = routes.drain(route, cause);
	}

	/**
	 * Completed when the route is removed.
	 * @return the end
	 */
	CompletableFuture<Void> done() {
		return this.done;
	}

	String name() {
		return this.route.name();
	}

	@Override
	public void run() {
		try {
			this.drain.run();
			synchronized (this.lock) {
				if (!this.routes.isClosing()) {
					this.routes.remove(this.route);
				}
			}
		}
		catch (RuntimeException ex) {
			logger.error("Route '{}' could not be removed", this.route.name(), ex);
		}
		finally {
			this.done.complete(null);
		}
	}

}
