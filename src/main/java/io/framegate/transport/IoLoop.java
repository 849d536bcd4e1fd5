package io.framegate.transport;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

import io.framegate.metrics.CoarseClock;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.EventLoop;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An event loop and what its connections share: the buffer they read into, the array they
 * cut from, the array they write to, and the sweep over their timers. Its own thread
 * only, but for {@link #execute}.
 */
public final class IoLoop implements Loop {

	/** How often timers are looked at, in milliseconds: how late one may fire. */
	private static final long SWEEP_MILLIS = 100;

	/** In how many sweeps each connection's retransmits are looked at once. */
	private static final int RETRANSMITS_EVERY = 50;

	private static final Logger logger = LoggerFactory.getLogger(IoLoop.class);

	private final int index;

	private final EventLoop eventLoop;

	private final SharedReadBuffer readBuffer;

	private final WriteBatch batch = new WriteBatch();

	private final List<Member> connections = new ArrayList<>();

	private final List<Runnable> sweepers = new ArrayList<>();

	private final Runnable flushing = this::flushNow;

	private boolean flushComing;

	private boolean reading;

	private int sweeps;

	/** When the last sweep began, a {@link System#nanoTime()} stamp. */
	private volatile long sweptAt = System.nanoTime();

	/** When what is being cut into frames was read, 0 outside. */
	private long cutStamp;

	private final MemoryAccount memory;

	private final MemoryRelief relief;

	IoLoop(int index, EventLoop eventLoop, MemoryBudget budget) {
		this.index = index;
		this.eventLoop = eventLoop;
		this.memory = new MemoryAccount(budget);
		this.relief = new MemoryRelief(this.memory);
		this.readBuffer = new SharedReadBuffer(this.relief);
		eventLoop.scheduleWithFixedDelay(this::sweep, SWEEP_MILLIS, SWEEP_MILLIS, TimeUnit.MILLISECONDS);
		// The pool is set up now, and not by the first peer that falls behind, while all
		// others on the loop would wait.
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
	 * For how long the loop has done nothing of what it does ten times a second: it is
	 * busy with one thing, blocked or dead. Any thread may call.
	 * @return a time, next to nothing where the loop is well
	 */
	public Duration silence() {
		return Duration.ofNanos(Math.max(0, System.nanoTime() - this.sweptAt));
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
	 * Nobody asks what became of a task: what it throws is told here.
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
		return (this.cutStamp != 0) ? this.cutStamp : System.nanoTime();
	}

	/**
	 * What was read is cut into frames, or was.
	 * @param stamp when it was read, 0 for no more
	 * @return what was being cut before
	 */
	public long cutting(long stamp) {
		long before = this.cutStamp;
		this.cutStamp = stamp;
		return before;
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
	 * A frame was written: unless it came of a read, whose end flushes, have it flushed.
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
	 * Sees to it that what was written is flushed before the loop waits again.
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

	public void add(Member connection) {
		connection.place(this.connections.size());
		this.connections.add(connection);
		connection.held().opened();
	}

	public void remove(Member connection) {
		int place = connection.place();
		if (place < 0) {
			return;
		}
		Member last = this.connections.removeLast();
		if (last != connection) {
			this.connections.set(place, last);
			last.place(place);
		}
		connection.place(-1);
		connection.held().closed();
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
		long now = System.nanoTime();
		this.sweptAt = now;
		this.sweeps++;
		for (int i = 0; i < this.sweepers.size(); i++) {
			try {
				this.sweepers.get(i).run();
			}
			catch (RuntimeException | Error ex) {
				failed(ex);
			}
		}
		for (int i = this.connections.size() - 1; i >= 0; i--) {
			// Whatever a timer ends may end others: the list can shrink meanwhile.
			if (i < this.connections.size()) {
				Member connection = this.connections.get(i);
				try {
					if ((i + this.sweeps) % RETRANSMITS_EVERY == 0) {
						connection.countRetransmits();
					}
					connection.sweep(now);
				}
				catch (RuntimeException | Error ex) {
					connection.broken(ex);
				}
			}
		}
		try {
			this.relief.sweep(this.connections, now);
		}
		catch (RuntimeException | Error ex) {
			failed(ex);
		}
		flushGuarded();
	}

	/**
	 * A fault met in one sweep must not end all: no timer would fire any more.
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

	/** A connection of the loop. */
	public interface Member extends MemoryRelief.Holder {

		/**
		 * Where it stands in the loop's list.
		 * @return -1 outside
		 */
		int place();

		void place(int place);

		/**
		 * Looks at its timers. Ten times a second.
		 * @param now a {@link System#nanoTime()} stamp
		 */
		void sweep(long now);

		/** Counts what the kernel has sent again. */
		void countRetransmits();

		/**
		 * What was done for the connection has thrown.
		 * @param fault what
		 */
		void broken(Throwable fault);

	}

}
