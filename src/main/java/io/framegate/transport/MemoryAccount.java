package io.framegate.transport;

/**
 * One event loop's part of the {@link MemoryBudget}. It reserves ahead in steps, so that
 * small amounts cost no more than an addition. Its loop's thread only, but for
 * {@link #most()}.
 */
public final class MemoryAccount {

	private static final long MAX_STEP = 256 * 1024;

	private final MemoryBudget budget;

	private final long step;

	/** Reserved and not held. */
	private long free;

	/**
	 * What the loop's biggest holder holds, as of the last sweep while memory is short.
	 */
	private volatile long most;

	/**
	 * Joins the budget. Nothing is held yet.
	 * @param budget the process's
	 */
	MemoryAccount(MemoryBudget budget) {
		this.budget = budget;
		this.step = Math.clamp(budget.limit() / 256, 1, MAX_STEP);
		budget.join(this::most);
	}

	public MemoryBudget budget() {
		return this.budget;
	}

	/**
	 * More is held, or less, even if there is not enough memory.
	 * @param bytes how much more
	 */
	public void change(long bytes) {
		this.free -= bytes;
		if (this.free < 0) {
			long more = this.step - this.free;
			this.free += more;
			this.budget.reserve(more);
		}
		else if (this.free > 2 * this.step) {
			long back = this.free - this.step;
			this.free -= back;
			this.budget.release(back);
		}
	}

	/**
	 * Holds more if there is enough.
	 * @param bytes how much more
	 * @return whether there is
	 */
	public boolean tryTake(long bytes) {
		long more = bytes - this.free;
		if (more > 0) {
			if (!this.budget.tryReserve(more)) {
				return false;
			}
			this.free += more;
		}
		this.free -= bytes;
		return true;
	}

	long most() {
		return this.most;
	}

	void most(long bytes) {
		this.most = bytes;
	}

	/**
	 * Gives back what was reserved ahead.
	 */
	void settle() {
		long back = this.free;
		if (back > 0) {
			this.free = 0;
			this.budget.release(back);
		}
	}

}
