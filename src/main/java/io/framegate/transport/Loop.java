package io.framegate.transport;

import java.util.concurrent.Executor;
import java.util.concurrent.Future;

import io.netty.channel.EventLoop;

/**
 * An event loop as its users see it: tasks, the time and the memory account. Any thread
 * may call {@link #execute}, {@link #later}, {@link #after}, {@link #index},
 * {@link #inLoop}, {@link #addSweeper} and {@link #removeSweeper}; the rest is for its
 * own thread.
 */
public interface Loop extends Executor {

	/**
	 * The loop's index among the loops of the process.
	 * @return 0 or more
	 */
	int index();

	EventLoop eventLoop();

	/**
	 * Whether the caller is on this loop's thread.
	 */
	boolean inLoop();

	/**
	 * Runs a task on this loop's thread, at once if the caller is on it.
	 * @param task the task
	 */
	@Override
	void execute(Runnable task);

	/**
	 * Runs a task on this loop's thread after what it is doing now.
	 * @param task the task
	 */
	void later(Runnable task);

	/**
	 * Runs a task on this loop's thread some time from now.
	 * @param nanos in how many nanoseconds
	 * @param task the task
	 * @return cancels it
	 */
	Future<?> after(long nanos, Runnable task);

	/**
	 * The time of the frames that are being handled. Frames read together have the same
	 * time, so that the clock is not asked for each.
	 * @return a {@link System#nanoTime()} stamp
	 */
	long now();

	/**
	 * Whether the kernel answers what it is asked after the caller has returned, so that
	 * even a refusal comes later.
	 */
	default boolean answersLater() {
		return false;
	}

	/**
	 * Runs a task when the kernel has answered what it was asked in this turn, unless
	 * that has to wait for a peer.
	 * @param task the task
	 */
	default void afterAnswers(Runnable task) {
		// A scheduled task runs only after the loop has served its sockets.
		after(0, task);
	}

	/**
	 * What the loop's connections hold.
	 * @return the account
	 */
	MemoryAccount memory();

	/**
	 * Runs a task with every sweep, ten times a second.
	 * @param task the task; must not block
	 */
	void addSweeper(Runnable task);

	void removeSweeper(Runnable task);

}
