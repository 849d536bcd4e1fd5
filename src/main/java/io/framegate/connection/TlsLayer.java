package io.framegate.connection;

import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;

import io.framegate.closure.Cause;
import io.framegate.closure.CloseReason;
import io.framegate.closure.Side;
import io.framegate.tls.TlsHandler;
import io.framegate.tls.TlsSession;
import io.framegate.transport.HeldMemory;
import io.netty.channel.Channel;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DuplexChannel;
import org.jspecify.annotations.Nullable;

/**
 * TLS on a connection: what it means for the connection's life. Event loop only.
 */
final class TlsLayer implements TlsHandler.Owner {

	/**
	 * What TLS takes on the heap: 3 KB measured with JDK 25 and idle, more with the
	 * peer's chain of certificates.
	 */
	private static final int ENGINE_BYTES = 8 * 1024;

	private final Owner owner;

	private final Side side;

	private final Channel channel;

	private final HeldMemory held;

	private final TlsOutcome outcome;

	private final TlsHandler handler;

	TlsLayer(Owner owner, Side side, Channel channel, HeldMemory held, SSLEngine engine, TlsOutcome outcome) {
		this.owner = owner;
		this.side = side;
		this.channel = channel;
		this.held = held;
		this.outcome = outcome;
		this.handler = new TlsHandler(engine, side, this);
	}

	/**
	 * Begins the handshake.
	 */
	void begin() {
		this.held.secured(ENGINE_BYTES);
		this.handler.addTo(this.channel, this.channel.pipeline().context(SocketHandler.class).name());
	}

	/**
	 * Sends close_notify and then FIN.
	 * @param sent told when the kernel has both
	 */
	void sendFin(Runnable sent) {
		ChannelPromise promise = this.channel.newPromise();
		promise.addListener((done) -> this.owner.afterWrite(() -> {
			if (this.channel.isActive()) {
				((DuplexChannel) this.channel).shutdownOutput();
				sent.run();
			}
		}));
		this.handler.closeOutbound(promise);
	}

	@Override
	public boolean answersLater() {
		return this.owner.answersLater();
	}

	TlsHandler handler() {
		return this.handler;
	}

	SSLSession session() {
		return this.handler.session();
	}

	@Override
	public void handshaken(TlsSession session) {
		this.owner.guard(() -> {
			this.owner.setReading(false);
			this.outcome.done(session);
		});
	}

	@Override
	public void failed(Cause cause, boolean later) {
		this.owner.guard(() -> {
			if (later) {
				this.owner.tlsFailed(cause);
			}
			else {
				this.outcome.failed(cause, this.handler.hasWritten());
			}
		});
	}

	@Override
	public void closeNotified(@Nullable String bothEnd) {
		this.owner.guard(() -> {
			if (bothEnd != null) {
				this.owner.outputRefused(Cause.eof(this.side, bothEnd));
			}
			this.owner.finRead(null);
		});
	}

	@Override
	public void finRead(boolean insideRecord) {
		this.owner.guard(() -> this.owner.finRead(
				insideRecord ? new Cause(CloseReason.TRUNCATED_FRAME, this.side.asEndedBy(), "FIN inside a TLS record")
						: Cause.eof(this.side, "FIN without close_notify")));
	}

	@Override
	public void wasted(int bytes) {
		this.owner.guard(() -> this.owner.wasted(bytes));
	}

	@Override
	public void holds(int bytes) {
		this.held.secured(ENGINE_BYTES + bytes);
	}

	/** What TLS needs of its connection. */
	interface Owner {

		/** Whether the kernel answers a write after it was asked, and not at once. */
		boolean answersLater();

		/** Lets the socket read, or not. */
		void setReading(boolean reading);

		/** TLS has failed after the handshake. */
		void tlsFailed(Cause cause);

		/** Nothing can be written any more, though the peer is still there. */
		void outputRefused(Cause cause);

		/**
		 * The peer sends nothing more.
		 * @param how what is to be said of it, or {@code null}
		 */
		void finRead(@Nullable Cause how);

		/** Bytes came that nobody can read. */
		void wasted(int bytes);

		/** Runs a task. Passes what it throws to the connection. */
		void guard(Runnable task);

		/**
		 * Runs a task once the write is done with of which the channel tells right now:
		 * it may end the output.
		 */
		void afterWrite(Runnable task);

	}

}
