package io.framegate.connection;

import java.util.ArrayDeque;
import java.util.Queue;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs one connection's tasks in order on virtual threads, so that code which blocks
 * stops nobody else. Any thread may submit; at most one virtual thread runs at a time.
 */
final class Serial {

	private static final Logger logger = LoggerFactory.getLogger(Serial.class);

	private final Queue<Runnable> tasks = new ArrayDeque<>();

	private final String name;

	private boolean running;

	Serial(String name) {
		this.name = name;
	}

	/**
	 * Adds a task.
	 * @param task the task; the next ones run also if it throws
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
			try {
				task.run();
			}
			catch (RuntimeException | Error ex) {
				logger.error("A task of {} failed", this.name, ex);
			}
		}
	}

}
