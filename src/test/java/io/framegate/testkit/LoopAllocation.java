package io.framegate.testkit;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;

import com.sun.management.ThreadMXBean;

/**
 * How many bytes the event loops of this JVM have allocated on the heap.
 */
public final class LoopAllocation {

	private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

	private final long before = all();

	/**
	 * The bytes since this was made.
	 * @return a number of bytes, those of all loops
	 */
	public long bytes() {
		return all() - this.before;
	}

	private static long all() {
		long all = 0;
		for (long id : THREADS.getAllThreadIds()) {
			ThreadInfo thread = THREADS.getThreadInfo(id);
			if (thread != null && thread.getThreadName().startsWith("framegate-loop")) {
				all += Math.max(0, THREADS.getThreadAllocatedBytes(id));
			}
		}
		return all;
	}

}
