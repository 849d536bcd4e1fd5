package io.framegate.closure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * Recognises a peer that reconnects rapidly: each of its connections ends within a
 * second, for the same reason and without a frame. The first few of a burst have their
 * own records and lines, the others share one a second. Clients that are refused for the
 * same reason count as one peer, because there may be many of them; only the first has a
 * line of its own. The caller holds the lock.
 */
final class RepeatedClosures {

	/** How many of a burst have their own records. */
	static final int SINGLE = 10;

	/** A connection that lasted longer is not part of a burst. */
	private static final Duration SHORT = Duration.ofSeconds(1);

	/** A burst is over after so long without another closure. */
	private static final Duration QUIET = Duration.ofSeconds(2);

	private static final int MAX_BURSTS = 1000;

	/** The host of all who are refused. */
	private static final String ANYBODY = "";

	private final Map<Key, Burst> bursts = new LinkedHashMap<>(16, 0.75f, true) {

		@Override
		protected boolean removeEldestEntry(Map.Entry<Key, Burst> eldest) {
			return size() > MAX_BURSTS && eldest.getValue().untold == 0;
		}
	};

	private record Key(String route, Side side, String host, CloseReason reason, EndedBy endedBy) {

		static Key of(Closure closure) {
			return new Key(closure.route(), closure.side(), isRefused(closure) ? ANYBODY : host(closure.remote()),
					closure.reason(), closure.endedBy());
		}

		private static String host(String remote) {
			int colon = remote.lastIndexOf(':');
			return (colon > 0) ? remote.substring(0, colon) : remote;
		}

	}

	/** The recent closures of one peer. */
	private static final class Burst {

		private int seen;

		/** How many are not in the log yet. */
		private int untold;

		private Closure newest;

		/** The record of all but the first few. */
		private ClosureRing.@Nullable Entry together;

		Burst(Closure first) {
			this.newest = first;
		}

	}

	/**
	 * Counts a closure.
	 * @param closure the closure
	 * @param ring where its record belongs
	 * @return whether it needs its own line
	 */
	boolean add(Closure closure, ClosureRing ring) {
		if (!mayRepeat(closure)) {
			ring.add(closure);
			return true;
		}
		Burst burst = this.bursts.computeIfAbsent(Key.of(closure), (key) -> new Burst(closure));
		if (burst.newest.closedAt().plus(QUIET).isBefore(closure.closedAt())) {
			burst.seen = 0;
			burst.together = null;
		}
		burst.newest = closure;
		burst.seen++;
		boolean single = burst.seen <= (isRefused(closure) ? 1 : SINGLE);
		if (!single) {
			burst.untold++;
		}
		if (burst.seen <= SINGLE) {
			ring.addFleeting(closure);
			return single;
		}
		ClosureRing.Entry together = burst.together;
		if (together == null || together.isRemoved()) {
			burst.together = ring.addFleeting(closure);
		}
		else {
			ring.renew(together, closure.after(together.closure()));
		}
		return false;
	}

	/**
	 * What is not in the log yet.
	 * @return the newest of each burst, with the number of closures that it stands for
	 */
	List<Closure> untold() {
		List<Closure> all = new ArrayList<>();
		for (Burst burst : this.bursts.values()) {
			if (burst.untold > 0) {
				all.add(burst.newest.times(burst.untold));
				burst.untold = 0;
			}
		}
		return all;
	}

	private static boolean mayRepeat(Closure closure) {
		return switch (closure.reason()) {
			case SHUTDOWN, ROUTE_DRAIN, OPERATOR_CLOSE, OPERATOR_ABORT -> false;
			default -> isWithoutFrames(closure) && (isShort(closure) || isRefused(closure));
		};
	}

	private static boolean isWithoutFrames(Closure closure) {
		return closure.framesIn() == 0 && closure.framesOut() == 0 && closure.undelivered().frames() == 0;
	}

	private static boolean isShort(Closure closure) {
		return closure.openedAt().plus(SHORT).isAfter(closure.closedAt());
	}

	/**
	 * Whether a client was never served. One that closes for lack of memory may have
	 * been.
	 */
	static boolean isRefused(Closure closure) {
		return closure.side() == Side.INBOUND && closure.reason().isRefusal() && isWithoutFrames(closure)
				&& (isShort(closure) || closure.reason() != CloseReason.OVERLOAD);
	}

}
