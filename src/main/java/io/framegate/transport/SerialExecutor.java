package io.framegate.transport;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs one connection's tasks in order on virtual threads, so that blocking code stops
 * nobody else. Any thread may submit; at most one virtual thread runs at a time.
 */
public final class SerialExecutor {

	private static final Logger logger = LoggerFactory.getLogger(SerialExecutor.class);

	private final Queue<Task> tasks = new ArrayDeque<>();

	/** What waiting and running tasks hold. */
	private long bytes;

	private final String name;

	private boolean running;

	public SerialExecutor(String name) {
		this.name = name;
	}

	/**
	 * Adds a task.
	 * @param task the task; the next ones run even if it throws
	 * @return how many tasks wait now
	 */
	public int submit(Runnable task) {
		return submit(task, 0);
	}

	/**
	 * Adds a task.
	 * @param task the task; must not throw
	 * @param bytes what it holds until it is done
	 * @return how many tasks wait now
	 */
	public int submit(Runnable task, int bytes) {
		synchronized (this.tasks) {
			this.tasks.add(new Task(task, bytes));
			this.bytes += bytes;
			if (!this.running) {
				this.running = true;
				Thread.ofVirtual().name(this.name).start(this::run);
			}
			return this.tasks.size();
		}
	}

	/**
	 * What waiting and running tasks hold.
	 * @return a number of bytes
	 */
	public long bytes() {
		synchronized (this.tasks) {
			return this.bytes;
		}
	}

	/**
	 * Takes back tasks of one kind that have not begun. The others keep their order.
	 * @param <T> the kind
	 * @param kind its class
	 * @return the tasks, oldest first
	 */
	public <T extends Runnable> List<T> takeBack(Class<T> kind) {
		synchronized (this.tasks) {
			List<Task> taken = this.tasks.stream().filter((task) -> kind.isInstance(task.action())).toList();
			this.tasks.removeAll(taken);
			taken.forEach((task) -> this.bytes -= task.bytes());
			return taken.stream().map((task) -> kind.cast(task.action())).toList();
		}
	}

	private void run() {
		while (true) {
			Task task;
			synchronized (this.tasks) {
				task = this.tasks.poll();
				if (task == null) {
					this.running = false;
					return;
				}
			}
			try {
				task.action().run();
			}
			catch (Throwable ex) {
				logger.error("Task of {} failed", this.name, ex);
			}
			synchronized (this.tasks) {
				this.bytes -= task.bytes();
			}
		}
	}

	private record Task(Runnable action, int bytes) {

	}

}
