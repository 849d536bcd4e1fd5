package io.framegate.testkit;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The end of one wait on a socket. A read is bounded by SO_TIMEOUT; a write, which the
 * JDK does not bound, by closing the socket from one daemon thread.
 */
final class Deadline {

	private static final ScheduledThreadPoolExecutor CLOCK = new ScheduledThreadPoolExecutor(1, (task) -> {
		Thread thread = new Thread(task, "testkit-deadlines");
		thread.setDaemon(true);
		return thread;
	});

	static {
		CLOCK.setRemoveOnCancelPolicy(true);
	}

	private final Duration limit;

	private final long end;

	Deadline(Duration limit) {
		this.limit = limit;
		this.end = System.nanoTime() + limit.toNanos();
	}

	/**
	 * Bounds the next read by what is left.
	 */
	void boundRead(Socket socket) throws SocketException {
		long left = TimeUnit.NANOSECONDS.toMillis(this.end - System.nanoTime());
		socket.setSoTimeout(Math.clamp(left, 1, Integer.MAX_VALUE));
	}

	/**
	 * Says whether reading bytes one after the other took too long as a whole.
	 */
	boolean isOver() {
		return System.nanoTime() - this.end >= 0;
	}

	void boundWrite(Socket socket, Write write) throws IOException {
		AtomicBoolean late = new AtomicBoolean();
		ScheduledFuture<?> close = CLOCK.schedule(() -> {
			late.set(true);
			socket.close();
			return null;
		}, this.limit.toMillis(), TimeUnit.MILLISECONDS);
		try {
			write.run();
		}
		catch (IOException ex) {
			if (late.get()) {
				throw new AssertionError("the peer took no bytes for " + this.limit + "; socket closed", ex);
			}
			throw ex;
		}
		finally {
			close.cancel(false);
		}
	}

	@Override
	public String toString() {
		return this.limit.toString();
	}

	@FunctionalInterface
	interface Write {

		void run() throws IOException;

	}

}
