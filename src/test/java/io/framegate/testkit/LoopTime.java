package io.framegate.testkit;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;

/**
 * How much CPU time the event loops of this JVM have taken: one that turns for nothing
 * takes all there is.
 */
public final class LoopTime {

	private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();

	private final long cpu = cpu();

	private final long begun = System.nanoTime();

	/**
	 * The share of one CPU since this was made.
	 * @return 0 to the number of loops
	 */
	public double share() {
		return (cpu() - this.cpu) / (double) (System.nanoTime() - this.begun);
	}

	private long cpu() {
		long all = 0;
		for (long id : this.threads.getAllThreadIds()) {
			ThreadInfo thread = this.threads.getThreadInfo(id);
			if (thread != null && thread.getThreadName().startsWith("framegate-loop")) {
				all += Math.max(0, this.threads.getThreadCpuTime(id));
			}
		}
		return all;
	}

}
