package io.framegate.transport;

import java.util.concurrent.Executor;
import java.util.concurrent.Future;

import io.netty.channel.EventLoop;

/**
 * An event loop as its users see it: tasks, the time and the memory that may be held. Any
 * thread may call {@link #execute}, {@link #later}, {@link #after}, {@link #index},
 * {@link #inLoop}, {@link #addSweeper} and {@link #removeSweeper}; the rest is for its
 * own thread.
 */
public interface Loop extends Executor {

	/**
	 * Where the loop stands among the loops of the process.
	 * @return 0 or more
	 */
	int index();

	EventLoop eventLoop();

	/**
	 * Whether the caller is on this loop's thread.
	 * @return whether it is
	 */
	boolean inLoop();

	/**
	 * Runs a task on this loop's thread, at once where that is the caller's.
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
	 * @return to cancel it by
	 */
	Future<?> after(long nanos, Runnable task);

	/**
	 * The time as frames have it: those that were read together came at the same time,
	 * and the clock is not asked for each.
	 * @return a {@link System#nanoTime()} stamp
	 */
	long now();

	/**
	 * What the loop's connections hold.
	 * @return the account
	 */
	MemoryAccount memory();

	/**
	 * Has a task run with every sweep, ten times a second.
	 * @param task the task; must not block
	 */
	void addSweeper(Runnable task);

	void removeSweeper(Runnable task);

}
