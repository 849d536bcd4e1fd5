package io.framegate.connection;

import java.util.ArrayDeque;
import java.util.Queue;

/**
 * Runs one connection's tasks in order on virtual threads, so that code which blocks
 * stops nobody else. Any thread may submit; at most one virtual thread runs at a time.
 */
final class Serial {

	private final Queue<Runnable> tasks = new ArrayDeque<>();

	private final String name;

	private boolean running;

	Serial(String name) {
		this.name = name;
	}

	/**
	 * Adds a task.
	 * @param task the task; must not throw
	 * @return how many tasks wait now
	 */
	int submit(Runnable task) {
		synchronized (this.tasks) {
			this.tasks.add(task);
			if (!this.running) {
				this.running = true;
				Thread.ofVirtual().name(this.name).start(this::run);
			}
			return this.tasks.size();
		}
	}

	private void run() {
		while (true) {
			Runnable task;
			synchronized (this.tasks) {
				task = this.tasks.poll();
				if (task == null) {
					this.running = false;
					return;
				}
			}
			task.run();
		}
	}

}
