package io.framegate.lifecycle;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;

import org.jspecify.annotations.Nullable;

/**
 * Runs tasks one after the other, on a thread that lives while there are tasks. It is no
 * virtual thread, because a user's code may block all of their carriers. Any thread may
 * add tasks.
 */
final class Turns implements Executor {

	private final Queue<Runnable> tasks = new ArrayDeque<>();

	private final String name;

	private boolean running;

	Turns(String name) {
		this.name = name;
	}

	/**
	 * Adds a task. Returns at once.
	 * @param task the task; must not throw
	 */
	@Override
	public void execute(Runnable task) {
		synchronized (this.tasks) {
			this.tasks.add(task);
			if (!this.running) {
				this.running = true;
				Thread.ofPlatform().name(this.name).daemon().start(this::run);
			}
		}
	}

	private void run() {
		for (Runnable task = next(); task != null; task = next()) {
			task.run();
		}
	}

	private @Nullable Runnable next() {
		synchronized (this.tasks) {
			Runnable task = this.tasks.poll();
			this.running = task != null;
			return task;
		}
	}

}
