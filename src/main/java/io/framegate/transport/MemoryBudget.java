package io.framegate.transport;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

import io.netty.util.internal.PlatformDependent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How much memory peers can make the process hold, over all connections: partial frames,
 * queued requests, held replies and pending output. Each event loop reserves in steps
 * through its own account. Connections that hold nothing are not counted, but leave less
 * of the heap for what others hold. Any thread may call.
 */
public final class MemoryBudget {

	/** What a connection takes on the heap when it holds nothing, in bytes. */
	private static final long CONNECTION_BYTES = 2800;

	/** What the process takes on the heap without connections, in bytes. */
	private static final long PROCESS_BYTES = 48L << 20;

	/**
	 * The share of the heap that connections may take when they hold nothing, in percent.
	 */
	private static final int CROWD = 65;

	/** A frame this long is reserved before it is made. */
	public static final int LARGE = 64 * 1024;

	private static final Logger logger = LoggerFactory.getLogger(MemoryBudget.class);

	/** How long to wait in vain for memory. */
	private static final long PATIENCE_NANOS = 5_000_000_000L;

	/** How long there must be enough before the log says so. */
	private static final long QUIET_NANOS = 10_000_000_000L;

	/** G1 gives an array of half a region and more whole regions of its own. */
	private static final int REGION = Math.clamp(Long.highestOneBit(Runtime.getRuntime().maxMemory() / 2048), 1 << 20,
			32 << 20);

	private final LongSupplier clock;

	private final long limit;

	/** What connections and what they hold may take together, in bytes. */
	private final long room;

	/** What the biggest holder of each loop holds. */
	private final List<LongSupplier> accounts = new CopyOnWriteArrayList<>();

	private final AtomicLong reserved = new AtomicLong();

	private final AtomicInteger connections = new AtomicInteger();

	private volatile Level level = Level.CALM;

	/** The least that was reserved since memory ran short, and when. */
	private volatile long leastReserved;

	private volatile long leastAt;

	/** When memory was last short. */
	private volatile long shortAt;

	/** Whether the log says that it is short. */
	private final AtomicBoolean told = new AtomicBoolean();

	/**
	 * Nothing is held yet.
	 * @param limit how much may be held, in bytes
	 */
	public MemoryBudget(long limit) {
		this(limit, new SystemClock());
	}

	MemoryBudget(long limit, LongSupplier clock) {
		this.clock = clock;
		this.limit = limit;
		this.room = Math.max(limit, Runtime.getRuntime().maxMemory() / 10 * 9 - PROCESS_BYTES);
	}

	/**
	 * How much memory there is: the heap, or the direct memory if that is less.
	 * @return bytes
	 */
	public static long available() {
		return Math.min(Runtime.getRuntime().maxMemory(), PlatformDependent.maxDirectMemory());
	}

	/**
	 * What an array takes on the heap.
	 * @param length its length in bytes
	 * @return bytes
	 */
	public static long cost(int length) {
		return (length < REGION / 2) ? length : (length + 16L + REGION - 1) / REGION * REGION;
	}

	/**
	 * Adds an event loop's account.
	 * @param most tells what the loop's biggest holder holds, while memory is short
	 */
	void join(LongSupplier most) {
		this.accounts.add(most);
	}

	/**
	 * What the biggest holder of all loops holds, while memory is short.
	 * @return bytes
	 */
	long most() {
		long most = 0;
		for (LongSupplier account : this.accounts) {
			most = Math.max(most, account.getAsLong());
		}
		return most;
	}

	void reserve(long bytes) {
		update(this.reserved.addAndGet(bytes));
	}

	/**
	 * Reserves memory unless there is not enough. What was reserved goes back with
	 * {@link #release}.
	 * @param bytes how much
	 * @return whether it was reserved
	 */
	public boolean tryReserve(long bytes) {
		long before = this.reserved.get();
		while (before + bytes <= Math.min(this.limit, this.room - ofConnections())) {
			if (this.reserved.compareAndSet(before, before + bytes)) {
				return true;
			}
			before = this.reserved.get();
		}
		return false;
	}

	public void release(long bytes) {
		update(this.reserved.addAndGet(-bytes));
	}

	private void update(long now) {
		Level before = this.level;
		Level after = before.next(Math.max(now * 100 / this.limit, (now + ofConnections()) * 100 / this.room));
		if (after != before) {
			this.level = after;
			if (before == Level.CALM) {
				this.leastReserved = now;
				this.leastAt = this.clock.getAsLong();
			}
		}
	}

	/**
	 * Brings the level up to date. Each loop's sweep calls.
	 * @param now a {@link System#nanoTime()} stamp
	 */
	void sweep(long now) {
		long held = this.reserved.get();
		update(held);
		if (this.level == Level.CALM) {
			if (now - this.shortAt >= QUIET_NANOS && this.told.compareAndSet(true, false)) {
				logger.info("Memory is sufficient again: {} of {} bytes (framegate.memory.limit) are held", held,
						this.limit);
			}
			return;
		}
		this.shortAt = now;
		if (this.told.compareAndSet(false, true)) {
			logger.warn("Memory is low: {} of {} bytes (framegate.memory.limit) are held. New connections are "
					+ "refused, and the connections that hold most are not read", held, this.limit);
		}
		if (held < this.leastReserved - this.limit / 20) {
			this.leastReserved = held;
			this.leastAt = now;
		}
	}

	Level level() {
		return this.level;
	}

	/**
	 * Whether memory has been short for seconds and pausing reads did not help, so that
	 * connections must close.
	 * @param now a {@link System#nanoTime()} stamp
	 */
	boolean isStuck(long now) {
		return this.level != Level.CALM && now - this.leastAt >= PATIENCE_NANOS;
	}

	boolean isPatienceOver(long now, long since) {
		return now - since >= PATIENCE_NANOS;
	}

	/**
	 * How much may be held at a level.
	 * @param wanted the level, not full
	 * @return bytes
	 */
	long target(Level wanted) {
		int percent = ((wanted == Level.CALM) ? Level.CALM_BELOW : Level.NEAR_BELOW) - 5;
		return Math.min(this.limit / 100 * percent, this.room / 100 * percent - ofConnections());
	}

	/**
	 * What each connection may bring so that all of them together would take a quarter of
	 * what is left.
	 * @return bytes, at least 0
	 */
	int share() {
		long left = Math.max(0, this.limit - this.reserved.get());
		return (int) Math.min(Integer.MAX_VALUE, left / (4L * Math.max(1, this.connections.get())));
	}

	/**
	 * Whether there are too many connections to accept another one.
	 */
	public boolean isOverloaded() {
		return this.level != Level.CALM || ofConnections() > this.room / 100 * CROWD;
	}

	private long ofConnections() {
		return this.connections.get() * CONNECTION_BYTES;
	}

	void opened() {
		this.connections.incrementAndGet();
	}

	void closed() {
		this.connections.decrementAndGet();
	}

	public long limit() {
		return this.limit;
	}

	/**
	 * How much is held, and reserved ahead by loops.
	 * @return bytes
	 */
	public long used() {
		return this.reserved.get();
	}

	/**
	 * How short memory is.
	 */
	enum Level {

		/** There is enough. */
		CALM,

		/**
		 * The connections that hold most are not read, and no connections are accepted.
		 */
		NEAR,

		/**
		 * Nothing is read that would be held; the connections that hold most are closed.
		 */
		FULL;

		private static final int CALM_BELOW = 70;

		private static final int NEAR_FROM = 80;

		private static final int NEAR_BELOW = 85;

		private static final int FULL_FROM = 90;

		private Level next(long percent) {
			if (percent >= FULL_FROM || (this == FULL && percent >= NEAR_BELOW)) {
				return FULL;
			}
			return (percent >= NEAR_FROM || (this != CALM && percent >= CALM_BELOW)) ? NEAR : CALM;
		}

	}

}
