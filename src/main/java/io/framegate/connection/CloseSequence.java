package io.framegate.connection;

import io.framegate.closure.Cause;
import io.framegate.closure.CloseReason;
import io.framegate.timeout.Timeout;
import io.framegate.transport.ProcessHalt;
import io.framegate.transport.SocketErrors;
import io.framegate.transport.SocketOptions;
import io.netty.channel.Channel;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a connection closes, and why. Event loop only.
 */
final class CloseSequence {

	private static final Logger logger = LoggerFactory.getLogger(CloseSequence.class);

	private final Owner owner;

	private final ConnectionContext context;

	private final ConnectionLifecycle lifecycle;

	private final FrameReader reader;

	private final ReadGate gate;

	private final FrameWriter output;

	private final Channel channel;

	private final ClosureRecorder recorder;

	private final SocketClosing closing;

	private @Nullable Cause cause;

	/** The gateway's own code has thrown once while it served the connection. */
	private boolean broken;

	/** The socket was severed after the peer's FIN. */
	private boolean severedAfterFin;

	/** Nothing more is written before that RST. */
	private boolean allWritten;

	CloseSequence(Owner owner, ConnectionContext context, ConnectionLifecycle lifecycle, FrameReader reader,
			ReadGate gate, FrameWriter output, Channel channel, ClosureRecorder recorder) {
		this.owner = owner;
		this.context = context;
		this.lifecycle = lifecycle;
		this.reader = reader;
		this.gate = gate;
		this.output = output;
		this.channel = channel;
		this.recorder = recorder;
		this.closing = new SocketClosing(owner, lifecycle, output, channel);
	}

	// The end of each direction

	/** Every frame before the peer's FIN was delivered, unless there is a fault. */
	void inputDone(@Nullable Cause fault) {
		if (!this.lifecycle.isOpen()) {
			return;
		}
		if (fault != null) {
			because(fault);
		}
		if (this.lifecycle.isSevered() && !this.severedAfterFin) {
			closeSevered();
			return;
		}
		this.lifecycle.inputDone();
		this.owner.inputEnded();
		if (this.lifecycle.isSevered()) {
			closeSevered();
		}
		closeIfDone();
	}

	private void closeSevered() {
		close((this.cause != null) ? this.cause : SocketErrors.reset(this.context.side()));
	}

	/** Our FIN was sent. */
	void outputDone() {
		this.gate.linger();
		closeIfDone();
	}

	private void closeIfDone() {
		if (this.lifecycle.isDone()) {
			Throwable reset = SocketOptions.lossByReset(this.channel, this.output.progress().bytesSent(this.channel));
			if (reset != null) {
				// After its FIN, the peer refused what it was sent.
				close(this.owner.causeOf(reset));
				return;
			}
			close(Cause.eof(this.context.side(), ""));
		}
	}

	/** The peer closed right after its close_notify, as many do: nothing was lost. */
	private boolean isGoodbye(Throwable thrown) {
		WriteProgress progress = this.output.progress();
		return progress.isEncrypted() && this.lifecycle.isInputDone() && !this.lifecycle.isResetting()
				&& SocketErrors.isSockets(thrown) && this.output.pendingFrames() == 0
				&& SocketOptions.isAcknowledged(this.channel, progress.bytesSent(this.channel));
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
	 * Netty or the kernel met a fault. What the peer had sent before is in the kernel and
	 * acknowledged, so it is still read, as fast as it is wanted.
	 * @param thrown the fault
	 */
	void exceptionCaught(Throwable thrown) {
		if (!this.lifecycle.isOpen() || this.lifecycle.isSevered()) {
			return;
		}
		if (this.lifecycle.isCut()) {
			// The kernel refuses what was written before.
			this.lifecycle.abrupt();
			this.lifecycle.sever();
			return;
		}
		logger.debug("Connection {}", this.owner.id(), thrown);
		if (isGoodbye(thrown)) {
			this.lifecycle.outputEnded();
			close(Cause.eof(this.context.side(), ""));
			return;
		}
		Cause cause = this.owner.causeOf(thrown);
		because(cause);
		if (this.cause == cause && cause.reason() == CloseReason.WRITE_TIMEOUT) {
			this.context.timeouts().countFired(Timeout.WRITE);
		}
		if (!SocketErrors.isSockets(thrown) || this.lifecycle.state() == ConnectionState.CONNECTING) {
			close(cause);
			return;
		}
		this.lifecycle.abrupt();
		if (this.lifecycle.isInputDone() || this.lifecycle.isResetting() || !this.reader.isWorthReading()) {
			close(cause);
			return;
		}
		this.severedAfterFin = !this.context.shared()
				&& (this.lifecycle.isFinRead() || SocketErrors.isAfterFin(thrown));
		this.lifecycle.sever();
		this.owner.severed(cause);
	}

	/** TLS has failed: nothing can be read or written any more. */
	void tlsFailed(Cause cause) {
		this.lifecycle.abrupt();
		close(cause);
	}

	/** TLS lets nothing be written any more. What was read is still delivered. */
	void outputRefused(Cause cause) {
		because(cause);
		this.lifecycle.outputEnded();
		this.severedAfterFin = true;
		this.lifecycle.sever();
	}

	/**
	 * Whether the connection was reset, lost or aborted: it closed without its peer's
	 * FIN, and not by the gateway in order. What came from the peer must not look
	 * complete.
	 */
	boolean isAbrupt() {
		return this.lifecycle.isAbrupt();
	}

	/**
	 * Code run for the connection has thrown: it closes, in order if it can, and in any
	 * case.
	 * @param thrown the exception
	 */
	void broken(Throwable thrown) {
		ProcessHalt.ifHeapIsExhausted(thrown);
		logger.error("Route '{}': serving connection {} failed", this.context.route(), this.owner.id(), thrown);
		if (!this.lifecycle.isOpen()) {
			return;
		}
		Cause cause = Cause.internalError(thrown);
		boolean first = !this.broken;
		this.broken = true;
		because(cause);
		if (first) {
			try {
				this.owner.fail(cause);
				return;
			}
			catch (RuntimeException | Error ex) {
				ProcessHalt.ifHeapIsExhausted(ex);
				logger.error("Route '{}': closing connection {} failed", this.context.route(), this.owner.id(), ex);
			}
		}
		close(cause);
	}

	// How

	void drain(long since) {
		if (this.lifecycle.isOpen() && this.owner.startDrain(since)) {
			this.lifecycle.drain();
		}
	}

	void drainExpired(Cause cause) {
		Cause began = this.cause;
		if (began == null || began.reason().isNormalEnd()) {
			this.cause = cause;
		}
		else {
			this.cause = began.reason().isDrain() ? cause.withDetail("drain begun by " + began.reason().label())
					: began.withDetail(cause.detail());
		}
		close(cause);
	}

	/** Our FIN was sent, and the peer still sends what nobody gets. */
	void lingered() {
		close(Cause.byGateway(CloseReason.DRAIN_TIMEOUT, "it still sent what nobody could get"));
	}

	/**
	 * Notes the cause, and closes at once if nothing can reach the peer any more.
	 */
	private boolean reachesPeer(Cause cause) {
		if (!this.lifecycle.isOpen()) {
			return false;
		}
		because(cause);
		if (!this.channel.isActive() || this.lifecycle.isSevered()) {
			close(cause);
			return false;
		}
		return true;
	}

	void closeGracefully(Cause cause) {
		if (!reachesPeer(cause)) {
			return;
		}
		if (this.lifecycle.isResetting()) {
			// It closes once everything has reached the peer, within the drain timer.
			drain(this.owner.now());
			return;
		}
		this.reader.discard();
		drain(this.owner.now());
		this.output.end();
		closeIfDone();
	}

	void close(Cause cause) {
		because(cause);
		if (!this.lifecycle.isOpen() || this.lifecycle.isCut()) {
			return;
		}
		this.closing.close();
	}

	/**
	 * Resets the connection. This cuts a drain short, which then is no longer the cause.
	 */
	void abort(Cause cause) {
		Cause began = this.cause;
		if (this.lifecycle.isOpen() && began != null && began.reason().isDrain()) {
			this.cause = cause;
		}
		this.lifecycle.abrupt();
		this.lifecycle.resetLater();
		close(cause);
	}

	/**
	 * Passes an abnormal end on. It takes no more and resets the connection once
	 * everything written has reached the peer's kernel, because an RST destroys nothing
	 * there. If the operating system does not tell, it resets after the drain timer.
	 * @param cause the cause
	 */
	void resetAfterWrites(Cause cause) {
		if (!reachesPeer(cause)) {
			return;
		}
		this.lifecycle.resetLater();
		this.gate.pause();
		this.output.afterWrites(() -> {
			this.allWritten = true;
			this.output.flushGathered();
			resetIfTaken();
		});
	}

	/**
	 * Sends the RST that is due, if it may be sent. Every sweep asks.
	 */
	void resetIfTaken() {
		if (!this.allWritten || !this.lifecycle.isOpen() || this.lifecycle.isCut() || !this.channel.isOpen()) {
			return;
		}
		this.output.settle();
		if (this.output.progress().pendingBytes() > 0) {
			return;
		}
		boolean none = this.output.progress().bytesSent(this.channel) == 0;
		int left = none ? 0 : SocketOptions.unacknowledged(this.channel);
		if (left == 0) {
			closeSevered();
		}
		else if (left < 0) {
			drain(this.owner.now());
		}
	}

	/** The socket is closed. */
	void closed() {
		if (!this.lifecycle.isOpen()) {
			return;
		}
		boolean begun = !this.lifecycle.state().isIntroduction();
		this.lifecycle.closed();
		this.recorder.close(this.reader, this.output, () -> lastCause(begun));
	}

	private Cause lastCause(boolean begun) {
		Cause cause = this.cause;
		if (cause == null || (cause.reason().isNormalEnd() && begun && !this.lifecycle.isDone())) {
			// Nobody here closed it: the peer's FIN was followed by a reset.
			cause = SocketErrors.reset(this.context.side());
			this.cause = cause;
		}
		return cause;
	}

	/** What closing needs of its connection. */
	interface Owner extends SocketClosing.Owner {

		long now();

		/** What an error of the socket means. */
		Cause causeOf(Throwable thrown);

		/** The peer's FIN was read, and every frame before it was delivered. */
		void inputEnded();

		/** The socket takes nothing more. */
		void severed(Cause cause);

		/** The connection must close: its handler decides how. */
		void fail(Cause cause);

		/** Starts the drain timer, unless it runs; returns whether it did not run. */
		boolean startDrain(long since);

	}

}
