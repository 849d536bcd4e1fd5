package io.framegate.connection;

import java.io.IOException;

import io.framegate.closure.Cause;
import io.framegate.closure.Side;
import io.framegate.timeout.Timeout;
import io.framegate.transport.IoLoop;
import io.framegate.transport.MemoryAccount;
import io.framegate.transport.SharedReadBuffer;
import io.framegate.transport.SocketErrors;
import io.framegate.transport.SocketOptions;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.socket.DuplexChannel;
import org.jspecify.annotations.Nullable;

import org.springframework.integration.ip.tcp.connection.TcpListener;
import org.springframework.messaging.MessageHeaders;

/**
 * What each part of a connection needs of the others and of the whole. Event loop only,
 * but for {@link #execute} and {@link #later}.
 */
final class WiredParts extends ConnectionParts {

	WiredParts(ConnectionContext context, IoLoop loop, Channel channel, TcpListener listener, ConnectionEvents events) {
		super(context, loop, channel, listener, events);
	}

	// Time and tasks

	@Override
	public long now() {
		return this.loop.time();
	}

	@Override
	public boolean inLoop() {
		return this.loop.inLoop();
	}

	@Override
	public void execute(Runnable task) {
		if (this.loop.inLoop()) {
			guard(task);
		}
		else {
			later(task);
		}
	}

	@Override
	public void later(Runnable task) {
		this.loop.eventLoop().execute(() -> guard(task));
	}

	@Override
	public void guard(Runnable task) {
		try {
			task.run();
		}
		catch (RuntimeException | Error ex) {
			ending().broken(ex);
		}
	}

	@Override
	public void broken(Throwable fault) {
		ending().broken(fault);
	}

	// Events of the socket

	@Override
	public void read(ByteBuf buffer) {
		this.reader.read(buffer);
	}

	@Override
	public void finRead() {
		finRead(null);
	}

	@Override
	public void finRead(@Nullable Cause how) {
		this.reader.finRead(how);
	}

	@Override
	public void socketFailed(Throwable fault) {
		ending().exceptionCaught(fault);
	}

	@Override
	public String id() {
		return this.events.id();
	}

	@Override
	public Cause causeOf(Throwable thrown) {
		if (SocketErrors.isAfterFin(thrown)) {
			return SocketErrors.reset(this.context.side());
		}
		long last = Math.max(this.reader.lastReadAt(), this.output.progress().lastWriteAt());
		return SocketErrors.cause(this.context.side(), thrown,
				() -> SocketOptions.isKeepaliveOver(this.channel, now() - last),
				this.context.timeouts().limit(Timeout.WRITE));
	}

	// Events of TLS

	@Override
	public void tlsFailed(Cause cause) {
		ending().tlsFailed(cause);
	}

	@Override
	public void outputRefused(Cause cause) {
		if (!this.lifecycle.isOutputEnded()) {
			ending().outputRefused(cause);
		}
	}

	@Override
	public void wasted(int bytes) {
		this.gate.waste(bytes);
	}

	// What reading needs

	@Override
	public SharedReadBuffer readBuffer() {
		return this.loop.readBuffer();
	}

	@Override
	public MemoryAccount memory() {
		return this.loop.memory();
	}

	@Override
	public void setReading(boolean reading) {
		this.channel.config().setAutoRead(reading && !isCut());
		// A pause stops the timer of an incomplete frame.
		look();
	}

	@Override
	public void starved(boolean starved) {
		this.loop.relief().starved(starved);
	}

	@Override
	public boolean mustStarve() {
		return this.loop.relief().mustStarve(this);
	}

	@Override
	public void lingered() {
		ending().lingered();
	}

	@Override
	public long cutting(long stamp) {
		return this.loop.cutting(stamp);
	}

	@Override
	public boolean hold() {
		return this.reader.hold();
	}

	@Override
	public void release() {
		this.reader.release();
	}

	@Override
	public boolean isDeaf() {
		return this.gate.isDeaf();
	}

	@Override
	public void inputDone(@Nullable Cause fault) {
		ending().inputDone(fault);
	}

	@Override
	public void received(byte[] payload) {
		execute(this.decoder::countFrame);
		this.delivery.frameHere(payload);
	}

	@Override
	public void receivedLate(byte[] payload) {
		execute(() -> {
			this.decoder.countFrame();
			discarded(payload);
		});
	}

	@Override
	public void broke(Cause cause) {
		this.decoder.broke(cause);
	}

	@Override
	public void handOn(byte[] payload) {
		this.events.frame(payload);
	}

	@Override
	public MessageHeaders headers() {
		return this.events.headers();
	}

	// What writing needs

	@Override
	public void wrote() {
		this.loop.wrote();
	}

	@Override
	public void encoded(byte[] frame) {
		this.output.writeEncoded(frame);
	}

	@Override
	public void notEncoded(byte[] payload, Cause cause) {
		this.output.notEncoded(payload, cause);
	}

	@Override
	public void abort(Cause cause) {
		ending().abort(cause);
	}

	@Override
	public void sendFin() {
		look();
		if (this.tls != null) {
			this.tls.sendFin(() -> ending().outputDone());
		}
		else {
			((DuplexChannel) this.channel).shutdownOutput();
			ending().outputDone();
		}
	}

	// What the kernel is told and asked

	@Override
	public void limitWrites(long nanos) {
		SocketOptions.writeLimit(this.channel, nanos);
	}

	@Override
	public int unacknowledged() {
		return SocketOptions.unacknowledged(this.channel);
	}

	@Override
	public @Nullable IOException socketFault() {
		return SocketOptions.fault(this.channel);
	}

	@Override
	public long nanosSinceSent() {
		return SocketOptions.nanosSinceSent(this.channel);
	}

	// What the timers need

	@Override
	public boolean isFirstFrameAwaited() {
		return this.decoder.isWithoutFrame() && !this.lifecycle.isFinRead();
	}

	@Override
	public long delayed() {
		ReadPace pace = this.decoder.pace();
		return (pace != null) ? pace.held() : 0;
	}

	@Override
	public long frameStartedAt() {
		return this.decoder.frameStartedAt();
	}

	@Override
	public long writeWaitingSince() {
		return this.output.waitingSince();
	}

	@Override
	public long lastActivity() {
		return this.events.lastActivity();
	}

	@Override
	public long awaitingReplySince() {
		return this.events.awaitingReplySince();
	}

	@Override
	public String explain(Timeout timer, String message) {
		return switch (timer) {
			case CONNECT -> message + ": " + this.events.remoteText();
			case FRAME, REPLY -> this.decoder.explainPartial(message);
			default -> message;
		};
	}

	@Override
	public void expired(Timeout timer, Cause cause) {
		switch (timer) {
			case FRAME -> {
				this.decoder.noteUnreadable();
				fail(cause);
			}
			case DRAIN -> ending().drainExpired(cause);
			case CONNECT -> ending().close(cause);
			case TLS_HANDSHAKE -> {
				if (this.context.side() == Side.UPSTREAM) {
					ending().close(cause);
				}
				else {
					fail(cause);
				}
			}
			// Nothing more can reach a peer that takes nothing, and what it has is
			// incomplete.
			case WRITE -> ending().abort(cause);
			default -> fail(cause);
		}
	}

	@Override
	public boolean startDrain(long since) {
		return this.timers.startDrain(since);
	}

	// Counts and events

	@Override
	public void lose(long frames, long bytes) {
		this.recorder.lose(frames, bytes);
		this.context.metrics().countUndelivered(frames);
	}

	@Override
	public void share(long frames, long bytes) {
		this.recorder.lose(frames, bytes);
	}

	@Override
	public void fail(Cause cause) {
		if (this.lifecycle.isOpen()) {
			this.events.failed(cause);
		}
	}

	@Override
	public void failOutput(Cause cause) {
		if (this.lifecycle.isOpen()) {
			this.events.outputFailed(cause);
		}
	}

	@Override
	public void taken() {
		this.events.taken();
	}

	@Override
	public void discarded(byte[] payload) {
		this.events.discarded(payload);
	}

	@Override
	public int wantedOfOversize() {
		return this.events.wantedOfOversize();
	}

	@Override
	public void oversize(byte[] start, Cause cause) {
		this.events.oversize(start, cause);
	}

	@Override
	public void inputEnded() {
		this.events.inputEnded();
	}

}
