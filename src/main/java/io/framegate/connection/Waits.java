package io.framegate.connection;

import java.io.IOException;

import io.framegate.timeout.Timer;

/**
 * The timers of a connection. None is set or cancelled: a sweep compares when each began
 * with its limit. Event loop only, but for {@link #startedAt}.
 */
final class Waits {

	private static final Timer[] TIMERS = Timer.values();

	/** How often the kernel is asked about a peer that takes nothing. */
	private static final long ASK_STUCK_NANOS = 100_000_000;

	/** How often the kernel is asked about a peer that sends nothing more. */
	private static final long ASK_NANOS = 1_000_000_000;

	private final FrameConnection connection;

	private final long begunAt = System.nanoTime();

	private long establishedAt;

	private long drainStartedAt;

	/** When the kernel was asked about the peer. */
	private long askedAt;

	/** The limit of the write timer that the kernel knows, in nanoseconds; 0 for none. */
	private long kernelWriteLimit;

	/** {@link Output#lastWriteAt} when everything written was acknowledged. */
	private long acknowledgedWrite;

	/** Whether our FIN was, then. */
	private boolean acknowledgedFin;

	/** When the kernel was asked for that. */
	private long askedAcknowledgedAt;

	Waits(FrameConnection connection) {
		this.connection = connection;
	}

	void established() {
		this.establishedAt = System.nanoTime();
		this.acknowledgedWrite = this.connection.output().lastWriteAt();
	}

	/**
	 * The drain timer starts, unless it runs.
	 * @param since when what it bounds began, a {@link System#nanoTime()} stamp
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
	 * When a timer started that is running now.
	 * @param timer the timer
	 * @return a {@link System#nanoTime()} stamp, 0 where it does not run
	 */
	long startedAt(Timer timer) {
		FrameConnection of = this.connection;
		ConnectionState state = of.state();
		boolean draining = state == ConnectionState.DRAINING;
		boolean inUse = this.establishedAt != 0 && !draining;
		return switch (timer) {
			case CONNECT -> (state == ConnectionState.CONNECTING) ? this.begunAt : 0;
			case TLS_HANDSHAKE ->
				(state == ConnectionState.TLS_HANDSHAKE || state == ConnectionState.PROXY_HEADER) ? this.begunAt : 0;
			case FIRST_FRAME -> (inUse && of.side() == Side.INBOUND && of.framesIn() == 0 && !of.input().isEnded())
					? this.establishedAt : 0;
			case FRAME -> of.input().frameStartedAt();
			case IDLE -> inUse ? of.watcher().lastActivity(of) : 0;
			case REPLY -> of.watcher().awaitingReplySince(of);
			case WRITE -> of.output().waitingSince();
			case DRAIN -> draining ? this.drainStartedAt : 0;
			case MAX_AGE -> (inUse && of.side() == Side.INBOUND) ? this.establishedAt : 0;
		};
	}

	void sweep(long now) {
		if (!this.connection.channel().isOpen()) {
			// Closed in this very sweep.
			return;
		}
		if (this.connection.pendingBytes() > 0) {
			this.connection.output().settle();
		}
		this.connection.ending().resetIfTaken();
		if (this.establishedAt != 0) {
			tellKernelWriteLimit(now);
			askKernel(now);
			if (!this.connection.channel().isOpen()) {
				// The kernel has given up: that is counted already.
				return;
			}
		}
		for (Timer timer : TIMERS) {
			long limit = this.connection.terms().timeouts().nanos(timer);
			if (limit > 0) {
				long started = startedAt(timer);
				if (started != 0 && now - started >= limit) {
					expire(timer);
					return;
				}
			}
		}
	}

	/**
	 * Tells the kernel the limit while it may have something that the peer has not
	 * acknowledged, and only then: it would end a quiet connection whose first keepalive
	 * probe is lost. It is asked for what is acknowledged once nothing was written for a
	 * while.
	 */
	private void tellKernelWriteLimit(long now) {
		Output output = this.connection.output();
		long written = output.lastWriteAt();
		if (written != this.acknowledgedWrite || output.isEnded() != this.acknowledgedFin
				|| this.connection.pendingBytes() > 0) {
			tellKernel(this.connection.terms().timeouts().nanos(Timer.WRITE));
			if (now - written >= ASK_NANOS && now - this.askedAcknowledgedAt >= ASK_NANOS) {
				this.askedAcknowledgedAt = now;
				if (this.connection.pendingBytes() == 0 && Sockets.unacknowledged(this.connection.channel()) == 0) {
					this.acknowledgedWrite = written;
					this.acknowledgedFin = output.isEnded();
					tellKernel(0);
				}
			}
		}
	}

	private void tellKernel(long limit) {
		if (limit != this.kernelWriteLimit) {
			this.kernelWriteLimit = limit;
			Sockets.writeLimit(this.connection.channel(), limit);
		}
	}

	/**
	 * Finds what the kernel tells only when asked: that a peer still takes bytes, though
	 * too few for the kernel to take more from here; and that a peer from which nothing
	 * is read has reset the connection.
	 */
	private void askKernel(long now) {
		if (this.connection.ending().isSevered()) {
			return;
		}
		long waitingSince = this.connection.output().waitingSince();
		boolean stuck = waitingSince != 0 && now - waitingSince >= ASK_STUCK_NANOS;
		boolean deaf = this.connection.input().isDeaf() && now - this.askedAt >= ASK_NANOS;
		if (!stuck && !deaf) {
			return;
		}
		this.askedAt = now;
		IOException fault = Sockets.fault(this.connection.channel());
		if (fault != null) {
			this.connection.ending().exceptionCaught(fault);
		}
		else if (stuck) {
			long since = Sockets.nanosSinceSent(this.connection.channel());
			if (since >= 0) {
				this.connection.output().progressed(now - since);
			}
		}
	}

	private void expire(Timer timer) {
		this.connection.terms().timeouts().countFired(timer);
		String limit = this.connection.terms().timeouts().limit(timer).text();
		String detail = timer.label() + " timer (" + limit + ") ran out";
		if (timer == Timer.CONNECT) {
			detail += ": " + this.connection.remoteText();
		}
		else if (timer == Timer.FRAME || timer == Timer.REPLY) {
			detail = this.connection.input().explainPartial(detail);
		}
		Cause why = Cause.byGateway(reason(timer), detail);
		switch (timer) {
			case DRAIN -> this.connection.ending().drainExpired(why);
			case CONNECT -> this.connection.close(why);
			// Nothing more can reach a peer that takes nothing, and what it has is not
			// all.
			case WRITE -> this.connection.abort(why);
			default -> this.connection.fail(why);
		}
	}

	private static CloseReason reason(Timer timer) {
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

}
