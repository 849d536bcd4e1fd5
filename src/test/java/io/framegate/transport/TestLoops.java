package io.framegate.transport;

import java.util.function.LongSupplier;

import io.netty.channel.epoll.Epoll;

/**
 * Event loops, as many as a test needs.
 */
public final class TestLoops {

	private TestLoops() {
	}

	/**
	 * Starts loops.
	 * @param count how many
	 * @param clock their clock
	 * @return the loops
	 */
	public static EventLoops of(int count, LongSupplier clock) {
		return new EventLoops(new MemoryBudget(Runtime.getRuntime().maxMemory() / 4), clock, count,
				Epoll.isAvailable());
	}

}
