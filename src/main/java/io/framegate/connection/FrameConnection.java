package io.framegate.connection;

import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;

import io.framegate.closure.Cause;
import io.framegate.closure.CloseReason;
import io.framegate.closure.Closure;
import io.framegate.transport.IoLoop;
import io.netty.channel.Channel;
import org.jspecify.annotations.Nullable;

import org.springframework.context.ApplicationEventPublisher;
import org.springframework.integration.ip.tcp.connection.TcpConnectionOpenEvent;
import org.springframework.integration.ip.tcp.connection.TcpListener;
import org.springframework.messaging.Message;
import org.springframework.messaging.MessageHeaders;

/**
 * A connection of the gateway, on either side. Bytes read are cut into frames, and each
 * frame becomes a message to the {@link TcpListener}. Frames written are gathered and
 * sent once per turn of the loop. A {@link ConnectionHandler} decides what becomes of the
 * connection.
 * <p>
 * Everything happens on the connection's event loop. {@link #send(Message)},
 * {@link #execute} and what only reads a count or a state may be called by any thread.
 */
public final class FrameConnection extends SocketConnection {

	/** The message header that names the route. */
	public static final String ROUTE_HEADER = "framegate_route";

	private final Registry registry;

	private ConnectionHandler handler;

	private @Nullable Object attachment;

	private @Nullable FrameConnection peer;

	public FrameConnection(ConnectionContext context, Registry registry, IoLoop loop, Channel channel,
			InetSocketAddress remote, TcpListener listener, ConnectionHandler handler,
			ApplicationEventPublisher publisher) {
		super(context, loop, channel, registry, remote, listener, publisher);
		this.registry = registry;
		this.handler = handler;
		parts().begin();
		registry.add(this);
		context.metrics().countOpened(context.side());
		loop.execute(() -> loop.add(parts()));
	}

	@Override
	ConnectionEvents events() {
		return new Events();
	}

	public @Nullable FrameConnection peer() {
		return this.peer;
	}

	/**
	 * Names the other connection of the session.
	 * @param peer the other one
	 */
	public void peer(FrameConnection peer) {
		this.peer = peer;
	}

	public ConnectionHandler handler() {
		return this.handler;
	}

	/**
	 * The peer has shown what it must: another handler serves it.
	 * @param next the handler
	 */
	public void introduced(ConnectionHandler next) {
		parts().setReading(false);
		parts().lifecycle.introduced();
		this.handler = next;
		next.accepted(this);
	}

	public @Nullable Object attachment() {
		return this.attachment;
	}

	public void attach(@Nullable Object attachment) {
		this.attachment = attachment;
	}

	// Opening

	/**
	 * The connection is established: reading begins, unless {@link #pause() paused}.
	 */
	public void open() {
		if (parts().lifecycle.isWaitingToOpen()) {
			parts().established();
			publish(new TcpConnectionOpenEvent(this, getConnectionFactoryName()));
			this.handler.opened(this);
			parts().reader.opened();
		}
	}

	/** One of its timers may have started before now: the next sweep looks. */
	public void look() {
		parts().look();
	}

	// Closing

	/**
	 * Notes why the connection will close. A fault replaces a normal end; otherwise the
	 * first cause stands.
	 * @param newer the cause
	 */
	public void because(Cause newer) {
		parts().ending().because(newer);
	}

	/**
	 * Sends FIN after everything written. The peer may go on sending.
	 */
	public void halfClose() {
		parts().output.end();
	}

	/**
	 * Marks the connection as draining and starts the drain timer, unless it runs.
	 */
	public void drain() {
		drain(parts().now());
	}

	/**
	 * Marks the connection as draining, as part of a drain that began before.
	 * @param since when it began, a {@link System#nanoTime()} stamp
	 */
	public void drain(long since) {
		parts().ending().drain(since);
	}

	/**
	 * Closes the connection without losing what was written: flush, FIN, read to EOF,
	 * close.
	 * @param cause the cause
	 */
	public void closeGracefully(Cause cause) {
		parts().ending().closeGracefully(cause);
	}

	/** Whether the socket is closed. The record may not be written yet. */
	public boolean isCut() {
		return parts().isCut();
	}

	/** Whether its peer has sent FIN, and every frame before that was delivered. */
	public boolean isInputDone() {
		return parts().lifecycle.isInputDone();
	}

	/** Whether both directions have ended in order. */
	public boolean isDone() {
		return parts().lifecycle.isDone();
	}

	/**
	 * The connection's record, once its socket is closed.
	 * @return completed on the event loop
	 */
	public CompletableFuture<Closure> whenClosed() {
		return parts().recorder.whenClosed();
	}

	/**
	 * Why it will close, as far as is known.
	 * @return the cause, or {@code null}
	 */
	public @Nullable Cause cause() {
		CloseSequence begun = parts().endingIfAny();
		return (begun != null) ? begun.cause() : null;
	}

	/**
	 * Closes the socket now. What is pending is counted as undelivered.
	 * @param cause the cause
	 */
	public void close(Cause cause) {
		parts().ending().close(cause);
	}

	/**
	 * Resets the connection: the peer is to see RST.
	 * @param cause the cause
	 */
	public void abort(Cause cause) {
		parts().ending().abort(cause);
	}

	/**
	 * Passes on that the other connection of the session closed abnormally. The peer gets
	 * everything that was written, and then RST instead of a FIN that would make it look
	 * complete.
	 * @param cause the cause
	 */
	public void resetAfterWrites(Cause cause) {
		parts().ending().resetAfterWrites(cause);
	}

	/**
	 * Whether it was reset, lost or aborted, so that what came from its peer must not
	 * look complete.
	 */
	public boolean isAbrupt() {
		CloseSequence begun = parts().endingIfAny();
		return begun != null && begun.isAbrupt();
	}

	/**
	 * Closes the connection as {@link #closeGracefully} does. Spring Integration calls
	 * it.
	 */
	@Override
	public void close() {
		execute(() -> closeGracefully(
				Cause.byGateway(CloseReason.OPERATOR_CLOSE, "closed through Spring Integration")));
	}

	@Override
	public void shutdownOutput() {
		execute(this::halfClose);
	}

	/**
	 * Counts frames that reach nobody.
	 * @param frames how many
	 * @param bytes the bytes of their payloads
	 */
	public void lose(long frames, long bytes) {
		parts().lose(frames, bytes);
	}

	/**
	 * Adds frames lost with the other connection of the session to this one's record; the
	 * route has counted them.
	 * @param frames how many
	 * @param bytes the bytes of their payloads
	 */
	public void share(long frames, long bytes) {
		parts().share(frames, bytes);
	}

	/** Tells Spring Integration that the connection is closed. */
	private void publishClosed() {
		removeFromSenders();
		Closure record = parts().recorder.closure();
		if (record != null) {
			publish(new ConnectionClosedEvent(this, record));
		}
	}

	/** Finds current connections. Any thread may call. */
	public interface Registry extends ConnectionIds {

		void add(FrameConnection connection);

		void remove(FrameConnection connection);

		/**
		 * The headers of all messages that come from a connection.
		 * @param connection the connection
		 * @return headers by which it is found
		 */
		MessageHeaders headers(FrameConnection connection);

	}

	/** Tells the handler what happens. */
	private final class Events implements ConnectionEvents {

		@Override
		public String id() {
			return FrameConnection.this.getConnectionId();
		}

		@Override
		public MessageHeaders headers() {
			return FrameConnection.this.registry.headers(FrameConnection.this);
		}

		@Override
		public void frame(byte[] payload) {
			FrameConnection.this.handler.frameAsCut(FrameConnection.this, payload);
		}

		@Override
		public String remoteText() {
			return FrameConnection.this.remoteText();
		}

		@Override
		public void inputEnded() {
			FrameConnection.this.handler.inputEnded(FrameConnection.this);
		}

		@Override
		public void writabilityChanged() {
			FrameConnection.this.handler.writabilityChanged(FrameConnection.this);
		}

		@Override
		public void taken() {
			FrameConnection.this.handler.taken(FrameConnection.this);
		}

		@Override
		public void discarded(byte[] payload) {
			FrameConnection.this.handler.discarded(FrameConnection.this, payload);
		}

		@Override
		public int wantedOfOversize() {
			return FrameConnection.this.handler.wantedOfOversize();
		}

		@Override
		public void oversize(byte[] start, Cause cause) {
			FrameConnection.this.handler.oversize(FrameConnection.this, start, cause);
		}

		@Override
		public void failed(Cause cause) {
			FrameConnection.this.handler.failed(FrameConnection.this, cause);
		}

		@Override
		public void outputFailed(Cause cause) {
			FrameConnection.this.handler.outputFailed(FrameConnection.this, cause);
		}

		@Override
		public void severed(Cause cause) {
			FrameConnection.this.handler.severed(FrameConnection.this, cause);
		}

		@Override
		public long lastActivity() {
			return FrameConnection.this.handler.lastActivity(FrameConnection.this.lastActivity());
		}

		@Override
		public long awaitingReplySince() {
			return FrameConnection.this.handler.awaitingReplySince();
		}

		@Override
		public void removeFromLoop() {
			loop().remove(parts());
		}

		@Override
		public void closed(Cause cause, long lostFrames, long lostBytes) {
			FrameConnection.this.handler.closed(FrameConnection.this, cause, lostFrames, lostBytes);
		}

		@Override
		public Closure record(Cause cause, Closure.Undelivered undelivered) {
			FrameConnection other = FrameConnection.this.peer;
			return FrameConnection.this.record(cause, (other != null) ? other.getConnectionId() : null, undelivered);
		}

		@Override
		public void removeFromRegistry() {
			FrameConnection.this.registry.remove(FrameConnection.this);
		}

		@Override
		public void publishClosed() {
			FrameConnection.this.publishClosed();
		}

		@Override
		public void flushSoon() {
			loop().flushSoon();
		}

	}

}
