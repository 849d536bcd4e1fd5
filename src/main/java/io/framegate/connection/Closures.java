package io.framegate.connection;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * The ended connections: a bounded ring of the newest, and a log line for each. Any
 * thread may call; lines are written by a thread of their own, for a console that blocks
 * must not stop an event loop.
 */
public final class Closures implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger("io.framegate.closure");

	private static final int LINES_WAITING = 65_536;

	private final Deque<Closure> ring = new ArrayDeque<>();

	private final BlockingQueue<Closure> lines = new ArrayBlockingQueue<>(LINES_WAITING);

	private final AtomicLong unlogged = new AtomicLong();

	private final Thread writer = Thread.ofPlatform().name("framegate-closures").daemon().unstarted(this::write);

	private final int keep;

	private volatile boolean closed;

	/**
	 * Starts the thread that writes the lines.
	 * @param keep how many ended connections are remembered, 0 or more
	 */
	public Closures(int keep) {
		this.keep = keep;
		this.writer.start();
	}

	void add(Closure closure) {
		synchronized (this.ring) {
			this.ring.addFirst(closure);
			if (this.ring.size() > this.keep) {
				this.ring.removeLast();
			}
		}
		if (logger.isInfoEnabled() && !this.lines.offer(closure)) {
			this.unlogged.incrementAndGet();
		}
	}

	/**
	 * The newest ended connections.
	 * @param wanted which
	 * @param limit how many at the most
	 * @return newest first
	 */
	public List<Closure> newest(Predicate<Closure> wanted, int limit) {
		List<Closure> found = new ArrayList<>();
		synchronized (this.ring) {
			for (Closure closure : this.ring) {
				if (found.size() >= limit) {
					break;
				}
				if (wanted.test(closure)) {
					found.add(closure);
				}
			}
		}
		return found;
	}

	private void write() {
		try {
			while (!this.closed || !this.lines.isEmpty()) {
				Closure closure = this.lines.poll(100, TimeUnit.MILLISECONDS);
				if (closure != null) {
					log(closure);
				}
				long missing = this.unlogged.getAndSet(0);
				if (missing > 0) {
					logger.warn("{} ended connections have no log line: the log is slower than they end", missing);
				}
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
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
		line.log("Connection {} ({} {} {}) ended by {}: {}{}; {} frames in, {} out, {} undelivered", closure.id(),
				closure.route(), closure.side().label(), closure.remote(), closure.endedBy().label(),
				closure.reason().label(), closure.detail().isEmpty() ? "" : " (" + closure.detail() + ")",
				closure.framesIn(), closure.framesOut(), closure.undelivered().frames());
	}

	/**
	 * Writes the lines that wait, for a second at the most.
	 */
	@Override
	public void close() {
		this.closed = true;
		try {
			this.writer.join(1000);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
