package io.framegate.transport;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

import io.framegate.closure.Cause;
import io.framegate.closure.CloseReason;

/**
 * What a loop does when memory runs short: the connections that hold most are not read,
 * and are closed if that does not help. Its loop's thread only.
 */
public final class MemoryRelief {

	/** A connection that holds less is read unless memory is full. */
	private static final long LITTLE = 16 * 1024;

	/** What a read takes at most while memory is short. */
	private static final int SHORT_READ = 4 * 1024;

	private final MemoryAccount account;

	/** How many of the loop's connections are not read for lack of memory. */
	private int starved;

	MemoryRelief(MemoryAccount account) {
		this.account = account;
	}

	public void starved(boolean now) {
		this.starved += now ? 1 : -1;
	}

	/**
	 * How much to read at once.
	 * @param usual bytes when there is enough memory
	 * @return bytes
	 */
	int readSize(int usual) {
		return (this.account.budget().level() == MemoryBudget.Level.CALM) ? usual : SHORT_READ;
	}

	/**
	 * How much a read may bring that is answered later, when there may be less memory.
	 * @return bytes
	 */
	int share() {
		return this.account.budget().share();
	}

	/**
	 * Whether a connection that was just read holds too much to be read further.
	 * @param connection the connection
	 */
	public boolean mustStarve(Holder connection) {
		return switch (this.account.budget().level()) {
			case CALM -> false;
			// A link serves many clients, so it is read as long as possible.
			case NEAR -> !connection.isShared() && connection.held().total() >= big();
			case FULL -> connection.held().total() > 0;
		};
	}

	/** From how many bytes on a connection is one of the biggest holders. */
	private long big() {
		return Math.max(LITTLE, this.account.budget().most() / 2);
	}

	/**
	 * Does what the memory level requires.
	 * @param connections the loop's
	 * @param now a {@link System#nanoTime()} stamp
	 */
	void sweep(List<? extends Holder> connections, long now) {
		MemoryBudget budget = this.account.budget();
		this.account.settle();
		budget.sweep(now);
		if (budget.level() == MemoryBudget.Level.CALM && this.starved == 0) {
			this.account.most(0);
			return;
		}
		List<Holder> holders = new ArrayList<>();
		for (Holder connection : connections) {
			connection.countHeld();
			if (connection.held().total() > 0 || connection.isStarved()) {
				holders.add(connection);
			}
		}
		holders.sort(Comparator.comparingLong((Holder one) -> one.held().total()).reversed());
		this.account.most(holders.isEmpty() ? 0 : holders.getFirst().held().total());
		if (budget.level() == MemoryBudget.Level.FULL) {
			end(holders, 1, budget.target(MemoryBudget.Level.NEAR));
		}
		else if (budget.isStuck(now)) {
			end(holders, LITTLE, budget.target(MemoryBudget.Level.CALM));
		}
		feed(holders, now);
	}

	private void end(List<Holder> holders, long least, long target) {
		MemoryBudget budget = this.account.budget();
		long bound = Math.max(least, budget.most() / 2);
		long freed = 0;
		for (Holder holder : holders) {
			long holds = holder.held().total();
			if (holds < bound || budget.used() - freed <= target) {
				return;
			}
			end(holder, "it held " + holds + " bytes of the process's " + budget.used() + " when memory ran short");
			freed += holder.held().total();
		}
	}

	private static void end(Holder holder, String detail) {
		holder.abort(Cause.byGateway(CloseReason.OVERLOAD, detail));
		holder.held().closed();
	}

	/**
	 * Reads connections again when there is memory, and closes those that have waited for
	 * it in vain.
	 */
	private void feed(List<Holder> holders, long now) {
		MemoryBudget budget = this.account.budget();
		long big = big();
		for (Holder holder : holders.reversed()) {
			if (!holder.isStarved()) {
				continue;
			}
			if (holder.refusedSince() != 0 && budget.isPatienceOver(now, holder.refusedSince())) {
				Holder first = holders.getFirst();
				end((first.held().total() > 2 * holder.held().total()) ? first : holder,
						"not enough memory for a frame");
			}
			else if (budget.level() == MemoryBudget.Level.CALM || (budget.level() == MemoryBudget.Level.NEAR
					&& (holder.isShared() || holder.held().total() < big))) {
				holder.feed();
			}
		}
	}

	/** A connection, as a holder of memory. */
	interface Holder {

		HeldMemory held();

		/**
		 * Whether clients share it, so that it is read as long as possible.
		 */
		boolean isShared();

		/** Updates how much of its input it holds. */
		void countHeld();

		/**
		 * Whether it is not read for lack of memory, and waits for {@link #feed()}.
		 */
		boolean isStarved();

		/**
		 * Since when there is not enough memory for what was read.
		 * @return a {@link System#nanoTime()} stamp, 0 if there is
		 */
		long refusedSince();

		/** Reads again: there may be memory. */
		void feed();

		/**
		 * Closes at once.
		 * @param cause why
		 */
		void abort(Cause cause);

	}

}
