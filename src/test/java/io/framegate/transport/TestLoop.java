package io.framegate.transport;

import java.util.concurrent.TimeUnit;

import io.netty.channel.embedded.EmbeddedChannel;

/**
 * An event loop without a thread. Its tasks run and its time passes when the test says
 * so.
 */
public final class TestLoop implements AutoCloseable {

	private final EmbeddedChannel channel = new EmbeddedChannel();

	private final TestClock clock = new TestClock();

	private final MemoryBudget budget;

	private final IoLoop loop;

	/**
	 * Makes a loop with a budget of its own.
	 * @param limit how much may be held, in bytes
	 */
	public TestLoop(long limit) {
		this.channel.freezeTime();
		this.budget = new MemoryBudget(limit);
		this.loop = new IoLoop(0, this.channel.eventLoop(), Transport.NIO, this.budget, this.clock);
		run();
	}

	public IoLoop loop() {
		return this.loop;
	}

	MemoryBudget budget() {
		return this.budget;
	}

	/** The loop's clock, which moves with {@link #pass}. */
	TestClock clock() {
		return this.clock;
	}

	/** Runs the tasks that it was given. */
	public void run() {
		this.channel.runPendingTasks();
	}

	/**
	 * Has time pass and runs what is due then.
	 * @param millis how much time
	 */
	public void pass(long millis) {
		this.clock.pass(millis);
		this.channel.advanceTimeBy(millis, TimeUnit.MILLISECONDS);
		run();
	}

	/**
	 * What the loop's connections hold.
	 * @return bytes, without what the loop has reserved in advance
	 */
	public long held() {
		this.loop.memory().settle();
		return this.budget.used();
	}

	@Override
	public void close() {
		this.loop.close();
		run();
		this.channel.finishAndReleaseAll();
	}

}
