package io.framegate.lifecycle;

import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

import io.framegate.route.WhenDown;
import io.framegate.transport.Loop;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes a route's port while none of its targets is up, if the route is configured so,
 * and opens it again. It looks with every sweep of a loop and acts in the route's turn,
 * once a second at most. A target that was never tried counts as up. The gateway itself
 * finds out that a target is back: no client has to.
 */
final class DownWatch {

	/** The route. Its methods are called in turn, but for the first. */
	interface Owner {

		/**
		 * Whether the route should listen, for all that anybody else wants. Any thread.
		 */
		boolean wantsToListen();

		void openPort();

		void closePort();

	}

	private static final Logger logger = LoggerFactory.getLogger(DownWatch.class);

	private static final long MIN_PAUSE = TimeUnit.SECONDS.toNanos(1);

	private final Owner owner;

	private final String route;

	/** Whether any target is up. */
	private final BooleanSupplier up;

	private final Executor turns;

	private final Loop loop;

	private final Runnable look = this::look;

	private volatile WhenDown whenDown;

	/** The port is closed because no target is up. */
	private volatile boolean closed;

	/** Why the port could not be opened again. */
	private volatile @Nullable String fault;

	/** When it last began to act, on the loop's clock. Its loop only. */
	private long actedAt;

	/** A turn of it is to come, or runs. */
	private volatile boolean acting;

	DownWatch(Owner owner, String route, WhenDown whenDown, BooleanSupplier up, Executor turns, Loop loop) {
		this.owner = owner;
		this.route = route;
		this.whenDown = whenDown;
		this.up = up;
		this.turns = turns;
		this.loop = loop;
		this.actedAt = loop.now();
	}

	void start() {
		this.loop.removeSweeper(this.look);
		this.loop.addSweeper(this.look);
	}

	void stop() {
		this.loop.removeSweeper(this.look);
	}

	/**
	 * Does something else from now on.
	 * @param changed what to do
	 */
	void change(WhenDown changed) {
		this.whenDown = changed;
	}

	/**
	 * The route is about to open its port. In turn.
	 * @return whether it may
	 */
	boolean mayOpen() {
		this.closed = isDown();
		this.fault = null;
		return !this.closed;
	}

	/** The route listens, whatever its targets are. In turn. */
	void opened() {
		this.closed = false;
		this.fault = null;
	}

	private boolean isDown() {
		return this.whenDown == WhenDown.REFUSE && !this.up.getAsBoolean();
	}

	private void look() {
		if (!this.acting && isDown() != this.closed && this.owner.wantsToListen()
				&& this.loop.now() - this.actedAt >= MIN_PAUSE) {
			this.acting = true;
			this.actedAt = this.loop.now();
			this.turns.execute(this::act);
		}
	}

	private void act() {
		try {
			boolean down = isDown();
			if (down != this.closed && this.owner.wantsToListen()) {
				if (down) {
					close();
				}
				else {
					open();
				}
			}
		}
		finally {
			this.acting = false;
		}
	}

	private void close() {
		this.closed = true;
		this.owner.closePort();
		logger.warn("Route '{}' has closed its port: {}", this.route, reason());
	}

	private void open() {
		try {
			this.owner.openPort();
			opened();
			logger.info("Route '{}' listens again: a target is up", this.route);
		}
		catch (RuntimeException ex) {
			String text = String.valueOf(ex.getMessage());
			if (!text.equals(this.fault)) {
				logger.error("Route '{}' could not open its port again and will retry: {}", this.route, text);
			}
			this.fault = text;
		}
	}

	/**
	 * Whether the port is closed because no target is up.
	 */
	boolean isClosed() {
		return this.closed;
	}

	/**
	 * Why the port is closed.
	 * @return a sentence for operators
	 */
	String reason() {
		String failed = this.fault;
		return (failed != null) ? failed : "no target is up, and listen.when-down is refuse";
	}

}
