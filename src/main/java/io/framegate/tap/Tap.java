package io.framegate.tap;

import java.time.Instant;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

import io.framegate.connection.FrameConnection;
import io.framegate.mask.Masks;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who watches frames. Frames wait in a bounded queue for a reader; what does not
 * fit is counted and not kept. Threads that carry frames add to it, one reader at a time
 * takes from it, and any thread may end it.
 */
public final class Tap {

	/** What frames that wait may take, in bytes. */
	static final int MAX_HELD = 1024 * 1024;

	/** What a frame takes besides its bytes, about. */
	private static final int FRAME = 256;

	private static final long QUIET_NANOS = 10_000_000_000L;

	/**
	 * What a tap needs of those that it belongs to.
	 */
	interface Owner {

		/** It sees no more frames. */
		void ended(Tap tap);

		/** Its reader has gone. */
		void closed(Tap tap);

	}

	private final TapRequest request;

	private final Owner owner;

	private final LongSupplier clock;

	private final BooleanSupplier live;

	private final long openedAt;

	private final Queue<TappedFrame> waiting = new ConcurrentLinkedQueue<>();

	private final AtomicLong held = new AtomicLong();

	private final AtomicInteger taken = new AtomicInteger();

	/** How many threads add a frame at this moment. */
	private final AtomicInteger adding = new AtomicInteger();

	private final AtomicLong lost = new AtomicLong();

	private final AtomicReference<@Nullable TapEnd> end = new AtomicReference<>();

	private volatile boolean read;

	private volatile boolean closed;

	private long shown;

	private long lostTold;

	private long toldAt;

	private boolean endTold;

	/**
	 * Sees nothing yet.
	 * @param request what it is to see
	 * @param owner told of its end
	 * @param clock gives {@link System#nanoTime()} stamps
	 * @param live whether anything may still come
	 */
	Tap(TapRequest request, Owner owner, LongSupplier clock, BooleanSupplier live) {
		this.request = request;
		this.owner = owner;
		this.clock = clock;
		this.live = live;
		this.openedAt = clock.getAsLong();
		this.toldAt = this.openedAt;
	}

	public TapRequest request() {
		return this.request;
	}

	// Frames

	/**
	 * Whether it wants a frame.
	 * @param from the connection
	 */
	boolean wants(FrameConnection from) {
		return this.end.get() == null && this.request.matches(from);
	}

	/**
	 * A frame passes.
	 * @param from the connection
	 * @param in whether it came from the peer
	 * @param payload the frame
	 * @param masks what is hidden
	 * @param piece whether it is a piece of a stream
	 * @param late whether there is no time for it
	 */
	void frame(FrameConnection from, boolean in, byte[] payload, Masks masks, boolean piece, boolean late) {
		int cost = Math.min(payload.length, this.request.size()) + FRAME;
		if (late || this.held.get() + cost > MAX_HELD) {
			this.lost.incrementAndGet();
			return;
		}
		this.adding.incrementAndGet();
		try {
			int number = this.taken.incrementAndGet();
			if (number <= this.request.count()) {
				add(from, in, payload, masks, piece);
			}
			if (number == this.request.count()) {
				end(TapEnd.COUNT);
			}
		}
		finally {
			this.adding.decrementAndGet();
		}
	}

	private void add(FrameConnection from, boolean in, byte[] payload, Masks masks, boolean piece) {
		Masks.Masked shownBytes = masks.apply(payload, this.request.size(), piece);
		this.waiting.add(new TappedFrame(Instant.now(), from.route(), from.getConnectionId(), from.side(), in,
				from.remoteText(), from.remote(), from.local(), payload.length, shownBytes.bytes(), shownBytes.any()));
		this.held.addAndGet(FRAME + shownBytes.bytes().length);
	}

	// Its end

	/**
	 * Sees no more frames. Only the first reason counts.
	 * @param reason why
	 */
	public void end(TapEnd reason) {
		if (this.end.compareAndSet(null, reason)) {
			this.owner.ended(this);
		}
	}

	/** The reader has gone: nothing is kept any more. */
	public void close() {
		end(TapEnd.DISCONNECT);
		if (!this.closed) {
			this.closed = true;
			this.waiting.clear();
			this.owner.closed(this);
		}
	}

	/**
	 * Whether nobody reads it, though it was opened a while ago.
	 */
	boolean isAbandoned() {
		return !this.read && this.clock.getAsLong() - this.openedAt > QUIET_NANOS;
	}

	/**
	 * What became of it.
	 * @return why it ended, and what was shown
	 */
	public TapEvent.End result() {
		TapEnd reason = this.end.get();
		return new TapEvent.End((reason != null) ? reason : TapEnd.DISCONNECT, this.shown, this.lost.get());
	}

	// Reading

	/**
	 * The next event, if there is one now. After a {@link TapEvent.End} there is none.
	 * @return the event, or {@code null}
	 */
	public @Nullable TapEvent poll() {
		this.read = true;
		long now = this.clock.getAsLong();
		if (now - this.openedAt > this.request.nanos()) {
			end(TapEnd.TIME);
		}
		else if (!this.live.getAsBoolean()) {
			end(TapEnd.CLOSED);
		}
		// Asked before the queue: what is added later is not the last.
		boolean last = this.end.get() != null && this.adding.get() == 0;
		TapEvent event = next(now, last);
		if (event != null) {
			this.toldAt = now;
		}
		return event;
	}

	private @Nullable TapEvent next(long now, boolean last) {
		TappedFrame frame = this.waiting.poll();
		if (frame != null) {
			this.held.addAndGet(-FRAME - frame.bytes().length);
			this.shown++;
			return new TapEvent.Frame(frame);
		}
		long more = this.lost.get() - this.lostTold;
		if (more > 0) {
			this.lostTold += more;
			return new TapEvent.Lost(more);
		}
		if (last && !this.endTold) {
			this.endTold = true;
			return result();
		}
		return (now - this.toldAt > QUIET_NANOS) ? new TapEvent.Quiet() : null;
	}

}
