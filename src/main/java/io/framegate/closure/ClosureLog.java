package io.framegate.closure;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * The ended connections: a bounded ring of each route's newest, and a log line for each.
 * A peer that reconnects rapidly gets one line a second with the number of its
 * connections, and so do all who are refused for one reason. Any thread may call. A
 * separate thread writes the lines, because a blocked console must not stop an event
 * loop.
 */
public final class ClosureLog implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger("io.framegate.closure");

	private static final int LINES_WAITING = 65_536;

	/** All routes together keep so many times what one route may keep. */
	private static final int MAX_SHARES = 20;

	private static final long TELL_NANOS = TimeUnit.SECONDS.toNanos(1);

	/** By route; also the lock for reading and writing it. */
	private final Map<String, ClosureRing> rings = new HashMap<>();

	private final RepeatedClosures repeated = new RepeatedClosures();

	private final UnreadableStarts unreadable = new UnreadableStarts();

	private long number;

	private final BlockingQueue<Runnable> lines = new ArrayBlockingQueue<>(LINES_WAITING);

	private final AtomicLong unlogged = new AtomicLong();

	private final Thread writer = Thread.ofPlatform().name("framegate-closures").daemon().unstarted(this::write);

	private final int keep;

	private volatile boolean closed;

	/**
	 * Starts the thread that writes the lines.
	 * @param keep how many ended connections of each route are remembered, 1 or more
	 */
	public ClosureLog(int keep) {
		this.keep = keep;
		this.writer.start();
	}

	/**
	 * Keeps the record of a connection that ended, and logs it.
	 * @param closure the record
	 */
	public void add(Closure closure) {
		boolean single;
		synchronized (this.rings) {
			ClosureRing ring = this.rings.computeIfAbsent(closure.route(),
					(route) -> new ClosureRing(this.keep, () -> ++this.number));
			single = this.repeated.add(closure, ring);
			if (this.rings.size() > MAX_SHARES) {
				shareOut();
			}
		}
		if (single && logger.isInfoEnabled() && !this.lines.offer(() -> log(closure))) {
			this.unlogged.incrementAndGet();
		}
	}

	/**
	 * Removes the oldest record of the route that has most, until all routes together
	 * keep no more than allowed.
	 */
	private void shareOut() {
		int all = this.rings.values().stream().mapToInt(ClosureRing::size).sum();
		if (all > this.keep * (long) MAX_SHARES) {
			this.rings.values()
				.stream()
				.max(Comparator.comparingInt(ClosureRing::size))
				.ifPresent(ClosureRing::removeOldest);
		}
	}

	/**
	 * The newest ended connections.
	 * @param wanted which
	 * @param limit how many at most
	 * @return newest first
	 */
	public List<Closure> newest(Predicate<Closure> wanted, int limit) {
		record Found(Closure closure, long number) {

		}
		List<Found> found = new ArrayList<>();
		synchronized (this.rings) {
			this.rings.values().forEach((ring) -> ring.forEach((entry) -> {
				if (wanted.test(entry.closure())) {
					found.add(new Found(entry.closure(), entry.number()));
				}
			}));
		}
		return found.stream()
			.sorted(Comparator.comparingLong(Found::number).reversed())
			.limit(limit)
			.map(Found::closure)
			.toList();
	}

	/** The first bytes of frames that could not be cut. */
	public UnreadableStarts unreadable() {
		return this.unreadable;
	}

	private void write() {
		try {
			long told = System.nanoTime();
			while (!this.closed || !this.lines.isEmpty()) {
				Runnable line = this.lines.poll(TELL_NANOS, TimeUnit.NANOSECONDS);
				if (line != null) {
					line.run();
				}
				if (System.nanoTime() - told >= TELL_NANOS) {
					told = System.nanoTime();
					logRepeated();
				}
				long missing = this.unlogged.getAndSet(0);
				if (missing > 0) {
					logger.warn("{} ended connections have no log line: the log is slower than they end", missing);
				}
			}
			logRepeated();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private void logRepeated() {
		List<Closure> repeats;
		synchronized (this.rings) {
			repeats = this.repeated.untold();
		}
		repeats.forEach(ClosureLog::log);
	}

	private static void log(Closure closure) {
		LoggingEventBuilder line = logger.atInfo()
			.addKeyValue("id", closure.id())
			.addKeyValue("route", closure.route())
			.addKeyValue("side", closure.side().label())
			.addKeyValue("remote", closure.remote())
			.addKeyValue("reason", closure.reason().label())
			.addKeyValue("endedBy", closure.endedBy().label())
			.addKeyValue("detail", closure.detail())
			.addKeyValue("openedAt", closure.openedAt())
			.addKeyValue("closedAt", closure.closedAt())
			.addKeyValue("framesIn", closure.framesIn())
			.addKeyValue("framesOut", closure.framesOut())
			.addKeyValue("bytesIn", closure.bytesIn())
			.addKeyValue("bytesOut", closure.bytesOut())
			.addKeyValue("undeliveredFrames", closure.undelivered().frames())
			.addKeyValue("undeliveredBytes", closure.undelivered().bytes())
			.addKeyValue("partialFrameBytes", closure.partialFrameBytes());
		if (closure.peerId() != null) {
			line = line.addKeyValue("peerId", closure.peerId());
		}
		Closure.Tls tls = closure.tls();
		if (tls != null) {
			line = line.addKeyValue("tlsProtocol", tls.protocol()).addKeyValue("tlsCipher", tls.cipher());
			line = (tls.subject() != null) ? line.addKeyValue("tlsSubject", tls.subject()) : line;
		}
		if (closure.count() > 1) {
			line = line.addKeyValue("count", closure.count());
		}
		line.log("Connection {} ({} {} {}) ended by {}: {}{}; {} frames in, {} out, {} undelivered{}", closure.id(),
				closure.route(), closure.side().label(), closure.remote(), closure.endedBy().label(),
				closure.reason().label(), closure.detail().isEmpty() ? "" : " (" + closure.detail() + ")",
				closure.framesIn(), closure.framesOut(), closure.undelivered().frames(),
				(closure.count() > 1) ? "; " + closure.count() + others(closure) : "");
	}

	private static String others(Closure closure) {
		return RepeatedClosures.isRefused(closure) ? " clients were refused so" : " of this peer ended so";
	}

	/**
	 * Writes the remaining lines, for a second at most.
	 */
	@Override
	public void close() {
		this.closed = true;
		// Wakes the writer. If there is no room, it does not sleep.
		this.lines.offer(() -> logger.trace("No more lines"));
		try {
			this.writer.join(1000);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
