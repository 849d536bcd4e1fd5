package io.framegate.connection;

import java.util.EnumSet;
import java.util.Set;

import io.framegate.closure.Cause;
import io.framegate.closure.CloseReason;
import io.framegate.closure.Side;
import io.framegate.timeout.Timeout;

/**
 * The timers of a connection. None is set or cancelled: a sweep compares their start
 * times with their limits. Event loop only, but for {@link #startedAt}.
 */
final class ConnectionTimers {

	private static final Timeout[] TIMERS = Timeout.values();

	/** They begin with a new state, at which the connection is looked at. */
	private static final Set<Timeout> ANNOUNCED = EnumSet.of(Timeout.CONNECT, Timeout.TLS_HANDSHAKE, Timeout.DRAIN);

	/** Whether a connection is idle is looked at again after so many nanoseconds. */
	private static final long IDLE_LOOK = 1_000_000_000;

	/** A connection is looked at after so many nanoseconds at the latest. */
	private static final long MAX_LOOK = 30_000_000_000L;

	private final Owner owner;

	private final ConnectionLifecycle lifecycle;

	private final ConnectionContext context;

	private final long begunAt;

	private long shakingSince;

	private long establishedAt;

	private long drainStartedAt;

	ConnectionTimers(Owner owner, ConnectionContext context, ConnectionLifecycle lifecycle) {
		this.owner = owner;
		this.context = context;
		this.lifecycle = lifecycle;
		this.begunAt = owner.now();
	}

	/**
	 * A TLS handshake begins. Accepted connections have had their time from the accept.
	 */
	void shakeHands() {
		this.shakingSince = (this.context.side() == Side.INBOUND) ? this.begunAt : this.owner.now();
	}

	void established() {
		this.establishedAt = this.owner.now();
	}

	/**
	 * The drain timer starts, unless it runs.
	 * @param since when the drain began, a {@link System#nanoTime()} stamp
	 * @return whether it did not run
	 */
	boolean startDrain(long since) {
		boolean first = this.drainStartedAt == 0;
		if (first) {
			this.drainStartedAt = since;
		}
		return first;
	}

	long begunAt() {
		return this.begunAt;
	}

	/**
	 * When a running timer started.
	 * @param timer the timer
	 * @return a {@link System#nanoTime()} stamp, 0 if it does not run
	 */
	long startedAt(Timeout timer) {
		ConnectionState state = this.lifecycle.state();
		boolean draining = state == ConnectionState.DRAINING;
		boolean inUse = this.establishedAt != 0 && !draining;
		return switch (timer) {
			case CONNECT -> (state == ConnectionState.CONNECTING) ? this.begunAt : 0;
			case TLS_HANDSHAKE -> switch (state) {
				case PROXY_HEADER -> this.begunAt;
				case TLS_HANDSHAKE -> this.shakingSince;
				default -> 0;
			};
			case FIRST_FRAME -> (inUse && this.context.side() == Side.INBOUND && this.owner.isFirstFrameAwaited())
					? this.establishedAt + this.owner.delayed() : 0;
			case FRAME -> this.owner.frameStartedAt();
			case IDLE -> inUse ? this.owner.lastActivity() : 0;
			case REPLY -> this.owner.awaitingReplySince();
			case WRITE -> this.owner.writeWaitingSince();
			case DRAIN -> draining ? this.drainStartedAt : 0;
			case MAX_AGE -> (inUse && this.context.side() == Side.INBOUND) ? this.establishedAt : 0;
		};
	}

	/**
	 * Looks whether a timer has expired.
	 * @param now a {@link System#nanoTime()} stamp
	 * @return when the next one can expire, unless the connection's state changes and as
	 * long as none is started with an earlier time than that of its start: a stamp
	 */
	long sweep(long now) {
		long wait = MAX_LOOK;
		for (Timeout timer : TIMERS) {
			long limit = this.context.timeouts().nanos(timer);
			if (limit > 0) {
				long started = startedAt(timer);
				if (started == 0 && ANNOUNCED.contains(timer)) {
					continue;
				}
				long left = (started != 0) ? started + limit - now : limit;
				if (left <= 0) {
					expire(timer);
					return now;
				}
				// What the handler takes for activity can be long ago when it says so.
				boolean excused = timer == Timeout.IDLE && started == 0 && this.establishedAt != 0;
				wait = Math.min(wait, excused ? Math.min(left, IDLE_LOOK) : left);
			}
		}
		return now + wait;
	}

	private void expire(Timeout timer) {
		this.context.timeouts().countFired(timer);
		String limit = this.context.timeouts().limit(timer).text();
		String detail = timer.label() + " timer (" + limit + ") ran out";
		this.owner.expired(timer, Cause.byGateway(reason(timer), this.owner.explain(timer, detail)));
	}

	private static CloseReason reason(Timeout timer) {
		return switch (timer) {
			case CONNECT -> CloseReason.CONNECT_TIMEOUT;
			case TLS_HANDSHAKE -> CloseReason.TLS_HANDSHAKE_TIMEOUT;
			case FIRST_FRAME -> CloseReason.FIRST_FRAME_TIMEOUT;
			case FRAME -> CloseReason.FRAME_TIMEOUT;
			case IDLE -> CloseReason.IDLE_TIMEOUT;
			case REPLY -> CloseReason.REPLY_TIMEOUT;
			case WRITE -> CloseReason.WRITE_TIMEOUT;
			case DRAIN -> CloseReason.DRAIN_TIMEOUT;
			case MAX_AGE -> CloseReason.MAX_AGE;
		};
	}

	/** What the timers need of their connection. */
	interface Owner {

		/** The time, a {@link System#nanoTime()} stamp. */
		long now();

		/** Whether the peer must begin but has sent no complete frame and no FIN. */
		boolean isFirstFrameAwaited();

		/** How long the peer was made to wait, because it sends too fast. */
		long delayed();

		/** When the incomplete frame began, 0 for none. */
		long frameStartedAt();

		/** When a byte was last sent or received, 0 if being idle is no fault. */
		long lastActivity();

		/** Since when a reply is awaited from the peer, 0 for none. */
		long awaitingReplySince();

		/** Since when pending bytes wait for the peer's kernel, 0 if none do. */
		long writeWaitingSince();

		/** Adds to a timer's message what the peer has not done. */
		String explain(Timeout timer, String message);

		/** A timer has expired. */
		void expired(Timeout timer, Cause cause);

	}

}
