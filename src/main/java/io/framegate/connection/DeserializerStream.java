package io.framegate.connection;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

/**
 * The stream from which a user's deserializer reads on its own thread. The event loop
 * fills it.
 */
final class DeserializerStream extends InputStream {

	/** The source is paused above so many bytes. */
	private static final int LIMIT = 128 * 1024;

	/** What a piece of the stream takes besides its bytes. */
	private static final int PIECE = 32;

	private final Runnable drained;

	private final Deque<byte[]> chunks = new ArrayDeque<>();

	private int at;

	private long held;

	private int sinceFrame;

	private long frameStartedAt;

	/** The deserializer rests after a frame, because frames come too fast. */
	private volatile boolean resting;

	/** When its last rest ended, a {@link System#nanoTime()} stamp, 0 for never. */
	private volatile long restedAt;

	private boolean ended;

	private boolean closed;

	private boolean paused;

	/** The deserializer has had all bytes and waits for more. */
	private boolean idle;

	private final List<Runnable> whenIdle = new ArrayList<>();

	private long offered;

	/** Where frames begin that are not delivered any more. */
	private long lateFrom = Long.MAX_VALUE;

	/**
	 * Makes a stream.
	 * @param drained told by the reader's thread when reading should go on
	 */
	DeserializerStream(Runnable drained) {
		this.drained = drained;
	}

	/**
	 * Adds a piece.
	 * @param chunk its bytes
	 * @return whether reading should pause
	 */
	synchronized boolean offer(byte[] chunk) {
		this.chunks.add(chunk);
		this.idle = false;
		this.offered += chunk.length;
		this.held += chunk.length;
		notifyAll();
		boolean enough = inChunks() > LIMIT;
		this.paused |= enough;
		return enough;
	}

	private long inChunks() {
		return this.held + (long) PIECE * this.chunks.size();
	}

	synchronized long heldBytes() {
		return inChunks() + this.sinceFrame;
	}

	synchronized void end() {
		this.ended = true;
		notifyAll();
	}

	synchronized void discard() {
		this.lateFrom = Math.min(this.lateFrom, this.offered);
		notifyAll();
	}

	/**
	 * Lets the deserializer's thread rest after a frame until there may be another one,
	 * unless the rest of the stream is wanted at once or not at all.
	 * @param limit how many frames there may be
	 * @throws IOException if it is interrupted
	 */
	synchronized void restFor(TokenBucket limit) throws IOException {
		limit.take(1);
		long now = System.nanoTime();
		long until = now + limit.untilReady(now);
		this.resting = until > now;
		for (long left = until - now; left > 0 && !this.closed
				&& this.lateFrom == Long.MAX_VALUE; left = until - System.nanoTime()) {
			pause(left);
		}
		if (this.resting) {
			this.restedAt = System.nanoTime() | 1;
			this.resting = false;
		}
	}

	private void pause(long nanos) throws IOException {
		try {
			TimeUnit.NANOSECONDS.timedWait(this, nanos);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IOException("interrupted", ex);
		}
	}

	long restedUntil(long now) {
		return this.resting ? now : this.restedAt;
	}

	/** Nobody read for a while: the frame did not wait for its sender. */
	synchronized void shiftFrameStart(long nanos) {
		if (this.sinceFrame > 0) {
			this.frameStartedAt = Math.min(this.frameStartedAt + nanos, System.nanoTime());
		}
	}

	synchronized void whenIdle(Runnable task) {
		if (this.idle) {
			task.run();
		}
		else {
			this.whenIdle.add(task);
		}
	}

	private synchronized void becomeIdle() {
		this.idle = true;
		this.whenIdle.forEach(Runnable::run);
		this.whenIdle.clear();
	}

	/** The reader has ended: nobody waits for it any more. */
	synchronized void readerEnded() {
		this.chunks.clear();
		this.held = 0;
		becomeIdle();
	}

	@Override
	public synchronized void close() {
		this.closed = true;
		notifyAll();
	}

	synchronized boolean isAtEnd() {
		return this.closed || (this.ended && this.chunks.isEmpty());
	}

	/**
	 * A frame was read.
	 * @return whether it came in time to be delivered
	 */
	synchronized boolean frameRead() {
		this.sinceFrame = 0;
		return this.offered - this.held <= this.lateFrom;
	}

	synchronized int sinceFrame() {
		// The rest was never meant to be a frame.
		return this.sinceFrame + (this.closed ? (int) this.held : 0);
	}

	synchronized long frameStartedAt() {
		return (this.sinceFrame > 0) ? this.frameStartedAt : 0;
	}

	@Override
	public int read() throws IOException {
		byte[] one = new byte[1];
		return (read(one, 0, 1) < 0) ? -1 : one[0] & 0xff;
	}

	@Override
	public synchronized int available() {
		return (int) this.held;
	}

	@Override
	public synchronized int read(byte[] target, int offset, int length) throws IOException {
		if (length == 0) {
			return 0;
		}
		byte[] chunk = await();
		if (chunk == null) {
			return -1;
		}
		int count = Math.min(length, chunk.length - this.at);
		System.arraycopy(chunk, this.at, target, offset, count);
		this.at += count;
		this.held -= count;
		if (this.sinceFrame == 0) {
			this.frameStartedAt = System.nanoTime();
		}
		this.sinceFrame += count;
		if (this.at == chunk.length) {
			this.chunks.remove();
			this.at = 0;
		}
		if (this.paused && inChunks() <= LIMIT / 2) {
			this.paused = false;
			this.drained.run();
		}
		return count;
	}

	private byte @Nullable [] await() throws IOException {
		while (this.chunks.isEmpty() && !this.ended && !this.closed) {
			becomeIdle();
			try {
				wait();
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
				throw new IOException("interrupted", ex);
			}
		}
		if (this.closed) {
			throw new IOException("connection closed");
		}
		return this.chunks.peek();
	}

}
