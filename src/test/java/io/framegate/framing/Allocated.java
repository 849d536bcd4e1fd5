package io.framegate.framing;

import java.lang.management.ManagementFactory;

import com.sun.management.ThreadMXBean;

/**
 * Counts what the current thread allocates.
 */
final class Allocated {

	private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

	private Allocated() {
	}

	static long bytes(Work work) {
		long before = THREADS.getCurrentThreadAllocatedBytes();
		try {
			work.run();
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
		return THREADS.getCurrentThreadAllocatedBytes() - before;
	}

	@FunctionalInterface
	interface Work {

		void run() throws Exception;

	}

}
