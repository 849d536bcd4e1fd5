package io.framegate.upstream;

import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Which ports of a range are in use to one address: by this route's connections, and by
 * others as far as was noticed within the last second. Any thread may call.
 */
final class SourcePorts {

	private static final long REMEMBERED = TimeUnit.SECONDS.toNanos(1);

	private final int count;

	private final LongSupplier clock;

	private final BitSet taken = new BitSet();

	private final Deque<Refusal> refusals = new ArrayDeque<>();

	SourcePorts(int count, LongSupplier clock) {
		this.count = count;
		this.clock = clock;
	}

	/**
	 * Takes a port that may be free.
	 * @param from the place in the range to begin at, any number
	 * @return its place in the range, -1 for none
	 */
	synchronized int take(int from) {
		long now = this.clock.getAsLong();
		while (!this.refusals.isEmpty() && now - this.refusals.getFirst().until() >= 0) {
			this.taken.clear(this.refusals.removeFirst().place());
		}
		int place = this.taken.nextClearBit(Math.floorMod(from, this.count));
		if (place >= this.count) {
			place = this.taken.nextClearBit(0);
		}
		if (place >= this.count) {
			return -1;
		}
		this.taken.set(place);
		return place;
	}

	/**
	 * A port that was taken is free again.
	 * @param place its place in the range
	 */
	synchronized void free(int place) {
		this.taken.clear(place);
	}

	/**
	 * A port that was taken is not available: it is not tried again for a second.
	 * @param place its place in the range
	 */
	synchronized void refused(int place) {
		this.refusals.addLast(new Refusal(place, this.clock.getAsLong() + REMEMBERED));
	}

	/**
	 * A port that others use.
	 *
	 * @param place its place in the range
	 * @param until when it may be tried again, a {@link System#nanoTime()} stamp
	 */
	private record Refusal(int place, long until) {
	}

}
