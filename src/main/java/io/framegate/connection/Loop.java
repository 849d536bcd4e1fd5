package io.framegate.connection;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.channel.RecvByteBufAllocator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An event loop and what its connections share: the buffer they read into, the array they
 * cut from, the array they write to, and the sweep over their timers. Its own thread
 * only, but for {@link #execute}.
 */
public final class Loop implements Executor {

	/** Bytes taken from a socket by one read. */
	static final int READ_SIZE = 64 * 1024;

	/** How often timers are looked at, in milliseconds: how late one may fire. */
	private static final long SWEEP_MILLIS = 100;

	/** In how many sweeps each connection's retransmits are looked at once. */
	private static final int RETRANSMITS_EVERY = 50;

	private static final Logger logger = LoggerFactory.getLogger(Loop.class);

	private final int index;

	private final EventLoop eventLoop;

	private final byte[] scratch = new byte[READ_SIZE];

	private final ByteBuf readBuffer;

	private final Gather gather = new Gather();

	private final Retransmits retransmits = new Retransmits();

	private final List<FrameConnection> connections = new ArrayList<>();

	private final List<Runnable> sweepers = new ArrayList<>();

	private final Runnable flushing = this::flushNow;

	private boolean flushComing;

	private boolean reading;

	private boolean scratchTaken;

	private int sweeps;

	/** When the last sweep began, a {@link System#nanoTime()} stamp. */
	private volatile long sweptAt = System.nanoTime();

	/** When what is being cut into frames was read, 0 outside. */
	private long cutStamp;

	private final MemoryAccount memory;

	private final MemoryRelief relief;

	Loop(int index, EventLoop eventLoop, MemoryBudget budget) {
		this.index = index;
		this.eventLoop = eventLoop;
		this.memory = budget.open();
		this.relief = new MemoryRelief(this.memory);
		this.readBuffer = new UnpooledByteBufAllocator(true, true).directBuffer(READ_SIZE, READ_SIZE);
		eventLoop.scheduleWithFixedDelay(this::sweep, SWEEP_MILLIS, SWEEP_MILLIS, TimeUnit.MILLISECONDS);
		// The pool is set up now, and not by the first peer that falls behind, while all
		// others on the loop would wait.
		eventLoop.execute(() -> PooledByteBufAllocator.DEFAULT.directBuffer(READ_SIZE).release());
	}

	public int index() {
		return this.index;
	}

	public EventLoop eventLoop() {
		return this.eventLoop;
	}

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

	/**
	 * Runs a task on this loop's thread, at once where that is the caller's.
	 * @param task the task
	 */
	@Override
	public void execute(Runnable task) {
		if (inLoop()) {
			task.run();
		}
		else {
			this.eventLoop.execute(task);
		}
	}

	/**
	 * Runs a task on this loop's thread after what it is doing now.
	 * @param task the task
	 */
	public void later(Runnable task) {
		this.eventLoop.execute(() -> run(task));
	}

	/**
	 * Runs a task on this loop's thread some time from now.
	 * @param task the task
	 * @param nanos in how many nanoseconds
	 * @return to cancel it by
	 */
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

	/**
	 * How a connection of this loop is read.
	 * @param connection the connection
	 * @return what Netty asks for a buffer
	 */
	RecvByteBufAllocator receive(FrameConnection connection) {
		return new Receive(connection);
	}

	/**
	 * The array to cut frames from; a caller that is called back into gets a new one.
	 * @return an array of {@link #READ_SIZE} bytes
	 */
	byte[] takeScratch() {
		if (this.scratchTaken) {
			return new byte[READ_SIZE];
		}
		this.scratchTaken = true;
		return this.scratch;
	}

	void giveScratch(byte[] array) {
		if (array == this.scratch) {
			this.scratchTaken = false;
		}
	}

	/**
	 * The time as frames have it: those that were read together came at the same time,
	 * and the clock is not asked for each.
	 * @return a {@link System#nanoTime()} stamp
	 */
	public long now() {
		return (this.cutStamp != 0) ? this.cutStamp : System.nanoTime();
	}

	/**
	 * What was read is cut into frames, or was.
	 * @param stamp when it was read, 0 for no more
	 * @return what was being cut before
	 */
	long cutting(long stamp) {
		long before = this.cutStamp;
		this.cutStamp = stamp;
		return before;
	}

	Gather gather() {
		return this.gather;
	}

	/**
	 * What the loop's connections hold.
	 * @return the account; this loop's thread only
	 */
	public MemoryAccount memory() {
		return this.memory;
	}

	MemoryRelief relief() {
		return this.relief;
	}

	Retransmits retransmits() {
		return this.retransmits;
	}

	void reading(boolean now) {
		this.reading = now;
	}

	/**
	 * A frame was written: unless it came of a read, whose end flushes, have it flushed.
	 */
	void wrote() {
		if (!this.reading) {
			flushSoon();
		}
	}

	/**
	 * A connection has read what there was.
	 * @param shared whether others that read in the same turn may write to the same
	 * connection
	 */
	void readComplete(boolean shared) {
		if (this.gather.isEmpty()) {
			return;
		}
		if (shared) {
			flushSoon();
		}
		else {
			this.gather.flush();
		}
	}

	/**
	 * Sees to it that what was written is flushed before the loop waits again.
	 */
	void flushSoon() {
		if (!this.flushComing) {
			this.flushComing = true;
			this.eventLoop.execute(this.flushing);
		}
	}

	void flush() {
		this.gather.flush();
	}

	private void flushNow() {
		this.flushComing = false;
		flushGuarded();
	}

	private void flushGuarded() {
		try {
			this.gather.flush();
		}
		catch (RuntimeException | Error ex) {
			failed(ex);
		}
	}

	void add(FrameConnection connection) {
		connection.place(this.connections.size());
		this.connections.add(connection);
		connection.held().opened();
	}

	void remove(FrameConnection connection) {
		int place = connection.place();
		if (place < 0) {
			return;
		}
		FrameConnection last = this.connections.removeLast();
		if (last != connection) {
			this.connections.set(place, last);
			last.place(place);
		}
		connection.place(-1);
		connection.held().closed();
	}

	/**
	 * Has a task run with every sweep, ten times a second.
	 * @param task the task; must not block
	 */
	public void addSweeper(Runnable task) {
		execute(() -> this.sweepers.add(task));
	}

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
				FrameConnection connection = this.connections.get(i);
				try {
					if ((i + this.sweeps) % RETRANSMITS_EVERY == 0) {
						this.retransmits.count(connection);
					}
					connection.input().sweep();
					connection.waits().sweep(now);
				}
				catch (RuntimeException | Error ex) {
					connection.ending().broken(ex);
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
		logger.error("A task of an event loop failed", fault);
	}

	void close() {
		try {
			this.eventLoop.execute(() -> {
				this.readBuffer.release();
				this.gather.close();
			});
		}
		catch (RejectedExecutionException ex) {
			logger.debug("Loop {} has ended before", this.index, ex);
		}
	}

	/**
	 * Lets a connection read into the loop's one buffer: it is copied from before the
	 * next read.
	 */
	private final class Receive extends DefaultMaxMessagesRecvByteBufAllocator {

		private final FrameConnection connection;

		private Receive(FrameConnection connection) {
			super(4);
			this.connection = connection;
		}

		@Override
		@SuppressWarnings("deprecation")
		public Handle newHandle() {
			return new MaxMessageHandle() {

				@Override
				public int guess() {
					return READ_SIZE;
				}

				@Override
				public ByteBuf allocate(ByteBufAllocator alloc) {
					if (Receive.this.connection.input().isFull()) {
						throw ReadLater.INSTANCE;
					}
					int size = Loop.this.relief.readSize(READ_SIZE);
					ByteBuf shared = Loop.this.readBuffer;
					return (shared.refCnt() == 1) ? shared.setIndex(READ_SIZE - size, READ_SIZE - size).retain()
							: alloc.directBuffer(size, size);
				}
			};
		}

	}

}
