package io.framegate.connection;

import java.time.Instant;
import java.util.concurrent.CompletableFuture;

import io.framegate.timeout.Timer;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a connection ends, why, and with how much undelivered; at last the record that it
 * leaves. Event loop only, but for {@link #whenClosed()} and what reads a count.
 */
final class Ending {

	private static final Logger logger = LoggerFactory.getLogger(Ending.class);

	private final FrameConnection connection;

	private final Channel channel;

	private final CompletableFuture<Closure> whenClosed = new CompletableFuture<>();

	private @Nullable Cause cause;

	private @Nullable Closure closure;

	/** The gateway's own code has failed once while it served the connection. */
	private boolean broken;

	private boolean inputDone;

	/** The socket takes nothing more; what came before that is still read. */
	private boolean severed;

	/** What severed the socket came after the peer's FIN. */
	private boolean severedAfterFin;

	/** Ended without the peer's FIN, and not by the gateway's own orderly doing. */
	private boolean abrupt;

	/** RST is to be sent once everything written has reached the peer's kernel. */
	private boolean resetting;

	/** Nothing more is written before that RST. */
	private boolean allWritten;

	private long lostFrames;

	private long lostBytes;

	Ending(FrameConnection connection) {
		this.connection = connection;
		this.channel = connection.channel();
	}

	// Each direction's end

	/**
	 * Every frame before the peer's FIN was delivered.
	 * @param fault what is wrong with the end, or {@code null}
	 */
	void inputDone(@Nullable Cause fault) {
		if (!this.connection.isOpen()) {
			return;
		}
		if (fault != null) {
			because(fault);
		}
		if (this.severed && !this.severedAfterFin) {
			closeSevered();
			return;
		}
		this.inputDone = true;
		if (this.connection.state() == ConnectionState.OPEN) {
			this.connection.state(ConnectionState.READ_CLOSED);
		}
		this.connection.watcher().inputEnded(this.connection);
		if (this.severed) {
			closeSevered();
		}
		closeIfDone();
	}

	private void closeSevered() {
		close((this.cause != null) ? this.cause : SocketFaults.reset(this.connection.side()));
	}

	/**
	 * Our FIN was sent.
	 */
	void outputDone() {
		if (this.connection.state() == ConnectionState.OPEN) {
			this.connection.state(ConnectionState.WRITE_CLOSED);
		}
		this.connection.input().linger();
		closeIfDone();
	}

	boolean isDone() {
		return this.inputDone && this.connection.output().isEnded();
	}

	private void closeIfDone() {
		if (isDone()) {
			Throwable reset = Sockets.fault(this.channel);
			if (reset != null) {
				// After its FIN, the peer refused what it was sent.
				close(causeOf(reset));
				return;
			}
			Side side = this.connection.side();
			close(new Cause((side == Side.INBOUND) ? CloseReason.INBOUND_EOF : CloseReason.UPSTREAM_EOF,
					side.asEndedBy(), ""));
		}
	}

	// Why

	void because(Cause newer) {
		Cause older = this.cause;
		if (older == null || (older.reason().isNormalEnd() && !newer.reason().isNormalEnd())) {
			this.cause = newer;
		}
	}

	@Nullable Cause cause() {
		return this.cause;
	}

	/**
	 * Netty or the kernel met a fault. What the peer had sent before a fault of the
	 * socket is in the kernel's hands and acknowledged: it is read out first, as fast as
	 * it is wanted.
	 * @param thrown what it says
	 */
	void exceptionCaught(Throwable thrown) {
		if (!this.connection.isOpen() || this.severed) {
			return;
		}
		logger.debug("Connection {}", this.connection.getConnectionId(), thrown);
		Cause why = causeOf(thrown);
		because(why);
		if (this.cause == why && why.reason() == CloseReason.WRITE_TIMEOUT) {
			this.connection.terms().timeouts().countFired(Timer.WRITE);
		}
		if (!SocketFaults.isSockets(thrown) || this.connection.state() == ConnectionState.CONNECTING) {
			close(why);
			return;
		}
		this.abrupt = true;
		if (this.inputDone || this.resetting || !this.connection.input().isWorthReading()) {
			close(why);
			return;
		}
		this.severed = true;
		this.severedAfterFin = !this.connection.terms().shared()
				&& (this.connection.input().isEnded() || SocketFaults.isAfterFin(thrown));
		this.connection.output().sever();
		this.connection.watcher().severed(this.connection, why);
	}

	private Cause causeOf(Throwable thrown) {
		FrameConnection of = this.connection;
		if (SocketFaults.isAfterFin(thrown)) {
			return SocketFaults.reset(of.side());
		}
		return SocketFaults.cause(of.side(), thrown,
				() -> Sockets.isKeepaliveOver(this.channel, System.nanoTime() - of.lastActivity()),
				of.terms().timeouts().limit(Timer.WRITE));
	}

	boolean isSevered() {
		return this.severed;
	}

	/**
	 * Whether the peer is to get RST, and so no FIN before that.
	 * @return whether RST is due
	 */
	boolean isResetting() {
		return this.resetting;
	}

	/**
	 * Whether the connection ended without its peer's FIN, and not by the gateway's own
	 * orderly doing, so that what came from the peer must not look whole.
	 * @return whether it was reset, lost or aborted
	 */
	boolean isAbrupt() {
		return this.abrupt;
	}

	static Cause internalError(Throwable thrown) {
		Throwable root = thrown;
		while (root.getCause() != null && root.getCause() != root) {
			root = root.getCause();
		}
		return Cause.byGateway(CloseReason.INTERNAL_ERROR, root.getClass().getSimpleName() + ": " + root.getMessage());
	}

	/**
	 * What was done for the connection has thrown: it ends, in order if it can, and in
	 * any case.
	 * @param thrown what
	 */
	void broken(Throwable thrown) {
		ProcessHalt.ifHeapIsExhausted(thrown);
		logger.error("Route '{}': serving connection {} failed", this.connection.route(),
				this.connection.getConnectionId(), thrown);
		if (!this.connection.isOpen()) {
			return;
		}
		Cause why = internalError(thrown);
		boolean first = !this.broken;
		this.broken = true;
		because(why);
		if (first) {
			try {
				this.connection.fail(why);
				return;
			}
			catch (RuntimeException | Error ex) {
				ProcessHalt.ifHeapIsExhausted(ex);
				logger.error("Route '{}': ending connection {} in order failed", this.connection.route(),
						this.connection.getConnectionId(), ex);
			}
		}
		this.channel.close();
	}

	// How

	void drain(long since) {
		if (this.connection.isOpen() && this.connection.waits().startDrain(since)) {
			this.connection.state(ConnectionState.DRAINING);
		}
	}

	void drainExpired(Cause why) {
		Cause began = this.cause;
		if (began == null) {
			this.cause = why;
		}
		else {
			this.cause = began.reason().isDrain() ? why.withDetail("drain begun by " + began.reason().label())
					: began.withDetail(why.detail());
		}
		close(why);
	}

	/**
	 * Our FIN was sent, and the peer still sends what nobody gets.
	 */
	void lingered() {
		if (!this.channel.isOpen()) {
			return;
		}
		close((this.cause != null) ? this.cause : Cause.byGateway(CloseReason.INTERNAL_ERROR, ""));
	}

	void finish(Cause why) {
		if (!this.connection.isOpen()) {
			return;
		}
		because(why);
		if (!this.channel.isActive() || this.severed) {
			close(why);
			return;
		}
		if (this.resetting) {
			// It ends once everything has reached the peer, which is not to take longer
			// now.
			this.connection.drain();
			return;
		}
		this.connection.discardInput();
		this.connection.drain();
		this.connection.halfClose();
		closeIfDone();
	}

	void close(Cause why) {
		because(why);
		if (this.connection.isOpen()) {
			try {
				this.connection.output().beforeClose();
				if (this.resetting && this.channel.isActive()) {
					this.channel.config().setOption(ChannelOption.SO_LINGER, 0);
				}
				this.connection.countRetransmits();
			}
			catch (RuntimeException | Error ex) {
				ProcessHalt.ifHeapIsExhausted(ex);
				logger.error("Route '{}': the last counts of connection {} failed", this.connection.route(),
						this.connection.getConnectionId(), ex);
			}
			finally {
				this.channel.close();
			}
		}
	}

	/**
	 * Resets the connection. A drain that had begun is cut short, and is no longer what
	 * ended it.
	 */
	void abort(Cause why) {
		Cause began = this.cause;
		if (this.connection.isOpen() && began != null && began.reason().isDrain()) {
			this.cause = why;
		}
		this.abrupt = true;
		this.resetting = true;
		close(why);
	}

	/**
	 * Passes an abnormal end on: takes no more, and resets the connection once everything
	 * that was written has reached the peer's kernel, where an RST destroys nothing.
	 * Where nobody tells what has, that is when the drain timer has run out.
	 * @param why the cause
	 */
	void resetAfterWrites(Cause why) {
		if (!this.connection.isOpen()) {
			return;
		}
		because(why);
		if (!this.channel.isActive() || this.severed) {
			close(why);
			return;
		}
		this.resetting = true;
		this.connection.pause();
		this.connection.output().afterWrites(() -> {
			this.allWritten = true;
			this.connection.loop().flush();
			resetIfTaken();
		});
	}

	/**
	 * Looks whether the RST that is due can be sent. Every sweep asks.
	 */
	void resetIfTaken() {
		if (!this.allWritten || !this.connection.isOpen() || !this.channel.isOpen()) {
			return;
		}
		this.connection.output().settle();
		if (this.connection.pendingBytes() > 0) {
			return;
		}
		int left = Sockets.unacknowledged(this.channel);
		if (left == 0) {
			closeSevered();
		}
		else if (left < 0) {
			this.connection.drain();
		}
	}

	// What is left

	void lose(long frames, long bytes) {
		this.lostFrames += frames;
		this.lostBytes += bytes;
	}

	long lostFrames() {
		return this.lostFrames;
	}

	/**
	 * The socket is closed.
	 */
	void closed() {
		FrameConnection ended = this.connection;
		if (!ended.isOpen()) {
			return;
		}
		ended.state(ConnectionState.CLOSED);
		ended.leaveLoop();
		whatFollows(ended.input()::close);
		long frames = ended.output().pendingFrames();
		long bytes = ended.output().pendingPayload();
		lose(frames, bytes);
		if (!ended.terms().countedByExchanges()) {
			ended.terms().meters().countUndelivered(frames);
		}
		Cause why = this.cause;
		if (why == null || (why.reason().isNormalEnd() && !isDone())) {
			// Nobody here closed it: the peer's FIN was followed by a reset.
			why = SocketFaults.reset(ended.side());
			this.cause = why;
		}
		Cause ending = why;
		whatFollows(() -> ended.watcher().closed(ended, ending, frames, bytes));
		Closure record = record(ending);
		this.closure = record;
		whatFollows(() -> ended.terms().meters().countClosed(ended.side(), ending.reason()));
		whatFollows(() -> ended.terms().closures().add(record));
		// Last, so that whoever sees it gone finds its record.
		ended.leaveRegistry();
		whatFollows(ended::publishClosed);
		ended.loop().flushSoon();
		this.whenClosed.complete(record);
	}

	/**
	 * Does a part of what is to be done at the end, whatever becomes of it: the parts
	 * after it must not be left out.
	 */
	private void whatFollows(Runnable part) {
		try {
			part.run();
		}
		catch (RuntimeException | Error ex) {
			ProcessHalt.ifHeapIsExhausted(ex);
			logger.error("Route '{}': what follows the end of connection {} has failed", this.connection.route(),
					this.connection.getConnectionId(), ex);
		}
	}

	private Closure record(Cause why) {
		FrameConnection of = this.connection;
		FrameConnection other = of.peer();
		return new Closure(of.getConnectionId(), of.route(), of.side(), of.remoteText(),
				(other != null) ? other.getConnectionId() : null, why.reason(), why.endedBy(), why.detail(),
				of.openedAt(), Instant.now(), of.framesIn(), of.framesOut(), of.bytesIn(), of.bytesOut(),
				new Closure.Undelivered(this.lostFrames, this.lostBytes), of.input().partialBytes(), 1);
	}

	@Nullable Closure closure() {
		return this.closure;
	}

	CompletableFuture<Closure> whenClosed() {
		return this.whenClosed;
	}

}
