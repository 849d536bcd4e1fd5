package io.framegate.tls;

import java.io.IOException;
import java.util.List;

import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;

import io.framegate.closure.Cause;
import io.framegate.closure.Side;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * TLS on one connection. What its peer does is reported as it is, and nothing is closed
 * here. The connection's event loop only.
 */
public final class TlsHandler extends SslHandler {

	/** So much ciphertext that is not decrypted yet is enough. */
	private static final int ENOUGH = 64 * 1024;

	/**
	 * A peer that asks for new keys again and again, and reads none of the answers, would
	 * fill the memory with them.
	 */
	private static final int MAX_ANSWERS = 32;

	private final Owner owner;

	private final Side side;

	private final CountingEngine engine;

	private final WrittenRecords records;

	private final HandshakeWorkers workers;

	private final TlsBoundary boundary;

	private final FirstRecord first;

	/** Bytes have come. */
	private boolean received;

	private boolean finished;

	private boolean failed;

	/** The peer's close_notify has come. */
	private boolean inputClosed;

	/** The peer's FIN waits for a calculation. */
	private boolean finWaits;

	/**
	 * TLS with an engine of its own.
	 * @param engine the engine, in the mode of the side
	 * @param side the connection's side
	 * @param owner the connection
	 */
	public TlsHandler(SSLEngine engine, Side side, Owner owner) {
		this(side, owner, engine, new WrittenRecords(), new HandshakeWorkers());
	}

	private TlsHandler(Side side, Owner owner, SSLEngine engine, WrittenRecords records, HandshakeWorkers workers) {
		this(side, owner, new CountingEngine(engine, records), records, workers);
	}

	private TlsHandler(Side side, Owner owner, CountingEngine engine, WrittenRecords records,
			HandshakeWorkers workers) {
		super(engine, false, workers);
		this.engine = engine;
		this.side = side;
		this.owner = owner;
		this.records = records;
		this.boundary = new TlsBoundary(records, owner.answersLater());
		this.workers = workers;
		this.first = new FirstRecord(side);
		// The connection's own timer does it.
		setHandshakeTimeoutMillis(0);
		setCumulator((allocator, before, more) -> {
			if (!before.isReadable() && more.refCnt() > 1) {
				// All connections of a loop are read into that buffer.
				before.release();
				ByteBuf own = allocator.buffer(more.readableBytes()).writeBytes(more);
				more.release();
				return own;
			}
			return MERGE_CUMULATOR.cumulate(allocator, before, more);
		});
	}

	/**
	 * Adds itself to a pipeline: the handshake begins.
	 * @param channel the channel, connected
	 * @param before the name of the handler that takes the plaintext
	 */
	public void addTo(Channel channel, String before) {
		this.workers.begin(channel, () -> idle(channel));
		channel.pipeline().addBefore(before, null, this.boundary);
		channel.pipeline().addBefore(before, null, this);
		handshakeFuture().addListener((done) -> handshaken(channel, done));
		sslCloseFuture().addListener((closed) -> {
			if (closed.isSuccess()) {
				closeNotified();
			}
		});
	}

	// Input

	@Override
	public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
		ByteBuf buffer = (ByteBuf) message;
		if (this.failed || this.inputClosed) {
			int size = buffer.readableBytes();
			buffer.release();
			this.owner.wasted(size);
			return;
		}
		this.received |= buffer.isReadable();
		super.channelRead(context, buffer);
	}

	@Override
	protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) throws SSLException {
		if (this.failed) {
			in.skipBytes(in.readableBytes());
			return;
		}
		String fault = this.first.fault(in);
		if (fault != null) {
			in.skipBytes(in.readableBytes());
			fail(TlsFault.byPeer(this.side, fault));
			return;
		}
		super.decode(context, in, out);
		if (this.finished && this.engine.answers() > MAX_ANSWERS) {
			fail(TlsFault.byPeer(this.side, "too many KeyUpdates in a row"));
		}
		else if (this.finished && this.boundary.isFlooded()) {
			fail(TlsFault.byPeer(this.side, "it does not read the answers to its KeyUpdates"));
		}
	}

	@Override
	public void channelReadComplete(ChannelHandlerContext context) throws Exception {
		super.channelReadComplete(context);
		this.owner.holds((actualReadableBytes() > 0) ? internalBuffer().capacity() : 0);
	}

	/**
	 * Whether more would only wait here to be decrypted.
	 */
	public boolean isFull() {
		return actualReadableBytes() >= ENOUGH;
	}

	private void handshaken(Channel channel, Future<?> done) {
		if (done.isSuccess()) {
			this.finished = true;
			this.engine.handshaken();
			this.workers.handshaken();
			TlsSession session;
			try {
				session = TlsSession.of(engine().getSession(), engine().getApplicationProtocol());
			}
			catch (RuntimeException ex) {
				// Netty would only log it.
				this.finished = false;
				fail(ex);
				return;
			}
			this.owner.handshaken(session);
		}
		else if (channel.isOpen()) {
			// After the alert was written.
			channel.eventLoop().execute(() -> fail(done.cause()));
		}
	}

	private void closeNotified() {
		if (!this.failed && this.finished) {
			this.inputClosed = true;
			this.owner.closeNotified(whyBothEnd());
		}
	}

	/**
	 * Why nothing can be written either after the peer's close_notify (RFC 8446, section
	 * 6.1).
	 * @return why, or {@code null} if something can
	 */
	private @Nullable String whyBothEnd() {
		if (!engine().getSession().getProtocol().equals("TLSv1.3")) {
			return "its close_notify ended both directions, as TLS 1.2 has it";
		}
		// The JDK's engine then refuses to encrypt.
		return engine().isOutboundDone() ? "it sent user_canceled with its close_notify" : null;
	}

	@Override
	public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
		if (event instanceof ChannelInputShutdownEvent) {
			this.finWaits = true;
			idle(context.channel());
		}
		else if (!(event instanceof ChannelInputShutdownReadComplete)) {
			context.fireUserEventTriggered(event);
		}
	}

	/** No calculation is going on. */
	private void idle(Channel channel) {
		if (this.workers.isBusy()) {
			return;
		}
		if (this.finWaits) {
			this.finWaits = false;
			finRead();
		}
		if (!this.finished && !this.failed && !this.boundary.isClosing()) {
			channel.config().setAutoRead(true);
		}
	}

	private void finRead() {
		if (this.failed || this.inputClosed) {
			this.owner.finRead(false);
		}
		else if (!this.finished) {
			fail(this.received ? TlsFault.byPeer(this.side, "FIN during the TLS handshake")
					: TlsFault.nothing(this.side, "FIN before the TLS handshake"));
		}
		else {
			this.owner.finRead(actualReadableBytes() > 0);
		}
	}

	/**
	 * The engine is not touched while another thread calculates with it: that would make
	 * the loop wait.
	 */
	@Override
	public void channelInactive(ChannelHandlerContext context) throws Exception {
		if (this.workers.isBusy()) {
			internalBuffer().skipBytes(actualReadableBytes());
			this.failed = true;
			context.fireChannelInactive();
		}
		else {
			super.channelInactive(context);
		}
	}

	// Faults

	@Override
	public void exceptionCaught(ChannelHandlerContext context, Throwable thrown) {
		if (thrown instanceof DecoderException || thrown instanceof SSLException) {
			fail(thrown);
		}
		else if (!this.received && !this.finished && thrown instanceof IOException) {
			fail(TlsFault.nothing(this.side, String.valueOf(thrown.getMessage())));
		}
		else {
			context.fireExceptionCaught(thrown);
		}
	}

	private void fail(Throwable thrown) {
		fail(TlsFault.of(this.side, thrown));
	}

	private void fail(Cause cause) {
		if (!this.failed) {
			this.failed = true;
			this.owner.failed(cause, this.finished);
		}
	}

	// Output

	/**
	 * How much plaintext the peer's kernel has taken in whole records.
	 * @param pending ciphertext that was flushed and that the kernel has not taken
	 * @return bytes since the beginning
	 */
	public long plainTaken(long pending) {
		return this.records.plainTaken(this.boundary.flushed() - pending);
	}

	/**
	 * How much ciphertext the kernel has taken, up to the last plaintext in it. What
	 * comes after that, such as close_notify, is no loss.
	 * @param pending ciphertext that was flushed and that the kernel has not taken
	 * @return bytes since the beginning
	 */
	public long cipherTaken(long pending) {
		return Math.min(this.boundary.flushed() - pending, this.records.plainEnd());
	}

	/** Whether anything was sent, if only an alert. */
	public boolean hasWritten() {
		return this.boundary.flushed() > 0;
	}

	/**
	 * Completed once the kernel has taken all that was flushed before.
	 */
	public ChannelFuture mark() {
		return this.boundary.mark();
	}

	/** No close_notify: what is cut must not look whole. */
	@Override
	public void close(ChannelHandlerContext context, ChannelPromise promise) {
		this.boundary.letClose();
		context.close(promise);
	}

	@Override
	public void disconnect(ChannelHandlerContext context, ChannelPromise promise) {
		close(context, promise);
	}

	public SSLSession session() {
		return engine().getSession();
	}

	/** What TLS tells its connection. */
	public interface Owner {

		/** Whether the kernel answers a write after it was asked, and not at once. */
		boolean answersLater();

		/** The handshake is done. */
		void handshaken(TlsSession session);

		/**
		 * TLS has failed. An alert, if there is one, was written.
		 * @param cause why
		 * @param later whether the handshake was done before
		 */
		void failed(Cause cause, boolean later);

		/**
		 * The peer sends nothing more: its close_notify has come.
		 * @param bothEnd why nothing can be written to it either, or {@code null} if
		 * something can
		 */
		void closeNotified(@Nullable String bothEnd);

		/**
		 * The peer's FIN has come, without close_notify before it unless it was reported.
		 * @param insideRecord whether it came inside a record
		 */
		void finRead(boolean insideRecord);

		/**
		 * Bytes came that nobody can read any more.
		 * @param bytes how many
		 */
		void wasted(int bytes);

		/**
		 * How much memory is held by an incomplete record.
		 * @param bytes how much
		 */
		void holds(int bytes);

	}

}
