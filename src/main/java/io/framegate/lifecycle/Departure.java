package io.framegate.lifecycle;

import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

import io.framegate.connection.Cause;
import io.framegate.route.Route;
import org.jspecify.annotations.Nullable;

/**
 * A route on its way out: it drains, then it is taken away, and another one of its name
 * may take its place. The drain may last long, so it has a thread of its own; whatever
 * changes routes holds one lock.
 */
final class Departure implements Runnable {

	private final CompletableFuture<Void> done = new CompletableFuture<>();

	private final Routes routes;

	private final RunningRoute leaving;

	private final Runnable drain;

	private final Object lock;

	private final Consumer<String> faults;

	private @Nullable Route successor;

	Departure(Routes routes, RunningRoute leaving, Cause cause, @Nullable Route successor, Object lock,
			Consumer<String> faults) {
		this.routes = routes;
		this.leaving = leaving;
		this.successor = successor;
		this.lock = lock;
		this.faults = faults;
		this.drain = routes.drain(leaving, cause);
	}

	/**
	 * Names the route that comes after it. The caller holds the lock.
	 * @param route the route, or {@code null} for none
	 */
	void succeededBy(@Nullable Route route) {
		this.successor = route;
	}

	boolean isOf(RunningRoute route) {
		return this.leaving == route;
	}

	/**
	 * Done when the route is gone and its successor, if there is one, is there or has
	 * failed.
	 * @return the end
	 */
	CompletableFuture<Void> done() {
		return this.done;
	}

	@Override
	public void run() {
		this.drain.run();
		try {
			synchronized (this.lock) {
				finish();
			}
		}
		catch (RuntimeException ex) {
			this.faults.accept("route '" + this.leaving.name() + "': " + Reload.text(ex));
		}
		finally {
			this.done.complete(null);
		}
	}

	private void finish() {
		Route next = this.successor;
		if (this.routes.isClosing()) {
			if (next != null) {
				throw new IllegalStateException("the gateway began to stop");
			}
			return;
		}
		this.routes.remove(this.leaving);
		if (next != null) {
			this.routes.add(next);
		}
	}

}
