package io.framegate.lifecycle;

import java.util.concurrent.CompletableFuture;

import io.framegate.closure.Cause;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A route on its way out: it drains, then it is taken away. The drain may last long, so
 * it has a thread of its own; whatever changes routes holds one lock.
 */
final class RouteReplacement implements Runnable {

	private static final Logger logger = LoggerFactory.getLogger(RouteReplacement.class);

	private final CompletableFuture<Void> done = new CompletableFuture<>();

	private final Routes routes;

	private final RunningRoute leaving;

	private final Runnable drain;

	private final Object lock;

	RouteReplacement(Routes routes, RunningRoute leaving, Cause cause, Object lock) {
		this.routes = routes;
		this.leaving = leaving;
		this.lock = lock;
		this.drain = routes.drain(leaving, cause);
	}

	/**
	 * Done when the route is gone.
	 * @return the end
	 */
	CompletableFuture<Void> done() {
		return this.done;
	}

	String name() {
		return this.leaving.name();
	}

	@Override
	public void run() {
		try {
			this.drain.run();
			synchronized (this.lock) {
				if (!this.routes.isClosing()) {
					this.routes.remove(this.leaving);
				}
			}
		}
		catch (RuntimeException ex) {
			logger.error("Route '{}' could not be removed", this.leaving.name(), ex);
		}
		finally {
			this.done.complete(null);
		}
	}

}
