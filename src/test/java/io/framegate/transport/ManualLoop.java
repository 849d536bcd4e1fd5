package io.framegate.transport;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import io.netty.channel.EventLoop;

/**
 * An event loop that does nothing by itself: the test moves its clock and runs its tasks.
 */
public final class ManualLoop implements Loop {

	private final MemoryAccount memory;

	private final Deque<Runnable> tasks = new ArrayDeque<>();

	private final List<Timer> timers = new ArrayList<>();

	private final List<Runnable> sweepers = new ArrayList<>();

	private long now = System.nanoTime();

	private boolean inLoop = true;

	public ManualLoop() {
		this(new MemoryBudget(1 << 20));
	}

	public ManualLoop(MemoryBudget budget) {
		this.memory = new MemoryAccount(budget);
	}

	/**
	 * Says whether the test is taken for the loop's own thread.
	 * @param now from now on
	 */
	public void inLoop(boolean now) {
		this.inLoop = now;
	}

	/** Runs what was to run later, and what that adds. */
	public void runTasks() {
		for (Runnable task = this.tasks.poll(); task != null; task = this.tasks.poll()) {
			task.run();
		}
	}

	/**
	 * Moves the clock and runs the timers that are due.
	 * @param millis by how much, negative for back
	 */
	public void pass(long millis) {
		this.now += TimeUnit.MILLISECONDS.toNanos(millis);
		for (Timer timer : List.copyOf(this.timers)) {
			if (this.now - timer.at() >= 0) {
				this.timers.remove(timer);
				if (timer.future().complete(null)) {
					timer.task().run();
				}
			}
		}
	}

	/**
	 * Sets the clock.
	 * @param stamp the time from now on
	 */
	public void at(long stamp) {
		this.now = stamp;
	}

	public void sweep() {
		List.copyOf(this.sweepers).forEach(Runnable::run);
	}

	@Override
	public int index() {
		return 0;
	}

	@Override
	public EventLoop eventLoop() {
		throw new UnsupportedOperationException();
	}

	@Override
	public boolean inLoop() {
		return this.inLoop;
	}

	@Override
	public void execute(Runnable task) {
		if (this.inLoop) {
			task.run();
		}
		else {
			later(task);
		}
	}

	@Override
	public void later(Runnable task) {
		this.tasks.add(task);
	}

	@Override
	public Future<?> after(long nanos, Runnable task) {
		Timer timer = new Timer(this.now + nanos, new CompletableFuture<>(), task);
		this.timers.add(timer);
		return timer.future();
	}

	@Override
	public long now() {
		return this.now;
	}

	@Override
	public MemoryAccount memory() {
		return this.memory;
	}

	@Override
	public void addSweeper(Runnable task) {
		this.sweepers.add(task);
	}

	@Override
	public void removeSweeper(Runnable task) {
		this.sweepers.remove(task);
	}

	/**
	 * Something to be done at a time.
	 *
	 * @param at when
	 * @param future done or cancelled
	 * @param task what
	 */
	private record Timer(long at, CompletableFuture<Void> future, Runnable task) {
	}

}
