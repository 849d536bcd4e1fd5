package io.framegate.transport;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import io.netty.channel.EventLoop;

/**
 * The connections of a loop, and the sweep over their timers. A sweep looks only at
 * connections that are due: an idle one costs a comparison. If many close at once, others
 * do not wait for all of them: a long sweep goes on after the loop has served its
 * sockets. The loop's thread only.
 */
public final class LoopMembers {

	/** A sweep asks the clock once for so many connections that it looks at. */
	private static final int SLICE_CHECKED_EVERY = 8;

	/** After so many nanoseconds a sweep lets the loop serve its sockets. */
	private static final long MAX_SLICE = 1_000_000;

	/**
	 * And goes on after so many: what follows from a close, such as the peer's FIN, is
	 * not in the slice, and takes several times as long.
	 */
	private static final long BETWEEN_SLICES = 4_000_000;

	/** Due at the next sweep. */
	private static final long SOON = 0;

	/**
	 * Looks that are further away than twice this are brought forward to multiples of it:
	 * most sweeps then find nothing to do.
	 */
	private static final long TOGETHER = 1_000_000_000;

	private final List<Member> connections = new ArrayList<>();

	/** By place, when each is to be looked at: nanoseconds since {@link #begin}. */
	private long[] dues = new long[16];

	/** None is due before: a sweep that comes earlier has nothing to do. */
	private long earliest = SOON;

	private final long begin;

	private final EventLoop eventLoop;

	private final LongSupplier clock;

	private final Owner owner;

	/** The place of the connection that is swept next, -1 if no sweep goes on. */
	private int sweepAt = -1;

	LoopMembers(EventLoop eventLoop, LongSupplier clock, Owner owner) {
		this.eventLoop = eventLoop;
		this.clock = clock;
		this.begin = clock.getAsLong();
		this.owner = owner;
	}

	void add(Member connection) {
		int place = this.connections.size();
		if (place == this.dues.length) {
			this.dues = Arrays.copyOf(this.dues, 2 * place);
		}
		due(place, SOON);
		connection.place(place);
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
			this.dues[place] = this.dues[last.place()];
			last.place(place);
		}
		connection.place(-1);
		connection.held().closed();
	}

	List<Member> all() {
		return Collections.unmodifiableList(this.connections);
	}

	/**
	 * Something about a connection has changed: the next sweep looks at it.
	 * @param connection the connection, whether it is in the list or not
	 */
	void look(Member connection) {
		int place = connection.place();
		if (place >= 0) {
			due(place, SOON);
		}
	}

	private void due(int place, long when) {
		this.dues[place] = when;
		this.earliest = Math.min(this.earliest, when);
	}

	/** The next sweep looks at all connections. */
	void lookAtAll() {
		Arrays.fill(this.dues, SOON);
		this.earliest = SOON;
	}

	/** Begins a sweep, unless the last one still goes on. */
	void sweep() {
		if (this.sweepAt < 0) {
			if (this.earliest <= this.clock.getAsLong() - this.begin) {
				this.earliest = Long.MAX_VALUE;
				this.sweepAt = this.connections.size() - 1;
			}
			sweepOn();
		}
	}

	private void sweepOn() {
		long now = this.clock.getAsLong();
		int looked = 0;
		while (this.sweepAt >= 0) {
			int place = this.sweepAt--;
			// What a timer closes may close others: the list can shrink meanwhile.
			if (place >= this.connections.size()) {
				continue;
			}
			if (this.dues[place] > now - this.begin) {
				this.earliest = Math.min(this.earliest, this.dues[place]);
				continue;
			}
			look(this.connections.get(place), now);
			if (++looked % SLICE_CHECKED_EVERY == 0 && this.clock.getAsLong() - now > MAX_SLICE) {
				this.eventLoop.schedule(this::sweepOn, BETWEEN_SLICES, TimeUnit.NANOSECONDS);
				this.owner.swept(false, now);
				return;
			}
		}
		this.owner.swept(true, now);
	}

	private void look(Member connection, long now) {
		try {
			long due = Math.max(SOON, connection.sweep(now) - this.begin);
			if (connection.place() >= 0) {
				boolean far = due - (now - this.begin) > 2 * TOGETHER;
				due(connection.place(), far ? due - due % TOGETHER : due);
			}
		}
		catch (RuntimeException | Error ex) {
			look(connection);
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
		 * Checks its timers. Ten times a second, if it is due.
		 * @param now a {@link System#nanoTime()} stamp
		 * @return when it is due next, if nothing happens until then: a stamp,
		 * {@code now} for the next sweep
		 */
		long sweep(long now);

		/**
		 * Code run for the connection has thrown.
		 * @param fault the exception
		 */
		void broken(Throwable fault);

	}

}
