package io.framegate.lifecycle;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import org.jspecify.annotations.Nullable;

/**
 * Runs tasks one after the other, on a thread that lives while there are tasks. It is no
 * virtual thread, because a user's code may block all of their carriers. Any thread may
 * add tasks.
 */
final class Turns implements Executor {

	/** Resolving a name before new targets are used may take long. */
	private static final Duration MAX_TURN = Duration.ofSeconds(30);

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

	/**
	 * Runs an action after earlier ones. An action may wait for event loops; no event
	 * loop ever waits for an action.
	 * @param action the action
	 * @throws RuntimeException what it throws, or if it does not end in time
	 */
	void runAndWait(Runnable action) {
		try {
			CompletableFuture.runAsync(action, this).get(MAX_TURN.toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (ExecutionException ex) {
			if (ex.getCause() instanceof RuntimeException fault) {
				throw fault;
			}
			throw new IllegalStateException(ex.getCause());
		}
		catch (TimeoutException ex) {
			throw new IllegalStateException(
					"It was not done within " + MAX_TURN.toSeconds() + " s: an event loop does not answer", ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("Interrupted while it was done", ex);
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
