package io.framegate;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes log lines on a thread of its own, so that a blocked console or file stops nobody
 * who logs. At most {@link #LINES} lines wait; later ones are dropped and counted, and a
 * line says so. Only the lines about ended connections wait for room, because they come
 * from a thread that does nothing else. Any thread may log.
 */
final class LogQueue extends UnsynchronizedAppenderBase<ILoggingEvent> {

	static final int LINES = 2048;

	/** How long a stop waits for the remaining lines to be written. */
	private static final long STOP_MILLIS = 2000;

	/** How long a line may come that somebody was about to write before the stop. */
	private static final long LAST_MILLIS = 200;

	/** Wakes the writer. */
	private static final ILoggingEvent STOP = new LoggingEvent();

	private static final String PATIENT = "io.framegate.closure";

	private static final Logger logger = LoggerFactory.getLogger(LogQueue.class);

	private final BlockingQueue<ILoggingEvent> lines = new ArrayBlockingQueue<>(LINES);

	private final AtomicLong dropped = new AtomicLong();

	private final Appender<ILoggingEvent> target;

	private final Thread writer;

	private volatile boolean stopping;

	/**
	 * A queue before an appender, not started.
	 * @param target the appender, started
	 */
	LogQueue(Appender<ILoggingEvent> target) {
		this.target = target;
		this.writer = Thread.ofPlatform().name("framegate-log-" + target.getName()).daemon().unstarted(this::write);
		setName(target.getName());
		setContext(target.getContext());
	}

	@Override
	public void start() {
		super.start();
		this.writer.start();
	}

	@Override
	protected void append(ILoggingEvent event) {
		event.prepareForDeferredProcessing();
		if (event.getLoggerName().equals(PATIENT)) {
			await(event);
		}
		else if (!this.lines.offer(event)) {
			this.dropped.incrementAndGet();
		}
	}

	private void await(ILoggingEvent event) {
		try {
			this.lines.put(event);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			this.dropped.incrementAndGet();
		}
	}

	private void write() {
		boolean last = false;
		while (!last) {
			last = this.stopping && this.lines.isEmpty();
			try {
				// Without a limit: a gateway at rest does not wake up for its log.
				ILoggingEvent event = last ? this.lines.poll(LAST_MILLIS, TimeUnit.MILLISECONDS) : this.lines.take();
				if (event != null && event != STOP) {
					this.target.doAppend(event);
				}
				sayWhatIsMissing();
			}
			catch (InterruptedException ex) {
				// Nobody may interrupt this thread: lines may still come.
				logger.debug("Interrupted", ex);
			}
			catch (RuntimeException | Error ex) {
				addError("A line could not be written", ex);
			}
		}
		// On this thread, because it waits for a writer to finish.
		this.target.stop();
	}

	private void sayWhatIsMissing() {
		if (this.dropped.get() > 0 && this.lines.remainingCapacity() > LINES / 2) {
			logger.warn("{} log lines were dropped: the log was not read or written fast enough",
					this.dropped.getAndSet(0));
		}
	}

	/**
	 * Writes the remaining lines, for two seconds at most.
	 */
	@Override
	public void stop() {
		if (!isStarted()) {
			return;
		}
		super.stop();
		this.stopping = true;
		// If there is no room, the writer does not sleep.
		this.lines.offer(STOP);
		try {
			this.writer.join(STOP_MILLIS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
