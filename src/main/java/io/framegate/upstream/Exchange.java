package io.framegate.upstream;

import java.net.InetAddress;

import io.framegate.connection.Cause;
import io.framegate.connection.Loop;
import org.jspecify.annotations.Nullable;

/**
 * A request on its way upstream, and where its reply goes. Made and ended on its origin's
 * event loop, carried on the loop of the link that it is given to; a moment of it is on
 * one loop only.
 */
public final class Exchange {

	/** Where an exchange comes from. Called on its own loop. */
	public interface Origin {

		Loop loop();

		@Nullable InetAddress address();

		/**
		 * The reply is there; for a route without replies, the request has left.
		 * @param exchange the exchange
		 */
		void answered(Exchange exchange);

		/**
		 * There will be no reply.
		 * @param exchange the exchange
		 * @param cause why
		 */
		void failed(Exchange exchange, Cause cause);

	}

	private static final int MOST_ATTEMPTS = 5;

	private final Origin origin;

	private final byte[] request;

	private final long createdAt = System.nanoTime();

	private volatile boolean cancelled;

	private volatile boolean sent;

	private boolean ended;

	private byte @Nullable [] reply;

	private @Nullable Cause fault;

	private int attempts;

	private Correlator.@Nullable Key key;

	/** Where on its link the request begins and ends, in bytes written. */
	private long begin;

	private long end;

	public Exchange(Origin origin, byte[] request) {
		this.origin = origin;
		this.request = request;
	}

	public Origin origin() {
		return this.origin;
	}

	public byte[] request() {
		return this.request;
	}

	/**
	 * When the request came.
	 * @return a {@link System#nanoTime()} stamp
	 */
	public long createdAt() {
		return this.createdAt;
	}

	/**
	 * Nobody waits for it any more: it is not sent if it was not yet. Any thread.
	 */
	public void cancel() {
		this.cancelled = true;
	}

	public boolean isCancelled() {
		return this.cancelled;
	}

	/**
	 * Whether the request was written to a link, so that it may have reached a server.
	 * @return whether it was
	 */
	public boolean isSent() {
		return this.sent;
	}

	/**
	 * Whether it was answered or has failed. The origin's loop asks.
	 * @return whether it is over
	 */
	public boolean isEnded() {
		return this.ended;
	}

	public byte @Nullable [] reply() {
		return this.reply;
	}

	/**
	 * Gives the client something in the reply's place.
	 * @param payload what
	 */
	public void replaceFault(byte[] payload) {
		this.fault = null;
		this.reply = payload;
	}

	public @Nullable Cause fault() {
		return this.fault;
	}

	Correlator.@Nullable Key key() {
		return this.key;
	}

	void key(Correlator.Key found) {
		this.key = found;
	}

	void written(long from, long to) {
		this.begin = from;
		this.end = to;
		this.sent = true;
		this.attempts++;
	}

	long begin() {
		return this.begin;
	}

	long end() {
		return this.end;
	}

	/**
	 * Takes back that it was sent: not a byte of it can have left.
	 * @return whether it may be tried on another link
	 */
	boolean unsent() {
		this.sent = false;
		return this.attempts < MOST_ATTEMPTS && !this.cancelled;
	}

	/**
	 * The reply is there.
	 * @param payload the reply
	 */
	public void answer(byte[] payload) {
		this.origin.loop().execute(() -> {
			if (!this.ended) {
				this.ended = true;
				this.reply = payload;
				this.origin.answered(this);
			}
		});
	}

	void fail(Cause cause) {
		this.origin.loop().execute(() -> {
			if (!this.ended) {
				this.ended = true;
				this.fault = cause;
				this.origin.failed(this, cause);
			}
		});
	}

}
