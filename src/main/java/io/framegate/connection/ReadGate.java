package io.framegate.connection;

/**
 * Whether a connection's socket is read, and why it is not. Event loop only.
 */
final class ReadGate {

	/** Bytes that nobody gets, before they are not read any more. */
	private static final int MAX_WASTE = 1024 * 1024;

	private final Owner owner;

	private final ConnectionLifecycle lifecycle;

	private final int maxFrameSize;

	/** The handler wants no more for now. */
	private boolean paused;

	/** A user's code that runs elsewhere has enough to do. */
	private boolean held;

	/** There is not enough memory for more. */
	private boolean starved;

	/** What comes from now on is thrown away. */
	private boolean discarding;

	/** So much was wasted that nothing more is read before our FIN. */
	private boolean fedUp;

	/** The peer's FIN was read. */
	private boolean ended;

	/** Bytes read that nobody gets: while the connection still writes, or since FIN. */
	private long wasted;

	private long stoppedAt;

	ReadGate(Owner owner, ConnectionLifecycle lifecycle, int maxFrameSize) {
		this.owner = owner;
		this.lifecycle = lifecycle;
		this.maxFrameSize = maxFrameSize;
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
	 * @return whether it did not before
	 */
	boolean resume() {
		boolean before = this.paused;
		this.paused = false;
		return before;
	}

	/**
	 * Stops reading until {@link #release}.
	 * @param always also while what comes is thrown away
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

	private void stop() {
		if (!isStopped()) {
			this.stoppedAt = this.owner.now();
		}
		if (!this.discarding) {
			this.owner.setReading(false);
		}
	}

	/** Has the socket read, unless its peer has ended or is not listened to any more. */
	void open() {
		if (!this.ended && !this.fedUp && this.lifecycle.isOpen()) {
			this.owner.setReading(true);
		}
	}

	/** From now on everything is read, and thrown away. */
	void discard() {
		this.discarding = true;
	}

	/** The peer's FIN was read. */
	void end() {
		this.ended = true;
		this.owner.setReading(false);
	}

	/**
	 * Counts what nobody will get. Reading it keeps the kernel from resetting the
	 * connection, which would destroy what is on its way to the peer. But a peer that
	 * goes on and on is not listened to.
	 * @param size bytes
	 */
	void waste(int size) {
		this.wasted += size;
		if (this.wasted > Math.max(MAX_WASTE, 2L * this.maxFrameSize)) {
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
	 * Our FIN was sent: what was pending has left, and the peer has a little more time to
	 * end.
	 */
	void linger() {
		this.wasted = 0;
		if (this.fedUp) {
			this.fedUp = false;
			open();
		}
	}

	boolean isStopped() {
		return this.paused || this.held || this.starved;
	}

	/**
	 * Whether what is read is to be kept for later.
	 * @return whether somebody wants it, and not now
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

	boolean isDiscarding() {
		return this.discarding;
	}

	boolean isFedUp() {
		return this.fedUp;
	}

	boolean isEnded() {
		return this.ended;
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
		 * Has the socket read, or not.
		 * @param reading whether to
		 */
		void setReading(boolean reading);

		/**
		 * The connection is not read for lack of memory, or is again.
		 * @param starved whether it is not
		 */
		void starved(boolean starved);

		/** Our FIN was sent, and the peer still sends what nobody gets. */
		void lingered();

	}

}
