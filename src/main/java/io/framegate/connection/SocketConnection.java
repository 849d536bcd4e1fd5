package io.framegate.connection;

import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.function.Consumer;

import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;

import io.framegate.closure.Cause;
import io.framegate.closure.Closure;
import io.framegate.closure.Side;
import io.framegate.framing.Framing;
import io.framegate.timeout.Timeout;
import io.framegate.transport.IoLoop;
import io.framegate.transport.TcpInfo;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import org.jspecify.annotations.Nullable;

import org.springframework.context.ApplicationEventPublisher;
import org.springframework.integration.ip.tcp.connection.TcpListener;
import org.springframework.messaging.Message;

/**
 * What anybody may ask of a connection and do with it: reading, writing, times and
 * counts. Event loop only; {@link #send(Message)}, {@link #execute}, {@link #later} and
 * what only reads a count or a state may be called by any thread.
 */
abstract class SocketConnection extends PeerConnection {

	private final ConnectionParts parts;

	SocketConnection(ConnectionContext context, IoLoop loop, Channel channel, ConnectionIds ids,
			InetSocketAddress remote, TcpListener listener, ApplicationEventPublisher publisher) {
		super(ids, remote, listener, publisher);
		this.parts = new WiredParts(context, loop, channel, listener, events());
	}

	/**
	 * Tells the connection's handler. Asked by the constructor.
	 * @return takes events
	 */
	abstract ConnectionEvents events();

	ConnectionParts parts() {
		return this.parts;
	}

	@Override
	public String route() {
		return this.parts.context.route();
	}

	@Override
	public Side side() {
		return this.parts.context.side();
	}

	public ConnectionContext context() {
		return this.parts.context;
	}

	public IoLoop loop() {
		return this.parts.loop;
	}

	@Override
	public Framing framing() {
		return this.parts.context.framing();
	}

	@Override
	public ConnectionState state() {
		return this.parts.lifecycle.state();
	}

	public @Nullable InetSocketAddress local() {
		return (InetSocketAddress) this.parts.channel.localAddress();
	}

	public Channel channel() {
		return this.parts.channel;
	}

	/** The peer must send a PROXY header before anything else: reading begins. */
	public void awaitHeader() {
		this.parts.lifecycle.awaitHeader();
		this.parts.setReading(true);
	}

	/** A TLS handshake begins with an engine of its own, and reading with it. */
	public void shakeHands(SSLEngine engine, TlsOutcome outcome) {
		this.parts.shakeHands(engine, outcome);
	}

	@Override
	public @Nullable SSLSession getSslSession() {
		return (this.parts.tls != null) ? this.parts.tls.session() : null;
	}

	/**
	 * Sends bytes ahead of the first frame. No count includes them.
	 * @param bytes the bytes
	 * @param sent run when the peer's kernel has taken all of them
	 */
	public void sendAhead(byte[] bytes, Runnable sent) {
		channel().writeAndFlush(Unpooled.wrappedBuffer(bytes)).addListener((future) -> this.parts.guard(() -> {
			if (!future.isSuccess()) {
				this.parts.socketFailed(future.cause());
			}
			else if (channel().isOpen()) {
				this.parts.output.progress().sentAhead(bytes.length);
				sent.run();
			}
		}));
	}

	/** Stops reading until {@link #resume}. */
	public void pause() {
		this.parts.gate.pause();
	}

	/** Goes on reading, beginning with what was already read. */
	public void resume() {
		this.parts.reader.resume();
	}

	/**
	 * Takes no more frames. What was already read is still delivered; what comes from now
	 * on is read, counted as undelivered and discarded.
	 */
	public void discardInput() {
		this.parts.reader.discard();
	}

	/** From now on input is read and ignored. */
	public void ignoreInput() {
		this.parts.decoder.ignore();
	}

	/** From now on frames are read and ignored; polls are still answered. */
	public void ignoreFrames() {
		this.parts.decoder.ignoreFrames();
	}

	/**
	 * Limits how fast the peer may send: what comes faster is read later.
	 * @param frames frames a second
	 * @param bytes bytes a second, both 0 for no limit
	 */
	public void limitReading(int frames, long bytes) {
		this.parts.decoder.limit(frames, bytes);
		this.parts.reader.sweep();
	}

	/** The first bytes of an incomplete frame, none if unknown. They may be secret. */
	public byte[] firstOfFrame() {
		return this.parts.decoder.incomplete().first();
	}

	/** Whether only a part of a frame was read. */
	public boolean isInsideFrame() {
		return this.parts.reader.isInsideFrame();
	}

	/**
	 * A user's own code answers the peer. If an interceptor vetoes a frame after that, on
	 * the same thread, the frame is not undelivered. Any thread may call.
	 */
	public void answered() {
		this.parts.delivery.answered();
	}

	/**
	 * Gives a frame to a user's code outside the route's channels: at once, or, if the
	 * route's handler may block, on a virtual thread after earlier frames.
	 * @param payload the frame
	 * @param taker takes its message; must not throw
	 */
	public void handOver(byte[] payload, Consumer<Message<byte[]>> taker) {
		this.parts.delivery.handOver(payload, taker);
	}

	/**
	 * Runs a task on the loop after every frame taken so far was delivered.
	 * @param task the task
	 */
	public void afterFrames(Runnable task) {
		this.parts.decoder.afterFrames(task);
	}

	/**
	 * Writes a frame. It is flushed when the current read is done.
	 * @param payload the frame, one that the framing can carry
	 */
	@Override
	public void write(byte[] payload) {
		this.parts.output.write(payload);
	}

	/** Whether the peer takes bytes fast enough to write more. */
	public boolean isWritable() {
		return this.parts.output.isWritable();
	}

	/**
	 * How much was written so far, taken by the peer's kernel or not. Counted in bytes;
	 * with a user's own framing in frames, because their bytes are not known yet.
	 * @return where the next frame will begin
	 */
	public long writePosition() {
		return this.parts.output.writePosition();
	}

	/**
	 * How much of what was written the peer's kernel has taken, in the unit of
	 * {@link #writePosition()}.
	 * @return where the next byte to send is
	 */
	public long takenPosition() {
		return this.parts.output.takenPosition();
	}

	/**
	 * {@link #takenPosition()}, updated. Event loop only.
	 * @return where the next byte to send is
	 */
	public long settledPosition() {
		if (pendingBytes() > 0) {
			this.parts.output.settle();
		}
		return takenPosition();
	}

	/**
	 * Forgets what was written and not yet given to the socket's channel.
	 */
	public void takeBack() {
		this.parts.output.takeBack();
	}

	/**
	 * Whether a frame was taken back, or not yet given to the socket's channel.
	 * @param begin {@link #writePosition()} before the frame was written
	 */
	public boolean isTakenBack(long begin) {
		return this.parts.output.isTakenBack(begin);
	}

	/**
	 * Whether any byte of a frame may have been sent. Asked when the connection is
	 * closed.
	 * @param begin {@link #writePosition()} before the frame was written
	 * @return {@code false} only if certainly none was
	 */
	public boolean mayHaveLeft(long begin) {
		return this.parts.output.mayHaveLeft(begin);
	}

	/**
	 * Runs a task on the connection's loop, at once if the caller is on it. If it throws,
	 * this connection closes and no other.
	 * @param task the task
	 */
	@Override
	public void execute(Runnable task) {
		this.parts.execute(task);
	}

	/**
	 * Runs a task on the connection's loop after what the loop is doing now. If it
	 * throws, this connection closes and no other.
	 * @param task the task
	 */
	public void later(Runnable task) {
		this.parts.later(task);
	}

	// Memory

	/**
	 * Exchanges of the connection hold more, or less, than before.
	 * @param bytes how much more
	 */
	public void holdExchanges(long bytes) {
		this.parts.held.exchanges(bytes);
	}

	/**
	 * Lets exchanges of the connection hold more, if there is memory for it.
	 * @param bytes how much more
	 * @return whether there is
	 */
	public boolean tryHoldExchanges(long bytes) {
		return this.parts.held.tryExchanges(bytes);
	}

	// Times and counts, safe for any thread

	/**
	 * When a running timer started.
	 * @param timer the timer
	 * @return a {@link System#nanoTime()} stamp, 0 if it does not run
	 */
	public long startedAt(Timeout timer) {
		return this.parts.timers.startedAt(timer);
	}

	public Instant lastReadAt() {
		return openedAt().plusNanos(this.parts.reader.lastReadAt() - this.parts.timers.begunAt());
	}

	public Instant lastWriteAt() {
		return openedAt().plusNanos(this.parts.output.progress().lastWriteAt() - this.parts.timers.begunAt());
	}

	/**
	 * When bytes were last read.
	 * @return a {@link System#nanoTime()} stamp
	 */
	public long lastReadNanos() {
		return this.parts.reader.lastReadAt();
	}

	/**
	 * When the peer's kernel last took bytes.
	 * @return a {@link System#nanoTime()} stamp
	 */
	public long lastWriteNanos() {
		return this.parts.output.progress().lastWriteAt();
	}

	/**
	 * When a byte was last sent or received, or had to wait for a limit.
	 * @return a {@link System#nanoTime()} stamp
	 */
	public long lastActivity() {
		return Math.max(this.parts.reader.lastActiveAt(), this.parts.output.progress().lastWriteAt());
	}

	public long framesIn() {
		return this.parts.decoder.frames();
	}

	public long framesOut() {
		return this.parts.output.progress().framesTaken();
	}

	public long bytesIn() {
		return this.parts.reader.bytes();
	}

	public long bytesOut() {
		return this.parts.output.progress().bytesTaken();
	}

	/**
	 * Frames read from or meant for the peer that were not delivered.
	 * @return a number of frames
	 */
	public long lostFrames() {
		return this.parts.recorder.lostFrames();
	}

	public long pendingBytes() {
		return this.parts.output.progress().pendingBytes();
	}

	/**
	 * What the kernel knows of the connection. The connection's loop only.
	 * @return the facts, or {@code null} if the operating system does not tell
	 */
	public @Nullable TcpInfo tcp() {
		return isOpen() ? this.parts.tcpInfo() : null;
	}

	public boolean isInputEnded() {
		return this.parts.lifecycle.isInputCut();
	}

	public boolean isOutputEnding() {
		return this.parts.lifecycle.isOutputEnding();
	}

	/**
	 * The connection's record.
	 * @param cause why it closed
	 * @param peerId the other connection of the session
	 * @param undelivered what was not delivered
	 * @return the record
	 */
	Closure record(Cause cause, @Nullable String peerId, Closure.Undelivered undelivered) {
		return new Closure(getConnectionId(), route(), side(), remoteText(), peerId, cause.reason(), cause.endedBy(),
				cause.detail(), openedAt(), Instant.now(), framesIn(), framesOut(), bytesIn(), bytesOut(), undelivered,
				this.parts.decoder.partialBytes(), 1, identity().closureTls());
	}

}
