package io.framegate.connection;

import java.time.Instant;

/**
 * The beginning of a state in a connection's life.
 *
 * @param state the state
 * @param since when it began, to the millisecond
 */
public record StateChange(ConnectionState state, Instant since) {

	private static final int BITS = 4;

	/**
	 * A state that begins now, in eight bytes because every connection has some.
	 * @param state the state
	 * @return its ordinal in the lowest bits, and above it milliseconds since 1970
	 */
	static long toNow(ConnectionState state) {
		return (System.currentTimeMillis() << BITS) | state.ordinal();
	}

	static StateChange of(long packed) {
		return new StateChange(ConnectionState.values()[(int) packed & ((1 << BITS) - 1)],
				Instant.ofEpochMilli(packed >> BITS));
	}

}
