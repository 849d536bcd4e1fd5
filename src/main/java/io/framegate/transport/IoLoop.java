package io.framegate.transport;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import io.framegate.metrics.CoarseClock;
import io.framegate.timeout.Timeouts;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.EventLoop;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An event loop and what its connections share: the read buffer, the array for cutting,
 * the array for writing, and the sweep over their timers. Its own thread only, but for
 * {@link #execute}.
 */
public final class IoLoop implements Loop {

	/** How often timers are checked, in milliseconds: the most that one may be late. */
	private static final long SWEEP_MILLIS = 100;

	private static final Logger logger = LoggerFactory.getLogger(IoLoop.class);

	private final int index;

	private final EventLoop eventLoop;

	private final SharedReadBuffer readBuffer;

	private final WriteBatch batch = new WriteBatch();

	private final LongSupplier clock;

	private final LoopMembers members;

	private final List<Runnable> sweepers = new ArrayList<>();

	private final Runnable flushing = this::flushNow;

	private boolean flushComing;

	private boolean reading;

	/** When the last sweep began, a {@link System#nanoTime()} stamp. */
	private volatile long sweptAt;

	/** When the input that is being cut was read, 0 if none is. */
	private long cutStamp;

	private final boolean answersLater;

	private final MemoryAccount memory;

	private final MemoryRelief relief;

	/** How often limits had changed when all connections were last looked at. */
	private int limitChanges;

	IoLoop(int index, EventLoop eventLoop, Transport transport, MemoryBudget budget, LongSupplier clock) {
		this.index = index;
		this.eventLoop = eventLoop;
		this.clock = clock;
		this.answersLater = transport.answersLater();
		this.sweptAt = clock.getAsLong();
		this.memory = new MemoryAccount(budget);
		this.relief = new MemoryRelief(this.memory);
		this.readBuffer = new SharedReadBuffer(this.relief, this.answersLater);
		this.members = new LoopMembers(eventLoop, clock, this::swept);
		eventLoop.scheduleWithFixedDelay(this::sweep, SWEEP_MILLIS, SWEEP_MILLIS, TimeUnit.MILLISECONDS);
		// The pool is set up now: doing so when the first peer falls behind would delay
		// all others on the loop.
		eventLoop.execute(() -> PooledByteBufAllocator.DEFAULT.directBuffer(SharedReadBuffer.READ_SIZE).release());
	}

	@Override
	public int index() {
		return this.index;
	}

	@Override
	public EventLoop eventLoop() {
		return this.eventLoop;
	}

	@Override
	public boolean inLoop() {
		return this.eventLoop.inEventLoop();
	}

	/**
	 * How long the loop has not done its regular work: it is busy with one task, blocked
	 * or dead. Any thread may call.
	 * @return a time, next to nothing for a healthy loop
	 */
	public Duration silence() {
		return Duration.ofNanos(Math.max(0, this.clock.getAsLong() - this.sweptAt));
	}

	@Override
	public void execute(Runnable task) {
		if (inLoop()) {
			task.run();
		}
		else {
			this.eventLoop.execute(task);
		}
	}

	@Override
	public void later(Runnable task) {
		this.eventLoop.execute(() -> run(task));
	}

	@Override
	public Future<?> after(long nanos, Runnable task) {
		return this.eventLoop.schedule(() -> run(task), nanos, TimeUnit.NANOSECONDS);
	}

	/**
	 * Nobody asks what became of a task: what it throws is logged here.
	 */
	private static void run(Runnable task) {
		try {
			task.run();
		}
		catch (RuntimeException | Error ex) {
			failed(ex);
		}
	}

	@Override
	public long now() {
		return (this.cutStamp != 0) ? this.cutStamp : this.clock.getAsLong();
	}

	/**
	 * The time now, also while frames are being handled. Any thread may call.
	 * @return a {@link System#nanoTime()} stamp
	 */
	public long time() {
		return this.clock.getAsLong();
	}

	/**
	 * What was read is being cut into frames, or was.
	 * @param stamp when it was read, 0 for no more
	 * @return the stamp of what was being cut before
	 */
	public long cutting(long stamp) {
		long before = this.cutStamp;
		this.cutStamp = stamp;
		return before;
	}

	/**
	 * {@inheritDoc} {@link WriteAnswers} are told.
	 */
	@Override
	public boolean answersLater() {
		return this.answersLater;
	}

	public WriteBatch batch() {
		return this.batch;
	}

	@Override
	public MemoryAccount memory() {
		return this.memory;
	}

	public MemoryRelief relief() {
		return this.relief;
	}

	public SharedReadBuffer readBuffer() {
		return this.readBuffer;
	}

	public void reading(boolean now) {
		this.reading = now;
	}

	/**
	 * A frame was written. It is flushed at the end of the current read, or soon if
	 * nothing is being read.
	 */
	public void wrote() {
		if (!this.reading) {
			flushSoon();
		}
	}

	/**
	 * A connection has read what there was.
	 * @param shared whether others that read in the same turn may write to the same
	 * connection
	 */
	public void readComplete(boolean shared) {
		if (this.batch.isEmpty()) {
			return;
		}
		if (shared) {
			flushSoon();
		}
		else {
			this.batch.flush();
		}
	}

	/**
	 * Flushes what was written before the loop waits again.
	 */
	public void flushSoon() {
		if (!this.flushComing) {
			this.flushComing = true;
			this.eventLoop.execute(this.flushing);
		}
	}

	void flush() {
		this.batch.flush();
	}

	private void flushNow() {
		this.flushComing = false;
		flushGuarded();
	}

	private void flushGuarded() {
		try {
			this.batch.flush();
		}
		catch (RuntimeException | Error ex) {
			failed(ex);
		}
	}

	public void add(LoopMembers.Member connection) {
		this.members.add(connection);
	}

	public void remove(LoopMembers.Member connection) {
		this.members.remove(connection);
	}

	/**
	 * Something about a connection has changed: the next sweep looks at it. The loop's
	 * thread only.
	 * @param connection the connection
	 */
	public void look(LoopMembers.Member connection) {
		this.members.look(connection);
	}

	@Override
	public void addSweeper(Runnable task) {
		execute(() -> this.sweepers.add(task));
	}

	@Override
	public void removeSweeper(Runnable task) {
		execute(() -> this.sweepers.remove(task));
	}

	private void sweep() {
		CoarseClock.tick();
		long now = this.clock.getAsLong();
		this.sweptAt = now;
		for (int i = 0; i < this.sweepers.size(); i++) {
			try {
				this.sweepers.get(i).run();
			}
			catch (RuntimeException | Error ex) {
				failed(ex);
			}
		}
		int changes = Timeouts.changes();
		if (changes != this.limitChanges) {
			this.limitChanges = changes;
			this.members.lookAtAll();
		}
		this.members.sweep();
	}

	/** All connections, or a part of them, were swept. */
	private void swept(boolean all, long now) {
		if (all) {
			try {
				this.relief.sweep(this.members.all(), now);
			}
			catch (RuntimeException | Error ex) {
				failed(ex);
			}
		}
		flushGuarded();
	}

	/**
	 * An exception in one sweep must not stop the sweeps: no timer would expire any more.
	 */
	private static void failed(Throwable fault) {
		ProcessHalt.ifHeapIsExhausted(fault);
		logger.error("Event loop task failed", fault);
	}

	void close() {
		try {
			this.eventLoop.execute(() -> {
				this.readBuffer.close();
				this.batch.close();
			});
		}
		catch (RejectedExecutionException ex) {
			logger.debug("Loop {} has ended before", this.index, ex);
		}
	}

}
