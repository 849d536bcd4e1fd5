package io.framegate.transport;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import io.netty.channel.EventLoop;

/**
 * The connections of a loop, and the sweep over their timers. If many close at once,
 * others do not wait for all of them: a long sweep goes on after the loop has served its
 * sockets. The loop's thread only.
 */
public final class LoopMembers {

	/** Each connection's retransmits are counted once in so many sweeps. */
	private static final int RETRANSMITS_EVERY = 50;

	/** A sweep asks the clock once for so many connections. */
	private static final int SLICE_CHECKED_EVERY = 8;

	/** After so many nanoseconds a sweep lets the loop serve its sockets. */
	private static final long MAX_SLICE = 5_000_000;

	private final List<Member> connections = new ArrayList<>();

	private final EventLoop eventLoop;

	private final LongSupplier clock;

	private final Owner owner;

	private int sweeps;

	/** The place of the connection that is swept next, -1 if no sweep goes on. */
	private int sweepAt = -1;

	LoopMembers(EventLoop eventLoop, LongSupplier clock, Owner owner) {
		this.eventLoop = eventLoop;
		this.clock = clock;
		this.owner = owner;
	}

	void add(Member connection) {
		connection.place(this.connections.size());
		this.connections.add(connection);
		connection.held().opened();
	}

	void remove(Member connection) {
		int place = connection.place();
		if (place < 0) {
			return;
		}
		Member last = this.connections.removeLast();
		if (last != connection) {
			this.connections.set(place, last);
			last.place(place);
		}
		connection.place(-1);
		connection.held().closed();
	}

	List<Member> all() {
		return Collections.unmodifiableList(this.connections);
	}

	/** Begins a sweep, unless the last one still goes on. */
	void sweep() {
		if (this.sweepAt < 0) {
			this.sweeps++;
			this.sweepAt = this.connections.size() - 1;
			sweepOn();
		}
	}

	private void sweepOn() {
		long now = this.clock.getAsLong();
		while (this.sweepAt >= 0) {
			int place = this.sweepAt--;
			// What a timer closes may close others: the list can shrink meanwhile.
			if (place < this.connections.size()) {
				sweep(this.connections.get(place), place, now);
			}
			if (place % SLICE_CHECKED_EVERY == 0 && place > 0 && this.clock.getAsLong() - now > MAX_SLICE) {
				// A scheduled task runs only after the loop has served its sockets.
				this.eventLoop.schedule(this::sweepOn, 0, TimeUnit.NANOSECONDS);
				this.owner.swept(false, now);
				return;
			}
		}
		this.owner.swept(true, now);
	}

	private void sweep(Member connection, int place, long now) {
		try {
			if ((place + this.sweeps) % RETRANSMITS_EVERY == 0) {
				connection.countRetransmits();
			}
			connection.sweep(now);
		}
		catch (RuntimeException | Error ex) {
			connection.broken(ex);
		}
	}

	/** What the members need of their loop. */
	interface Owner {

		/**
		 * Connections were swept.
		 * @param all whether all of them were
		 * @param now when that began, a {@link System#nanoTime()} stamp
		 */
		void swept(boolean all, long now);

	}

	/** A connection of the loop. */
	public interface Member extends MemoryRelief.Holder {

		/**
		 * Its place in the loop's list.
		 * @return -1 if it is not in the list
		 */
		int place();

		void place(int place);

		/**
		 * Checks its timers. Ten times a second.
		 * @param now a {@link System#nanoTime()} stamp
		 */
		void sweep(long now);

		/** Counts the segments that the kernel has sent again. */
		void countRetransmits();

		/**
		 * Code run for the connection has thrown.
		 * @param fault the exception
		 */
		void broken(Throwable fault);

	}

}
