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

	private boolean inputDone;

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
		this.inputDone = true;
		if (this.connection.state() == ConnectionState.OPEN) {
			this.connection.state(ConnectionState.READ_CLOSED);
		}
		if (fault != null) {
			because(fault);
		}
		this.connection.watcher().inputEnded(this.connection);
		closeIfDone();
	}

	/**
	 * Our FIN was sent.
	 */
	void outputDone() {
		if (this.connection.state() == ConnectionState.OPEN) {
			this.connection.state(ConnectionState.WRITE_CLOSED);
		}
		closeIfDone();
	}

	boolean isDone() {
		return this.inputDone && this.connection.output().isEnded();
	}

	private void closeIfDone() {
		if (isDone()) {
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
	 * Netty or the kernel met a fault.
	 * @param thrown what it says
	 */
	void exceptionCaught(Throwable thrown) {
		if (this.connection.isOpen()) {
			logger.debug("Connection {}", this.connection.getConnectionId(), thrown);
			Cause why = SocketFaults.cause(this.connection, thrown);
			because(why);
			if (this.cause == why && why.reason() == CloseReason.WRITE_TIMEOUT) {
				this.connection.terms().timeouts().countFired(Timer.WRITE);
			}
			close(why);
		}
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

	void finish(Cause why) {
		if (!this.connection.isOpen()) {
			return;
		}
		because(why);
		if (!this.channel.isActive()) {
			close(why);
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
			this.connection.output().beforeClose();
			this.connection.loop().retransmits().count(this.connection);
			this.channel.close();
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
		if (this.connection.isOpen() && this.channel.isActive()) {
			this.channel.config().setOption(ChannelOption.SO_LINGER, 0);
		}
		close(why);
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
		ended.loop().remove(ended);
		ended.input().close();
		long frames = ended.output().outbox().pendingFrames();
		long bytes = ended.output().outbox().pendingPayload(ended.framing().overhead());
		lose(frames, bytes);
		if (!ended.isCountedByExchanges()) {
			ended.terms().meters().countUndelivered(frames);
		}
		Cause why = this.cause;
		if (why == null || (why.reason().isNormalEnd() && !isDone())) {
			// Nobody here closed it: the peer's FIN was followed by a reset.
			why = SocketFaults.reset(ended.side());
			this.cause = why;
		}
		try {
			ended.watcher().closed(ended, why, frames, bytes);
		}
		catch (RuntimeException ex) {
			logger.error("Route '{}': what follows the end of connection {} has failed", ended.route(),
					ended.getConnectionId(), ex);
		}
		Closure record = record(why);
		this.closure = record;
		ended.terms().meters().countClosed(ended.side(), why.reason());
		ended.terms().closures().add(record);
		// Last, so that whoever sees it gone finds its record.
		ended.terms().connections().remove(ended);
		ended.publishClosed();
		ended.loop().flushSoon();
		this.whenClosed.complete(record);
	}

	private Closure record(Cause why) {
		FrameConnection of = this.connection;
		FrameConnection other = of.peer();
		return new Closure(of.getConnectionId(), of.route(), of.side(), of.remoteText(),
				(other != null) ? other.getConnectionId() : null, why.reason(), why.endedBy(), why.detail(),
				of.openedAt(), Instant.now(), of.framesIn(), of.framesOut(), of.bytesIn(), of.bytesOut(),
				new Closure.Undelivered(this.lostFrames, this.lostBytes), of.input().partialBytes());
	}

	@Nullable Closure closure() {
		return this.closure;
	}

	CompletableFuture<Closure> whenClosed() {
		return this.whenClosed;
	}

}
