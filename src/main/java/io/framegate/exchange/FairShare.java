package io.framegate.exchange;

import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

/**
 * How many exchanges one client may have in flight on an ordered link. A client alone on
 * the link may have {@link #MAX}. As soon as another uses it too, each may have
 * {@link #MIN}. This share doubles while replies come about as fast as on a quiet link.
 * It halves when they take clearly longer, because then clients wait for each other and
 * not for the server. One thread at a time; all times are {@link System#nanoTime()}
 * stamps.
 */
public final class FairShare {

	/** Places of a client that is alone. */
	static final int MAX = 64;

	/** Places of each client if they wait for each other. */
	static final int MIN = 2;

	/** A client counts as a user of the link for so long after its last request. */
	static final long COMPANY = TimeUnit.SECONDS.toNanos(10);

	/** After the share was halved, it isn't doubled for so long. */
	static final long PAUSE = TimeUnit.SECONDS.toNanos(2);

	/** The shortest wait is that of the last one or two spans of this length. */
	private static final long SPAN = TimeUnit.SECONDS.toNanos(10);

	/** A reply that takes longer than usual by no more than this does no harm. */
	private static final long SLACK = TimeUnit.MILLISECONDS.toNanos(5);

	private static final long NONE = Long.MAX_VALUE;

	private int places = MAX;

	private @Nullable Requester latest;

	private boolean shared;

	private long sharedSince;

	private long othersAt;

	private long mayGrowAt;

	/** The shortest wait since the last {@link #sweep}. */
	private long shortest = NONE;

	private long spanBegan;

	private long shortestOfSpan = NONE;

	private long shortestOfSpanBefore = NONE;

	/**
	 * How many places one client may have now.
	 * @return a number from {@link #MIN} to {@link #MAX}
	 */
	public int places() {
		return this.places;
	}

	/**
	 * A client has one more exchange in flight.
	 * @param client the client
	 * @param now when
	 */
	public void sent(Requester client, long now) {
		if (client == this.latest) {
			return;
		}
		if (this.latest != null) {
			if (!this.shared) {
				share(now);
			}
			this.othersAt = now;
		}
		this.latest = client;
	}

	private void share(long now) {
		this.shared = true;
		this.sharedSince = now;
		this.places = MIN;
		this.mayGrowAt = now;
		this.spanBegan = now;
		this.shortest = NONE;
		this.shortestOfSpan = NONE;
		this.shortestOfSpanBefore = NONE;
	}

	/**
	 * An exchange was answered.
	 * @param sentAt when it was queued on the link
	 * @param now when it was answered
	 */
	public void answered(long sentAt, long now) {
		if (this.shared && sentAt - this.sharedSince >= 0 && now - sentAt < this.shortest) {
			this.shortest = now - sentAt;
		}
	}

	/**
	 * Adapts the share to the reply times since the last call. Called several times a
	 * second.
	 * @param now when
	 */
	public void sweep(long now) {
		if (!this.shared) {
			return;
		}
		if (now - this.othersAt > COMPANY) {
			this.shared = false;
			this.places = MAX;
			return;
		}
		if (this.shortest == NONE) {
			return;
		}
		if (now - this.spanBegan > SPAN) {
			this.spanBegan = now;
			this.shortestOfSpanBefore = this.shortestOfSpan;
			this.shortestOfSpan = NONE;
		}
		this.shortestOfSpan = Math.min(this.shortestOfSpan, this.shortest);
		long usual = Math.min(this.shortestOfSpan, this.shortestOfSpanBefore);
		if (this.shortest > usual + usual / 2 + SLACK) {
			this.places = Math.max(MIN, this.places / 2);
			this.mayGrowAt = now + PAUSE;
		}
		else if (now - this.mayGrowAt >= 0) {
			this.places = Math.min(MAX, this.places * 2);
		}
		this.shortest = NONE;
	}

}
