package io.framegate.connection;

import io.framegate.closure.Side;

/**
 * Whether a connection's socket is read, and why it is not. Event loop only.
 */
final class ReadGate {

	/** Bytes of a client that nobody gets, after which reading stops. */
	private static final int MAX_WASTE = 1024 * 1024;

	private final Owner owner;

	private final ConnectionLifecycle lifecycle;

	private final long maxWaste;

	/** The handler wants no more for now. */
	private boolean paused;

	/** A user's code off the loop has enough to do. */
	private boolean held;

	/** There is not enough memory for more. */
	private boolean starved;

	/** The peer sends faster than it may. */
	private boolean throttled;

	/** The peer takes no answers to its polls. */
	private boolean choked;

	/** Input is discarded from now on. */
	private boolean discarding;

	/** So much was discarded that nothing more is read before our FIN. */
	private boolean fedUp;

	/** Discarded bytes: while the connection still writes, or since FIN. */
	private long wasted;

	private long stoppedAt;

	/**
	 * Open.
	 * @param owner the connection
	 * @param lifecycle its lifecycle
	 * @param side its side: a server is trusted, and may read what it was sent only while
	 * its replies are read, so the drain timer alone limits it
	 * @param maxFrameSize bytes of a frame at most
	 */
	ReadGate(Owner owner, ConnectionLifecycle lifecycle, Side side, int maxFrameSize) {
		this.owner = owner;
		this.lifecycle = lifecycle;
		this.maxWaste = (side == Side.INBOUND) ? Math.max(MAX_WASTE, 2L * maxFrameSize) : Long.MAX_VALUE;
	}

	/** Stops reading until {@link #resume}. */
	void pause() {
		if (!this.paused) {
			stop();
			this.paused = true;
		}
	}

	/**
	 * The handler wants more again.
	 * @return whether it was paused
	 */
	boolean resume() {
		boolean before = this.paused;
		this.paused = false;
		return before;
	}

	/**
	 * Stops reading until {@link #release}.
	 * @param always also while input is discarded
	 * @return whether it is read no more
	 */
	boolean hold(boolean always) {
		if (this.held) {
			return false;
		}
		stop();
		this.held = true;
		if (always) {
			this.owner.setReading(false);
		}
		return true;
	}

	boolean release() {
		boolean before = this.held;
		this.held = false;
		return before;
	}

	/** Stops reading until {@link #feed}. */
	void starve() {
		if (!this.starved && !this.discarding) {
			stop();
			this.starved = true;
			this.owner.starved(true);
		}
	}

	boolean feed() {
		boolean before = this.starved;
		if (before) {
			this.starved = false;
			this.owner.starved(false);
		}
		return before;
	}

	/**
	 * Stops reading until {@link #unthrottle}, unless input is discarded.
	 * @return whether it is read no more
	 */
	boolean throttle() {
		if (this.throttled || this.discarding) {
			return false;
		}
		stop();
		this.throttled = true;
		return true;
	}

	boolean unthrottle() {
		boolean before = this.throttled;
		this.throttled = false;
		return before;
	}

	/** Stops reading until {@link #unchoke}, unless input is discarded. */
	void choke() {
		if (!this.choked && !this.discarding) {
			stop();
			this.choked = true;
		}
	}

	boolean unchoke() {
		boolean before = this.choked;
		this.choked = false;
		return before;
	}

	private void stop() {
		if (!isStopped()) {
			this.stoppedAt = this.owner.now();
		}
		if (!this.discarding) {
			this.owner.setReading(false);
		}
	}

	/** Lets the socket read, unless its peer has sent FIN or is not read any more. */
	void open() {
		if (!this.lifecycle.isFinRead() && !this.fedUp && this.lifecycle.isOpen()) {
			this.owner.setReading(true);
		}
	}

	/** From now on input is read and discarded. */
	void discard() {
		this.choked = false;
		this.discarding = true;
	}

	/** Nothing keeps it closed any more, except that the peer is too fast. */
	void letGo() {
		resume();
		release();
		feed();
		unchoke();
	}

	/** The peer's FIN was read. */
	void end() {
		this.lifecycle.finRead();
		this.owner.setReading(false);
	}

	/**
	 * Counts discarded bytes. Reading them keeps the kernel from resetting the
	 * connection, which would destroy what is on its way to the peer. But a client that
	 * does not stop is not read for ever.
	 * @param size bytes
	 */
	void waste(int size) {
		this.wasted += size;
		if (this.wasted > this.maxWaste) {
			if (this.lifecycle.isOutputEnded()) {
				this.owner.lingered();
			}
			else {
				this.fedUp = true;
				this.owner.setReading(false);
			}
		}
	}

	/**
	 * Our FIN was sent: nothing is pending, and the peer has a little more time to send
	 * its FIN.
	 */
	void linger() {
		this.wasted = 0;
		if (this.fedUp) {
			this.fedUp = false;
			open();
		}
	}

	boolean isStopped() {
		return this.paused || this.held || this.starved || this.throttled || this.choked;
	}

	/**
	 * Whether input is kept for later: somebody wants it, but not now.
	 */
	boolean isKeeping() {
		return (isStopped() || this.lifecycle.isWaitingToOpen()) && !this.discarding;
	}

	boolean isHeld() {
		return this.held;
	}

	boolean isStarved() {
		return this.starved;
	}

	boolean isThrottled() {
		return this.throttled;
	}

	boolean isDiscarding() {
		return this.discarding;
	}

	boolean isFedUp() {
		return this.fedUp;
	}

	/**
	 * Whether nothing is read now, because of FIN or a pause, so that a reset is not
	 * noticed.
	 */
	boolean isDeaf() {
		return this.lifecycle.isFinRead() || isStopped();
	}

	/**
	 * When reading stopped last.
	 * @return a {@link System#nanoTime()} stamp
	 */
	long stoppedAt() {
		return this.stoppedAt;
	}

	/** What the gate needs of its connection. */
	interface Owner {

		/**
		 * The time.
		 * @return a {@link System#nanoTime()} stamp
		 */
		long now();

		/**
		 * Lets the socket read, or not.
		 * @param reading whether it reads
		 */
		void setReading(boolean reading);

		/**
		 * Whether the connection is read has changed for lack of memory.
		 * @param starved whether it is not read
		 */
		void starved(boolean starved);

		/** Our FIN was sent, and the peer still sends what nobody gets. */
		void lingered();

	}

}
