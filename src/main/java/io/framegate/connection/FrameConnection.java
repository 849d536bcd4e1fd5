package io.framegate.connection;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

import io.framegate.framing.BeanFraming;
import io.framegate.framing.Framing;
import io.framegate.timeout.Timer;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.epoll.EpollSocketChannel;
import org.jspecify.annotations.Nullable;

import org.springframework.context.ApplicationEventPublisher;
import org.springframework.integration.ip.tcp.connection.TcpListener;
import org.springframework.messaging.Message;
import org.springframework.messaging.MessageHeaders;

/**
 * A connection of the gateway, on either side. What is read is cut into frames, and each
 * becomes a message to the {@link TcpListener}; what is sent is gathered and written once
 * per turn of the loop. What becomes of the connection is for its {@link Watcher} to say.
 * <p>
 * Everything happens on the connection's event loop. {@link #send(Message)},
 * {@link #execute} and what only reads a count or a state may be called by any thread.
 */
public final class FrameConnection extends SpringConnection {

	/** The message header that names the route. */
	public static final String ROUTE_HEADER = "framegate_route";

	private final Terms terms;

	private final Registry registry;

	private final IoLoop loop;

	private final Channel channel;

	private final Watcher watcher;

	private final String id;

	private final long number;

	private final InetSocketAddress remote;

	private final Instant openedAt = Instant.now();

	private final HeldMemory held;

	private final Input input;

	private final Output output;

	private final Waits waits;

	private final Ending ending;

	private final Retransmits retransmits = new Retransmits();

	private final Events events = new Events();

	private @Nullable Object attachment;

	private @Nullable FrameConnection peer;

	private volatile ConnectionState state;

	public FrameConnection(Terms terms, Registry registry, IoLoop loop, Channel channel, InetSocketAddress remote,
			TcpListener listener, Watcher watcher, ApplicationEventPublisher publisher) {
		super(publisher);
		this.terms = terms;
		this.registry = registry;
		this.loop = loop;
		this.channel = channel;
		this.remote = remote;
		this.watcher = watcher;
		this.number = registry.nextNumber();
		this.id = registry.id(this.number);
		this.state = (terms.side() == Side.INBOUND) ? ConnectionState.ACCEPTED : ConnectionState.CONNECTING;
		BeanCodec codec = (terms.framing() instanceof BeanFraming bean) ? new BeanCodec(this, bean) : null;
		this.held = new HeldMemory(loop.memory());
		this.waits = new Waits(this);
		this.input = new Input(this, listener, codec);
		this.output = new Output(this, codec);
		this.ending = new Ending(this);
		registerListener(listener);
		channel.config().setRecvByteBufAllocator(loop.readBuffer().receive(this.input::isFull));
		channel.pipeline().addLast(new SocketHandler(this.events, loop, terms.shared()));
		channel.closeFuture().addListener((future) -> loop.later(this.ending::closed));
		registry.add(this);
		terms.meters().countOpened(terms.side());
		loop.execute(() -> loop.add(this.events));
	}

	HeldMemory held() {
		return this.held;
	}

	Input input() {
		return this.input;
	}

	Output output() {
		return this.output;
	}

	Waits waits() {
		return this.waits;
	}

	Ending ending() {
		return this.ending;
	}

	// What it is

	@Override
	public String getConnectionId() {
		// The superclass' constructor asks before there is an id.
		return (this.id != null) ? this.id : super.getConnectionId();
	}

	/**
	 * Where it stands among the connections of this process, oldest first.
	 * @return a number that rises by one with each connection
	 */
	public long number() {
		return this.number;
	}

	@Override
	public String route() {
		return this.terms.route();
	}

	@Override
	public Side side() {
		return this.terms.side();
	}

	public Terms terms() {
		return this.terms;
	}

	public IoLoop loop() {
		return this.loop;
	}

	public Framing framing() {
		return this.terms.framing();
	}

	@Override
	public ConnectionState state() {
		return this.state;
	}

	void state(ConnectionState now) {
		this.state = now;
	}

	@Override
	public InetSocketAddress remote() {
		return this.remote;
	}

	public @Nullable InetSocketAddress local() {
		return (InetSocketAddress) this.channel.localAddress();
	}

	public Channel channel() {
		return this.channel;
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

	public Watcher watcher() {
		return this.watcher;
	}

	public @Nullable Object attachment() {
		return this.attachment;
	}

	public void attach(@Nullable Object attachment) {
		this.attachment = attachment;
	}

	// Opening

	/**
	 * The socket is there: reading begins, unless {@link #pause() paused}.
	 */
	public void open() {
		if (!isWaitingToOpen()) {
			return;
		}
		if (this.state == ConnectionState.CONNECTING) {
			this.terms.meters().recordConnect(System.nanoTime() - this.waits.begunAt());
		}
		this.state = ConnectionState.OPEN;
		this.waits.established();
		publishConnectionOpenEvent();
		this.watcher.opened(this);
		this.input.opened();
		if (this.output.isEnded() && this.state == ConnectionState.OPEN) {
			this.state = ConnectionState.WRITE_CLOSED;
		}
	}

	boolean isWaitingToOpen() {
		return this.state == ConnectionState.ACCEPTED || this.state == ConnectionState.CONNECTING;
	}

	// Reading

	/**
	 * Stops reading until {@link #resume}.
	 */
	public void pause() {
		this.input.pause();
	}

	/**
	 * Reads on, what was read already first.
	 */
	public void resume() {
		this.input.resume();
	}

	/**
	 * Takes no more frames: what was read already is still delivered, what comes from now
	 * on is read, counted as undelivered and thrown away.
	 */
	public void discardInput() {
		this.input.discard();
	}

	/**
	 * Reads from now on without looking at what comes.
	 */
	public void ignoreInput() {
		this.input.ignore();
	}

	/**
	 * Whether a part of a frame was read, and its end was not.
	 * @return whether there is one
	 */
	public boolean isInsideFrame() {
		return this.input.isInsideFrame();
	}

	/**
	 * A user's own code answers the peer. A frame that an interceptor vetoes after that,
	 * on the same thread, is not undelivered. Any thread may call.
	 */
	public void answered() {
		this.input.answered();
	}

	/**
	 * Gives a frame to a user's code that is on no channel of the route: at once, or,
	 * where the route's handler may block, on a virtual thread after the frames before
	 * it.
	 * @param payload the frame
	 * @param taker takes its message; must not throw
	 */
	public void handOver(byte[] payload, Consumer<Message<byte[]>> taker) {
		this.input.handOver(payload, taker);
	}

	/**
	 * Runs a task on the loop after every frame taken so far was delivered.
	 * @param task the task
	 */
	public void afterFrames(Runnable task) {
		this.input.afterFrames(task);
	}

	// Writing

	/**
	 * Writes a frame. It is flushed when what is being read has been read.
	 * @param payload the frame, one that the framing can carry
	 */
	public void write(byte[] payload) {
		this.output.write(payload);
	}

	/**
	 * Whether the peer takes bytes fast enough to write more.
	 * @return whether there is room
	 */
	public boolean isWritable() {
		return this.output.isWritable();
	}

	void writabilityChanged() {
		if (isOpen()) {
			this.watcher.writabilityChanged(this);
		}
	}

	/**
	 * How much was written so far, taken by the peer's kernel or not: counted in bytes,
	 * or in frames where a user's own framing has yet to say how many bytes they are.
	 * @return where the next frame will begin
	 */
	public long writePosition() {
		return this.output.writePosition();
	}

	/**
	 * How much of what was written the peer's kernel has taken, in the measure of
	 * {@link #writePosition()}.
	 * @return where the next byte to leave is
	 */
	public long takenPosition() {
		return this.output.takenPosition();
	}

	/**
	 * As {@link #takenPosition()}, as of now. Event loop only.
	 * @return where the next byte to leave is
	 */
	public long settledPosition() {
		if (pendingBytes() > 0) {
			this.output.settle();
		}
		return takenPosition();
	}

	/**
	 * Forgets what was written and not yet handed to the socket's channel.
	 */
	public void takeBack() {
		this.loop.gather().takeBack(this.output);
	}

	/**
	 * Whether a frame was taken back, or not handed to the socket's channel yet.
	 * @param begin {@link #writePosition()} before the frame was written
	 * @return whether it was
	 */
	public boolean isTakenBack(long begin) {
		return this.output.isTakenBack(begin);
	}

	/**
	 * Whether any byte of a frame can have left the gateway. Asked when the connection is
	 * closed.
	 * @param begin {@link #writePosition()} before the frame was written
	 * @return {@code false} only where it is certain that none has
	 */
	public boolean mayHaveLeft(long begin) {
		return this.output.mayHaveLeft(begin);
	}

	@Override
	public void send(Message<?> message) {
		Object payload = message.getPayload();
		byte[] bytes = switch (payload) {
			case byte[] array -> array;
			case String text -> text.getBytes(StandardCharsets.UTF_8);
			default -> throw new IllegalArgumentException(
					"A frame is made of byte[] or String, not of " + payload.getClass().getName());
		};
		String refusal = framing().refusal(bytes);
		if (refusal != null) {
			throw new IllegalArgumentException(refusal);
		}
		execute(() -> write(bytes));
	}

	/**
	 * Runs a task on the connection's loop, at once where the caller is on it. What it
	 * throws ends this connection and no other.
	 * @param task the task
	 */
	public void execute(Runnable task) {
		if (this.loop.inLoop()) {
			guard(task);
		}
		else {
			later(task);
		}
	}

	/**
	 * Runs a task on the connection's loop after what that is doing now. As with
	 * {@link #execute}, what the task throws ends this connection and no other.
	 * @param task the task
	 */
	public void later(Runnable task) {
		this.loop.eventLoop().execute(() -> guard(task));
	}

	/**
	 * Runs a task and ends the connection if it throws. Event loop only.
	 * @param task the task
	 */
	void guard(Runnable task) {
		try {
			task.run();
		}
		catch (RuntimeException | Error ex) {
			this.ending.broken(ex);
		}
	}

	// Memory

	/**
	 * Exchanges of the connection hold more, or less, than before.
	 * @param bytes how much more
	 */
	public void holdExchanges(long bytes) {
		this.held.exchanges(bytes);
	}

	/**
	 * Has exchanges of the connection hold more, if there is memory for it.
	 * @param bytes how much more
	 * @return whether there is
	 */
	public boolean tryHoldExchanges(long bytes) {
		return this.held.tryExchanges(bytes);
	}

	// Ending

	/**
	 * Notes why the connection will have ended. A fault overrides a normal end; otherwise
	 * the first cause stands.
	 * @param newer the cause
	 */
	public void because(Cause newer) {
		this.ending.because(newer);
	}

	void fail(Cause why) {
		if (isOpen()) {
			this.watcher.failed(this, why);
		}
	}

	void failOutput(Cause why) {
		if (isOpen()) {
			this.watcher.outputFailed(this, why);
		}
	}

	/**
	 * Sends FIN once everything written has left. The peer may go on sending.
	 */
	public void halfClose() {
		this.output.end();
	}

	/**
	 * Marks the connection as draining and starts the drain timer, unless it runs.
	 */
	public void drain() {
		drain(System.nanoTime());
	}

	/**
	 * Marks the connection as draining, as part of something that began before.
	 * @param since when that began, a {@link System#nanoTime()} stamp
	 */
	public void drain(long since) {
		this.ending.drain(since);
	}

	/**
	 * Ends the connection without losing what was written: flush, FIN, read to EOF,
	 * close.
	 * @param why the cause
	 */
	public void finish(Cause why) {
		this.ending.finish(why);
	}

	/**
	 * Whether the socket is closed, though the record may not be written yet.
	 * @return whether nothing can be sent or received
	 */
	public boolean isCut() {
		return !this.channel.isOpen();
	}

	/**
	 * Whether both directions have ended in order.
	 * @return whether nothing was cut short
	 */
	public boolean isDone() {
		return this.ending.isDone();
	}

	/**
	 * The record it leaves, once its socket is closed.
	 * @return completed on the event loop
	 */
	public CompletableFuture<Closure> whenClosed() {
		return this.ending.whenClosed();
	}

	/**
	 * What will have ended it, as far as is known.
	 * @return the cause, or {@code null}
	 */
	public @Nullable Cause cause() {
		return this.ending.cause();
	}

	/**
	 * Closes the socket now. What is pending is counted as undelivered.
	 * @param why the cause
	 */
	public void close(Cause why) {
		this.ending.close(why);
	}

	/**
	 * Resets the connection: the peer is to see RST.
	 * @param why the cause
	 */
	public void abort(Cause why) {
		this.ending.abort(why);
	}

	/**
	 * Passes on that the other connection of the session ended abnormally: the peer gets
	 * everything that was written, and then RST instead of a FIN that would make it look
	 * whole.
	 * @param why the cause
	 */
	public void resetAfterWrites(Cause why) {
		this.ending.resetAfterWrites(why);
	}

	/**
	 * Whether it was reset, lost or aborted, so that what came from its peer must not
	 * look whole.
	 * @return whether it ended abnormally
	 */
	public boolean isAbrupt() {
		return this.ending.isAbrupt();
	}

	/**
	 * Ends the connection as {@link #finish} does: for callers of Spring Integration.
	 */
	@Override
	public void close() {
		execute(() -> finish(Cause.byGateway(CloseReason.OPERATOR_CLOSE, "closed through Spring Integration")));
	}

	@Override
	public void shutdownOutput() {
		execute(this::halfClose);
	}

	/**
	 * Counts frames that reach nobody.
	 * @param frames how many
	 * @param bytes their payloads' bytes
	 */
	public void lose(long frames, long bytes) {
		share(frames, bytes);
		this.terms.meters().countUndelivered(frames);
	}

	/**
	 * Adds frames lost with the other connection of the session to this one's record; the
	 * route has counted them.
	 * @param frames how many
	 * @param bytes their payloads' bytes
	 */
	public void share(long frames, long bytes) {
		this.ending.lose(frames, bytes);
	}

	/**
	 * Tells Spring Integration that the connection is closed.
	 */
	void publishClosed() {
		super.close();
	}

	@Override
	protected void publishConnectionCloseEvent() {
		Closure record = this.ending.closure();
		if (record != null) {
			publishEvent(new ConnectionClosedEvent(this, record));
		}
	}

	// Times and counts, for any thread

	/**
	 * When a timer started that is running now.
	 * @param timer the timer
	 * @return a {@link System#nanoTime()} stamp, 0 where it does not run
	 */
	public long startedAt(Timer timer) {
		return this.waits.startedAt(timer);
	}

	public Instant openedAt() {
		return this.openedAt;
	}

	public Instant lastReadAt() {
		return this.openedAt.plusNanos(this.input.lastReadAt() - this.waits.begunAt());
	}

	public Instant lastWriteAt() {
		return this.openedAt.plusNanos(this.output.lastWriteAt() - this.waits.begunAt());
	}

	/**
	 * When bytes were last read.
	 * @return a {@link System#nanoTime()} stamp
	 */
	public long lastReadNanos() {
		return this.input.lastReadAt();
	}

	/**
	 * When the peer's kernel last took bytes.
	 * @return a {@link System#nanoTime()} stamp
	 */
	public long lastWriteNanos() {
		return this.output.lastWriteAt();
	}

	/**
	 * When a byte last went either way.
	 * @return a {@link System#nanoTime()} stamp
	 */
	public long lastActivity() {
		return Math.max(this.input.lastReadAt(), this.output.lastWriteAt());
	}

	public long framesIn() {
		return this.input.frames();
	}

	public long framesOut() {
		return this.output.outbox().framesTaken();
	}

	public long bytesIn() {
		return this.input.bytes();
	}

	public long bytesOut() {
		return this.output.outbox().bytesTaken();
	}

	/**
	 * Frames read from or meant for the peer that were not delivered.
	 * @return a number of frames
	 */
	public long lostFrames() {
		return this.ending.lostFrames();
	}

	public long pendingBytes() {
		return this.output.outbox().pendingBytes();
	}

	/**
	 * What the kernel knows of the connection. The connection's loop only.
	 * @return the facts, or {@code null} where the OS does not tell
	 */
	public @Nullable TcpFacts tcp() {
		return (isOpen() && this.channel.isActive() && this.channel instanceof EpollSocketChannel socket)
				? TcpFacts.of(socket.tcpInfo()) : null;
	}

	public boolean isInputEnded() {
		return this.input.isDone();
	}

	public boolean isOutputEnding() {
		return this.output.isEnding();
	}

	public String remoteText() {
		return Addresses.text(this.remote);
	}

	@Override
	public String toString() {
		return "%s (%s %s %s)".formatted(getConnectionId(), route(), side().label(), remoteText());
	}

	/** Counts what the kernel has sent again. */
	void countRetransmits() {
		boolean pending = pendingBytes() > 0 || isOutputEnding();
		this.terms.meters().countRetransmits(side(), this.retransmits.count(this.channel, lastWriteNanos(), pending));
	}

	/** The loop's connection is gone. */
	void leaveLoop() {
		this.loop.remove(this.events);
	}

	/** The registry's connection is gone. */
	void leaveRegistry() {
		this.registry.remove(this);
	}

	MessageHeaders headers() {
		return this.registry.headers(this);
	}

	boolean mustStarve() {
		return this.loop.relief().mustStarve(this.events);
	}

	/** Where connections are found while they are there. Any thread may call. */
	public interface Registry {

		/**
		 * Counts a new connection.
		 * @return a number that rises by one with each
		 */
		long nextNumber();

		/**
		 * A new connection's id: unique over restarts, rising within a process.
		 * @param number its number
		 * @return an id that needs no escaping in a URL
		 */
		String id(long number);

		void add(FrameConnection connection);

		void remove(FrameConnection connection);

		/**
		 * The headers of all messages that come from a connection.
		 * @param connection the connection
		 * @return headers by which it is found
		 */
		MessageHeaders headers(FrameConnection connection);

	}

	/** What the loop and the socket tell the connection. */
	private final class Events implements IoLoop.Member, SocketHandler.Owner {

		private int place = -1;

		@Override
		public int place() {
			return this.place;
		}

		@Override
		public void place(int place) {
			this.place = place;
		}

		@Override
		public HeldMemory held() {
			return FrameConnection.this.held;
		}

		@Override
		public boolean isShared() {
			return FrameConnection.this.terms.countedByExchanges();
		}

		@Override
		public void countHeld() {
			FrameConnection.this.input.countHeld();
		}

		@Override
		public boolean isStarved() {
			return FrameConnection.this.input.isStarved();
		}

		@Override
		public long refusedSince() {
			return FrameConnection.this.input.refusedSince();
		}

		@Override
		public void feed() {
			FrameConnection.this.input.feed();
		}

		@Override
		public void abort(Cause cause) {
			FrameConnection.this.abort(cause);
		}

		@Override
		public void sweep(long now) {
			FrameConnection.this.input.sweep();
			FrameConnection.this.waits.sweep(now);
		}

		@Override
		public void countRetransmits() {
			FrameConnection.this.countRetransmits();
		}

		@Override
		public void broken(Throwable fault) {
			FrameConnection.this.ending.broken(fault);
		}

		@Override
		public void read(ByteBuf buffer) {
			FrameConnection.this.input.read(buffer);
		}

		@Override
		public void finRead() {
			FrameConnection.this.input.shutDown();
		}

		@Override
		public void writabilityChanged() {
			FrameConnection.this.writabilityChanged();
		}

		@Override
		public void socketFailed(Throwable fault) {
			FrameConnection.this.ending.exceptionCaught(fault);
		}

		@Override
		public void guard(Runnable task) {
			FrameConnection.this.guard(task);
		}

	}

}
