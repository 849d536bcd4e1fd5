package io.framegate.connection;

import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

import io.framegate.closure.Cause;
import io.framegate.closure.Closure;
import io.framegate.transport.ProcessHalt;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts what a connection does not deliver, and writes its record when its socket is
 * closed. Event loop only, but for {@link #whenClosed()} and the reading of counts.
 */
final class ClosureRecorder {

	private static final Logger logger = LoggerFactory.getLogger(ClosureRecorder.class);

	private final Owner owner;

	private final ConnectionContext context;

	private final CompletableFuture<Closure> whenClosed = new CompletableFuture<>();

	private @Nullable Closure closure;

	private long lostFrames;

	private long lostBytes;

	ClosureRecorder(Owner owner, ConnectionContext context) {
		this.owner = owner;
		this.context = context;
	}

	void lose(long frames, long bytes) {
		this.lostFrames += frames;
		this.lostBytes += bytes;
	}

	long lostFrames() {
		return this.lostFrames;
	}

	/**
	 * Gives up what is in flight in either direction, and tells everybody that the
	 * connection is closed.
	 * @param reader holds what was read
	 * @param output holds what was written
	 * @param cause tells why it closed, after all is given up
	 */
	void close(FrameReader reader, FrameWriter output, Supplier<Cause> cause) {
		this.owner.removeFromLoop();
		whatFollows(reader::close);
		long frames = output.pendingFrames();
		long bytes = output.pendingPayload();
		lose(frames, bytes);
		if (!this.context.countedByExchanges()) {
			this.context.metrics().countUndelivered(frames);
		}
		Cause why = cause.get();
		whatFollows(() -> this.owner.closed(why, frames, bytes));
		Closure record = this.owner.record(why, new Closure.Undelivered(this.lostFrames, this.lostBytes));
		this.closure = record;
		whatFollows(() -> this.context.metrics().countClosed(this.context.side(), why.reason()));
		whatFollows(() -> this.context.closures().add(record));
		// Last, so that nobody sees it removed before its record is there.
		this.owner.removeFromRegistry();
		whatFollows(this.owner::publishClosed);
		this.owner.flushSoon();
		this.whenClosed.complete(record);
	}

	/**
	 * Does a part of the closing. If it throws, the parts after it are still done.
	 */
	private void whatFollows(Runnable part) {
		try {
			part.run();
		}
		catch (RuntimeException | Error ex) {
			ProcessHalt.ifHeapIsExhausted(ex);
			logger.error("Route '{}': cleaning up after connection {} failed", this.context.route(), this.owner.id(),
					ex);
		}
	}

	@Nullable Closure closure() {
		return this.closure;
	}

	CompletableFuture<Closure> whenClosed() {
		return this.whenClosed;
	}

	/** What the record needs of its connection. */
	interface Owner {

		/** The connection's id. */
		String id();

		void removeFromLoop();

		/** The socket is closed: the handler is told. */
		void closed(Cause why, long lostFrames, long lostBytes);

		/** Makes the connection's record. */
		Closure record(Cause why, Closure.Undelivered undelivered);

		void removeFromRegistry();

		/** Tells Spring Integration. */
		void publishClosed();

		/** Flushes what others have written meanwhile. */
		void flushSoon();

	}

}
