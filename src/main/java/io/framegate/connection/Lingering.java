package io.framegate.connection;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many sockets of refused clients are kept open, so that closing does not reset them.
 * A flood must not use up the process's descriptors. Any thread may call.
 */
final class Lingering {

	private static final int MAX = 256;

	private final AtomicInteger count = new AtomicInteger();

	/**
	 * Another one lingers, if there is room.
	 * @return whether there is
	 */
	boolean begin() {
		boolean room = this.count.incrementAndGet() <= MAX;
		if (!room) {
			this.count.decrementAndGet();
		}
		return room;
	}

	void end() {
		this.count.decrementAndGet();
	}

}
