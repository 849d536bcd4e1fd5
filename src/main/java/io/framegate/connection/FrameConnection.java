package io.framegate.connection;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;

import javax.net.ssl.SSLSession;

import io.framegate.framing.BeanFraming;
import io.framegate.framing.FrameCutter;
import io.framegate.framing.FrameException;
import io.framegate.framing.FrameSink;
import io.framegate.framing.Framing;
import io.framegate.timeout.Timer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.DuplexChannel;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.context.ApplicationEventPublisher;
import org.springframework.integration.ip.tcp.connection.TcpConnectionSupport;
import org.springframework.integration.ip.tcp.connection.TcpListener;
import org.springframework.messaging.Message;
import org.springframework.messaging.MessageDeliveryException;
import org.springframework.messaging.support.GenericMessage;

/**
 * A connection of the gateway, on either side. What is read is cut into frames, and each
 * becomes a message to the {@link TcpListener}; what is sent is gathered and written once
 * per turn of the loop. What becomes of the connection is for its {@link Watcher} to say.
 * <p>
 * Everything happens on the connection's event loop. {@link #send(Message)},
 * {@link #execute} and what only reads a count or a state may be called by any thread.
 */
public final class FrameConnection extends TcpConnectionSupport {

	/** The message header that names the route. */
	public static final String ROUTE_HEADER = "framegate_route";

	private static final Logger logger = LoggerFactory.getLogger(FrameConnection.class);

	/** So few bytes that a socket with an empty send buffer takes all of them or none. */
	private static final int LITTLE = 8 * 1024;

	/** Frames handed to a blocking handler and not done, before reading pauses. */
	private static final int QUEUED_FRAMES = 64;

	private final Terms terms;

	private final Loop loop;

	private final Channel channel;

	private final TcpListener listener;

	private final Watcher watcher;

	private final String id;

	private final long number;

	private final InetSocketAddress remote;

	private final Instant openedAt = Instant.now();

	private final long openedNanos = System.nanoTime();

	private final FrameCutter cutter;

	private final FrameSink sink = this::take;

	private final Outbox outbox = new Outbox();

	/** Runs a blocking handler's code, if the route has one. */
	private final @Nullable Serial serial;

	/** Runs a user's own framing, if the route has one. */
	private final @Nullable BeanCodec codec;

	private final CompletableFuture<Closure> whenClosed = new CompletableFuture<>();

	private @Nullable ConnectionHeaders headers;

	private @Nullable Object attachment;

	private @Nullable FrameConnection peer;

	private @Nullable Cause cause;

	private @Nullable Closure closure;

	private volatile ConnectionState state;

	private int place = -1;

	/** Bytes read while reading was paused, or left by a cut that was stopped. */
	private byte @Nullable [] unread;

	/** Whether the watcher wants no more for now. */
	private boolean paused;

	/** Whether a handler or framing that runs elsewhere has enough to do. */
	private boolean held;

	private boolean discarding;

	private boolean broken;

	private boolean inputEnded;

	private boolean inputDone;

	private boolean outputEnding;

	private boolean outputEnded;

	private boolean flushWatched;

	/** Whether nothing that was pending can have left when the socket closed. */
	private boolean nothingLeft;

	/** Bytes handed to the channel since it was last flushed. */
	private long unflushed;

	private long framesIn;

	private long bytesIn;

	private long lostFrames;

	private long lostBytes;

	private long establishedNanos;

	private long lastReadAt;

	private long lastWriteAt;

	private long progressAt;

	private long frameStartedAt;

	private long drainStartedAt;

	public FrameConnection(Terms terms, Loop loop, Channel channel, InetSocketAddress remote, TcpListener listener,
			Watcher watcher, ApplicationEventPublisher publisher) {
		super(publisher);
		this.terms = terms;
		this.loop = loop;
		this.channel = channel;
		this.remote = remote;
		this.listener = listener;
		this.watcher = watcher;
		this.number = terms.connections().nextNumber();
		this.id = terms.connections().id(this.number);
		this.cutter = terms.framing().cutter(terms.maxFrameSize());
		this.serial = terms.blocking() ? new Serial("framegate-" + terms.route() + "-" + this.id) : null;
		this.codec = (terms.framing() instanceof BeanFraming bean) ? new BeanCodec(this, bean) : null;
		this.state = (terms.side() == Side.INBOUND) ? ConnectionState.ACCEPTED : ConnectionState.CONNECTING;
		this.lastReadAt = this.openedNanos;
		this.lastWriteAt = this.openedNanos;
		registerListener(listener);
		channel.pipeline().addLast(new SocketHandler(this));
		channel.closeFuture().addListener((future) -> loop.later(this::closed));
		terms.connections().add(this);
		terms.meters().countOpened(terms.side());
		loop.execute(() -> loop.add(this));
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

	public String route() {
		return this.terms.route();
	}

	public Side side() {
		return this.terms.side();
	}

	public Terms terms() {
		return this.terms;
	}

	public Loop loop() {
		return this.loop;
	}

	public Framing framing() {
		return this.terms.framing();
	}

	public ConnectionState state() {
		return this.state;
	}

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

	int place() {
		return this.place;
	}

	void place(int place) {
		this.place = place;
	}

	@Override
	public boolean isServer() {
		return side() == Side.INBOUND;
	}

	@Override
	public String getHostAddress() {
		return this.remote.isUnresolved() ? this.remote.getHostString() : this.remote.getAddress().getHostAddress();
	}

	@Override
	public String getHostName() {
		return this.remote.getHostString();
	}

	@Override
	public int getPort() {
		return this.remote.getPort();
	}

	@Override
	public String getConnectionFactoryName() {
		return "framegate." + route() + ((side() == Side.INBOUND) ? ".listener" : ".connector");
	}

	@Override
	public boolean isOpen() {
		return this.state != ConnectionState.CLOSED;
	}

	@Override
	public @Nullable Object getPayload() {
		throw new UnsupportedOperationException("Frames come as messages, not by asking");
	}

	@Override
	public @Nullable Object getDeserializerStateKey() {
		return null;
	}

	@Override
	public @Nullable SSLSession getSslSession() {
		return null;
	}

	@Override
	public void run() {
		throw new UnsupportedOperationException("The event loop runs this connection");
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
			this.terms.meters().recordConnect(System.nanoTime() - this.openedNanos);
		}
		this.state = ConnectionState.OPEN;
		this.establishedNanos = System.nanoTime();
		this.lastReadAt = this.establishedNanos;
		this.lastWriteAt = this.establishedNanos;
		publishConnectionOpenEvent();
		this.watcher.opened(this);
		if (!isStopped() && isOpen()) {
			cutUnread();
		}
		if (!isStopped() && !this.inputEnded && isOpen()) {
			this.channel.config().setAutoRead(true);
		}
		if (this.outputEnded && this.state == ConnectionState.OPEN) {
			this.state = ConnectionState.WRITE_CLOSED;
		}
	}

	private boolean isWaitingToOpen() {
		return this.state == ConnectionState.ACCEPTED || this.state == ConnectionState.CONNECTING;
	}

	// Reading

	void read(ByteBuf buffer) {
		this.lastReadAt = System.nanoTime();
		while (buffer.isReadable()) {
			int size = Math.min(buffer.readableBytes(), Loop.READ_SIZE);
			this.bytesIn += size;
			this.terms.meters().countIn(side(), 0, size);
			if (this.broken) {
				buffer.skipBytes(size);
			}
			else if (this.unread != null || ((isStopped() || isWaitingToOpen()) && !this.discarding)) {
				keepUnread(buffer, size);
			}
			else {
				byte[] scratch = this.loop.takeScratch();
				try {
					buffer.readBytes(scratch, 0, size);
					cut(scratch, 0, size);
				}
				finally {
					this.loop.giveScratch(scratch);
				}
			}
		}
	}

	private void keepUnread(ByteBuf buffer, int size) {
		byte[] before = (this.unread != null) ? this.unread : new byte[0];
		byte[] all = Arrays.copyOf(before, before.length + size);
		buffer.readBytes(all, before.length, size);
		this.unread = all;
	}

	private void cut(byte[] bytes, int from, int to) {
		int partialBefore = this.cutter.partialBytes();
		long framesBefore = this.framesIn;
		try {
			int at = this.cutter.cut(bytes, from, to, this.sink);
			if (at < to) {
				this.unread = Arrays.copyOfRange(bytes, at, to);
			}
			if (this.cutter.partialBytes() > 0 && (partialBefore == 0 || this.framesIn != framesBefore)) {
				this.frameStartedAt = this.lastReadAt;
			}
		}
		catch (FrameException ex) {
			CloseReason reason = (ex.fault() == FrameException.Fault.TOO_LONG) ? CloseReason.FRAME_TOO_LONG
					: CloseReason.BAD_FRAME;
			broke(new Cause(reason, side().asEndedBy(), String.valueOf(ex.getMessage())));
		}
		finally {
			this.terms.meters().countIn(side(), this.framesIn - framesBefore, 0);
		}
	}

	private boolean take(byte[] payload) {
		if (this.codec != null) {
			if (!this.discarding && this.codec.offer(payload)) {
				hold();
			}
			return !isStopped() || this.discarding;
		}
		this.framesIn++;
		if (this.discarding) {
			this.watcher.discarded(this, payload);
			return true;
		}
		Message<byte[]> message = message(payload);
		if (this.serial == null) {
			deliver(message);
		}
		else {
			deliverOnVirtualThread(this.serial, message);
		}
		return !isStopped() || this.discarding;
	}

	private Message<byte[]> message(byte[] payload) {
		ConnectionHeaders shared = this.headers;
		if (shared == null) {
			shared = new ConnectionHeaders(this);
			this.headers = shared;
		}
		return new GenericMessage<>(payload, shared);
	}

	/**
	 * Delivers a frame that a user's own deserializer read. Its virtual thread calls.
	 * @param payload the frame
	 */
	void received(byte[] payload) {
		execute(() -> {
			this.framesIn++;
			this.terms.meters().countIn(side(), 1, 0);
		});
		deliver(message(payload));
	}

	/**
	 * A user's own deserializer gave up.
	 * @param why the cause
	 */
	void broke(Cause why) {
		this.broken = true;
		fail(why);
	}

	private void deliver(Message<byte[]> message) {
		try {
			this.listener.onMessage(message);
		}
		catch (MessageDeliveryException ex) {
			if (ex.getCause() == null) {
				// An interceptor vetoed the frame: nobody gets it, and that is no fault.
				execute(() -> lose(1, message.getPayload().length));
			}
			else {
				refuse(message, ex);
			}
		}
		catch (RuntimeException | LinkageError | StackOverflowError ex) {
			refuse(message, ex);
		}
	}

	private void refuse(Message<byte[]> message, Throwable fault) {
		Throwable root = fault;
		while (root.getCause() != null) {
			root = root.getCause();
		}
		logger.error("Route '{}': handling a frame of connection {} failed", route(), this.id, fault);
		String detail = root.getClass().getSimpleName() + ": " + root.getMessage();
		execute(() -> {
			lose(1, message.getPayload().length);
			fail(Cause.byGateway(CloseReason.INTERNAL_ERROR, detail));
		});
	}

	private void deliverOnVirtualThread(Serial handler, Message<byte[]> message) {
		int waiting = handler.submit(() -> deliver(message));
		if (waiting >= QUEUED_FRAMES && !this.held) {
			hold();
			handler.submit(() -> execute(this::release));
		}
	}

	/**
	 * Runs a task on the loop after every frame taken so far was delivered.
	 * @param task the task
	 */
	public void afterFrames(Runnable task) {
		if (this.codec != null) {
			this.codec.afterLast(task);
		}
		else if (this.serial == null) {
			task.run();
		}
		else {
			this.serial.submit(() -> execute(task));
		}
	}

	/**
	 * Stops reading until {@link #resume}. For watchers.
	 */
	public void pause() {
		if (!this.paused) {
			this.paused = true;
			stopReading();
		}
	}

	/**
	 * Reads on, what was read already first, unless there is {@link #hold() another
	 * reason} not to.
	 */
	public void resume() {
		if (this.paused) {
			this.paused = false;
			readOn();
		}
	}

	/**
	 * Stops reading until {@link #release}, for what runs off the loop has enough to do.
	 */
	void hold() {
		if (!this.held) {
			this.held = true;
			stopReading();
		}
	}

	void release() {
		if (this.held) {
			this.held = false;
			readOn();
		}
	}

	private boolean isStopped() {
		return this.paused || this.held;
	}

	private void stopReading() {
		if (!this.discarding) {
			this.channel.config().setAutoRead(false);
		}
	}

	private void readOn() {
		if (isStopped()) {
			return;
		}
		if (!isWaitingToOpen()) {
			cutUnread();
		}
		if (!isStopped() && isOpen()) {
			if (this.frameStartedAt != 0) {
				// The frame did not wait for its sender while nobody read.
				this.frameStartedAt = System.nanoTime();
			}
			if (!this.inputEnded && !isWaitingToOpen()) {
				this.channel.config().setAutoRead(true);
			}
		}
	}

	/**
	 * Reads from now on without looking at what comes.
	 */
	public void ignoreInput() {
		this.broken = true;
	}

	private void cutUnread() {
		byte[] bytes = this.unread;
		this.unread = null;
		if (bytes != null && !this.broken) {
			cut(bytes, 0, bytes.length);
		}
		if (this.inputEnded && this.unread == null) {
			inputDone();
		}
	}

	void inputShutDown() {
		if (this.inputEnded || !isOpen()) {
			return;
		}
		this.inputEnded = true;
		this.channel.config().setAutoRead(false);
		if (this.unread == null && !isWaitingToOpen()) {
			inputDone();
		}
	}

	private void inputDone() {
		if (this.inputDone) {
			return;
		}
		this.inputDone = true;
		afterFrames(() -> {
			if (!isOpen()) {
				return;
			}
			if (this.state == ConnectionState.OPEN) {
				this.state = ConnectionState.READ_CLOSED;
			}
			int partial = partialFrameBytes();
			if (partial > 0 && !this.broken) {
				because(new Cause(CloseReason.TRUNCATED_FRAME, side().asEndedBy(),
						"FIN after " + partial + " bytes of a frame"));
			}
			this.watcher.inputEnded(this);
			closeIfDone();
		});
	}

	/**
	 * Whether a part of a frame was read, and its end was not.
	 * @return whether there is one
	 */
	public boolean isInsideFrame() {
		return partialFrameBytes() > 0 || this.unread != null;
	}

	private int partialFrameBytes() {
		return (this.codec != null) ? this.codec.partialBytes() : this.cutter.partialBytes();
	}

	// Writing

	/**
	 * Writes a frame. It is flushed when what is being read has been read.
	 * @param payload the frame, one that the framing can carry
	 */
	public void write(byte[] payload) {
		if (this.outputEnding || !isOpen()) {
			lose(1, payload.length);
			return;
		}
		if (this.codec != null) {
			this.codec.write(payload);
		}
		else {
			writeEncoded(payload);
		}
	}

	/**
	 * Writes a frame that needs no more than its prefix and suffix.
	 * @param payload the frame
	 */
	void writeEncoded(byte[] payload) {
		if (this.outputEnded || !isOpen()) {
			lose(1, payload.length);
			return;
		}
		this.loop.gather().add(this, payload);
		this.loop.wrote();
	}

	/**
	 * A user's own serializer refused a frame.
	 * @param payload the frame
	 * @param why what it said
	 */
	void notEncodable(byte[] payload, String why) {
		lose(1, payload.length);
		fail(Cause.byGateway(CloseReason.FRAME_NOT_ENCODABLE, why));
	}

	/**
	 * Whether the peer takes bytes fast enough to write more.
	 * @return whether there is room
	 */
	public boolean isWritable() {
		return this.channel.isWritable() && (this.codec == null || !this.codec.isFull());
	}

	ByteBuf allocate(int size) {
		return this.channel.alloc().directBuffer(size, size);
	}

	/**
	 * Takes a chunk for the channel.
	 * @param buffer whole frames
	 * @param ends where each ends
	 * @param count how many there are
	 * @return whether it has to be flushed
	 */
	boolean enqueue(ByteBuf buffer, int[] ends, int count) {
		if (this.outputEnded || !isOpen()) {
			long bytes = Math.max(0, buffer.readableBytes() - count * framing().overhead());
			if (isCountedByExchanges()) {
				share(count, bytes);
			}
			else {
				lose(count, bytes);
			}
			buffer.release();
			return false;
		}
		if (this.outbox.pendingBytes() == 0) {
			this.progressAt = System.nanoTime();
		}
		this.outbox.add(ends, count, buffer.readableBytes());
		this.unflushed += buffer.readableBytes();
		this.channel.write(buffer, this.channel.voidPromise());
		return true;
	}

	void flush() {
		boolean little = this.outbox.pendingBytes() <= LITTLE && this.outbox.isNoneTakenSinceEmpty();
		// What becomes writable meanwhile may write more.
		this.unflushed = 0;
		this.channel.flush();
		if (!this.channel.isOpen()) {
			this.nothingLeft = little;
		}
		settle();
		if (this.outbox.pendingBytes() > 0) {
			watchFlush();
		}
	}

	/**
	 * Has the channel say when all that is pending now was taken.
	 */
	private void watchFlush() {
		if (!this.flushWatched && isOpen()) {
			this.flushWatched = true;
			this.unflushed = 0;
			this.channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener((future) -> {
				this.flushWatched = false;
				settle();
				if (this.outbox.pendingBytes() > 0) {
					watchFlush();
				}
				else if (this.outputEnding) {
					endOutput();
				}
			});
		}
	}

	/**
	 * Brings the counts up to what the kernel has taken.
	 */
	private void settle() {
		ChannelOutboundBuffer buffer = this.channel.unsafe().outboundBuffer();
		if (buffer == null) {
			return;
		}
		long before = this.outbox.bytesTaken();
		long pending = this.unflushed;
		if (!buffer.isEmpty()) {
			pending += new Pending().in(buffer);
		}
		int frames = this.outbox.settle(pending);
		long taken = this.outbox.bytesTaken() - before;
		if (taken > 0) {
			this.lastWriteAt = System.nanoTime();
			this.progressAt = this.lastWriteAt;
			this.terms.meters().countOut(side(), frames, taken);
			this.watcher.taken(this);
		}
	}

	/**
	 * How many bytes were written so far, taken by the peer's kernel or not.
	 * @return a number of bytes: where the next frame will begin
	 */
	public long bytesWritten() {
		return this.outbox.bytesWritten() + this.loop.gather().gatheredFor(this);
	}

	/**
	 * The bytes that the peer's kernel has taken, as of now. Event loop only.
	 * @return a number of bytes
	 */
	public long settledBytesOut() {
		if (this.outbox.pendingBytes() > 0) {
			settle();
		}
		return this.outbox.bytesTaken();
	}

	/**
	 * Forgets what was written and not yet handed to the socket's channel.
	 */
	public void takeBack() {
		this.loop.gather().takeBack(this);
	}

	/**
	 * Whether a frame was taken back, or not handed to the socket's channel yet.
	 * @param begin {@link #bytesWritten()} before the frame was written
	 * @return whether it was
	 */
	public boolean isTakenBack(long begin) {
		return this.codec == null && begin >= this.outbox.bytesWritten();
	}

	/**
	 * Whether any byte of a frame can have left the gateway. Asked when the connection is
	 * closed.
	 * @param begin {@link #bytesWritten()} before the frame was written
	 * @return {@code false} only where it is certain that none has
	 */
	public boolean mayHaveLeft(long begin) {
		if (this.codec != null) {
			return true;
		}
		if (begin < this.outbox.bytesTaken()) {
			return true;
		}
		return begin < this.outbox.bytesWritten() && !this.nothingLeft;
	}

	void writabilityChanged() {
		if (isOpen()) {
			this.watcher.writabilityChanged(this);
		}
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
	 * Runs a task on the connection's loop, at once where the caller is on it.
	 * @param task the task
	 */
	public void execute(Runnable task) {
		this.loop.execute(task);
	}

	// Ending

	/**
	 * Notes why the connection will have ended. A fault overrides a normal end; otherwise
	 * the first cause stands.
	 * @param newer the cause
	 */
	public void because(Cause newer) {
		Cause older = this.cause;
		if (older == null || (older.reason().isNormalEnd() && !newer.reason().isNormalEnd())) {
			this.cause = newer;
		}
	}

	private void fail(Cause why) {
		if (isOpen()) {
			this.watcher.failed(this, why);
		}
	}

	/**
	 * Sends FIN once everything written has left. The peer may go on sending.
	 */
	public void halfClose() {
		if (this.outputEnding || !isOpen()) {
			return;
		}
		this.outputEnding = true;
		if (this.codec != null) {
			this.codec.afterWrites(this::endOutputWhenFlushed);
		}
		else {
			endOutputWhenFlushed();
		}
	}

	private void endOutputWhenFlushed() {
		this.loop.flush();
		if (this.outbox.pendingBytes() == 0) {
			endOutput();
		}
	}

	private void endOutput() {
		if (this.outputEnded || !isOpen()) {
			return;
		}
		this.outputEnded = true;
		((DuplexChannel) this.channel).shutdownOutput();
		if (this.state == ConnectionState.OPEN) {
			this.state = ConnectionState.WRITE_CLOSED;
		}
		closeIfDone();
	}

	private void closeIfDone() {
		if (isDone()) {
			close(new Cause((side() == Side.INBOUND) ? CloseReason.INBOUND_EOF : CloseReason.UPSTREAM_EOF,
					side().asEndedBy(), ""));
		}
	}

	/**
	 * Marks the connection as draining and starts the drain timer, unless it runs.
	 */
	public void drain() {
		if (isOpen() && this.drainStartedAt == 0) {
			this.drainStartedAt = System.nanoTime();
			this.state = ConnectionState.DRAINING;
		}
	}

	/**
	 * Takes no more frames: what was read already is still delivered, what comes from now
	 * on is read, counted as undelivered and thrown away.
	 */
	public void discardInput() {
		if (this.discarding || !isOpen()) {
			return;
		}
		while (this.unread != null && !this.broken && !isWaitingToOpen()) {
			this.paused = false;
			this.held = false;
			cutUnread();
		}
		this.discarding = true;
		cutUnread();
		if (!this.inputEnded && isOpen()) {
			this.channel.config().setAutoRead(true);
		}
	}

	/**
	 * Ends the connection without losing what was written: flush, FIN, read to EOF,
	 * close.
	 * @param why the cause
	 */
	public void finish(Cause why) {
		if (!isOpen()) {
			return;
		}
		because(why);
		if (!this.channel.isActive()) {
			close(why);
			return;
		}
		discardInput();
		drain();
		halfClose();
		closeIfDone();
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
		return this.inputDone && this.outputEnded;
	}

	/**
	 * The record it leaves, once its socket is closed.
	 * @return completed on the event loop
	 */
	public CompletableFuture<Closure> whenClosed() {
		return this.whenClosed;
	}

	/**
	 * What will have ended it, as far as is known.
	 * @return the cause, or {@code null}
	 */
	public @Nullable Cause cause() {
		return this.cause;
	}

	/**
	 * Closes the socket now. What is pending is counted as undelivered.
	 * @param why the cause
	 */
	public void close(Cause why) {
		because(why);
		if (isOpen()) {
			this.loop.flush();
			settle();
			this.nothingLeft |= this.channel.isOpen();
			this.channel.close();
		}
	}

	/**
	 * Resets the connection: the peer is to see RST.
	 * @param why the cause
	 */
	public void abort(Cause why) {
		if (isOpen() && this.channel.isActive()) {
			this.channel.config().setOption(ChannelOption.SO_LINGER, 0);
		}
		close(why);
	}

	/**
	 * Ends the connection as {@link #finish} does: for callers of Spring Integration.
	 */
	@Override
	public void close() {
		execute(() -> finish(Cause.byGateway(CloseReason.ROUTE_DRAIN, "closed through Spring Integration")));
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
		this.lostFrames += frames;
		this.lostBytes += bytes;
	}

	void exceptionCaught(Throwable thrown) {
		if (isOpen()) {
			logger.debug("Connection {}", this.id, thrown);
			Cause why = SocketFaults.cause(this, thrown);
			because(why);
			close(why);
		}
	}

	private void closed() {
		if (!isOpen()) {
			return;
		}
		this.state = ConnectionState.CLOSED;
		this.loop.remove(this);
		this.unread = null;
		if (this.codec != null) {
			this.codec.close();
		}
		long frames = this.outbox.pendingFrames();
		long bytes = this.outbox.pendingPayload(framing().overhead());
		share(frames, bytes);
		if (!isCountedByExchanges()) {
			this.terms.meters().countUndelivered(frames);
		}
		Cause why = this.cause;
		if (why == null) {
			why = Cause.byGateway(CloseReason.INTERNAL_ERROR, "closed for no known reason");
			this.cause = why;
		}
		this.terms.connections().remove(this);
		this.terms.meters().countClosed(side(), why.reason());
		this.watcher.closed(this, why, frames, bytes);
		this.closure = closure(why);
		this.terms.closures().add(this.closure);
		super.close();
		this.loop.flushSoon();
		this.whenClosed.complete(this.closure);
	}

	/** On a shared connection it is for each exchange to say what became of it. */
	private boolean isCountedByExchanges() {
		return this.terms.shared() && side() == Side.UPSTREAM;
	}

	private Closure closure(Cause why) {
		FrameConnection other = this.peer;
		return new Closure(this.id, route(), side(), remoteText(), (other != null) ? other.id : null, why.reason(),
				why.endedBy(), why.detail(), this.openedAt, Instant.now(), this.framesIn, framesOut(), this.bytesIn,
				bytesOut(), new Closure.Undelivered(this.lostFrames, this.lostBytes), partialFrameBytes());
	}

	@Override
	protected void publishConnectionCloseEvent() {
		if (this.closure != null) {
			publishEvent(new ConnectionClosedEvent(this, this.closure));
		}
	}

	// Timers

	/**
	 * When a timer started that is running now.
	 * @param timer the timer
	 * @return a {@link System#nanoTime()} stamp, 0 where it does not run
	 */
	public long startedAt(Timer timer) {
		ConnectionState now = this.state;
		boolean draining = now == ConnectionState.DRAINING;
		boolean established = this.establishedNanos != 0;
		return switch (timer) {
			case CONNECT -> (now == ConnectionState.CONNECTING) ? this.openedNanos : 0;
			case TLS_HANDSHAKE ->
				(now == ConnectionState.TLS_HANDSHAKE || now == ConnectionState.PROXY_HEADER) ? this.openedNanos : 0;
			case FIRST_FRAME ->
				(established && !draining && side() == Side.INBOUND && this.framesIn == 0 && !this.inputEnded)
						? this.establishedNanos : 0;
			case FRAME ->
				(this.cutter.partialBytes() > 0 && !this.inputEnded && !isStopped() && !this.broken && !this.discarding)
						? this.frameStartedAt : 0;
			case IDLE -> (established && !draining) ? this.watcher.lastActivity(this) : 0;
			case REPLY -> this.watcher.awaitingReplySince(this);
			case WRITE -> (this.outbox.pendingBytes() > 0) ? this.progressAt : 0;
			case DRAIN -> draining ? this.drainStartedAt : 0;
			case MAX_AGE -> (established && !draining && side() == Side.INBOUND) ? this.establishedNanos : 0;
		};
	}

	void sweep(long now) {
		if (this.outbox.pendingBytes() > 0) {
			settle();
		}
		for (Timer timer : TIMERS) {
			long limit = this.terms.timeouts().nanos(timer);
			if (limit > 0) {
				long started = startedAt(timer);
				if (started != 0 && now - started >= limit) {
					expire(timer);
					return;
				}
			}
		}
	}

	private static final Timer[] TIMERS = Timer.values();

	private void expire(Timer timer) {
		this.terms.timeouts().countFired(timer);
		String limit = this.terms.timeouts().limit(timer).text();
		CloseReason reason = switch (timer) {
			case CONNECT -> CloseReason.CONNECT_TIMEOUT;
			case TLS_HANDSHAKE -> CloseReason.TLS_HANDSHAKE_TIMEOUT;
			case FIRST_FRAME -> CloseReason.FIRST_FRAME_TIMEOUT;
			case FRAME -> CloseReason.FRAME_TIMEOUT;
			case IDLE -> CloseReason.IDLE_TIMEOUT;
			case REPLY -> CloseReason.REPLY_TIMEOUT;
			case WRITE -> CloseReason.WRITE_TIMEOUT;
			case DRAIN -> CloseReason.DRAIN_TIMEOUT;
			case MAX_AGE -> CloseReason.MAX_AGE;
		};
		Cause why = Cause.byGateway(reason, timer.label() + " timer (" + limit + ") ran out");
		if (timer == Timer.DRAIN) {
			drainExpired(why);
		}
		else if (timer == Timer.CONNECT || timer == Timer.WRITE) {
			// Nothing more can reach a peer that takes nothing.
			close(why);
		}
		else {
			fail(why);
		}
	}

	private void drainExpired(Cause why) {
		Cause began = this.cause;
		if (began == null || began.reason().isDrain()) {
			this.cause = (began != null) ? why.withDetail("drain begun by " + began.reason().label()) : why;
		}
		else {
			this.cause = began.withDetail(why.detail());
		}
		close(why);
	}

	// Counts, for any thread

	public Instant openedAt() {
		return this.openedAt;
	}

	public Instant lastReadAt() {
		return this.openedAt.plusNanos(this.lastReadAt - this.openedNanos);
	}

	public Instant lastWriteAt() {
		return this.openedAt.plusNanos(this.lastWriteAt - this.openedNanos);
	}

	/**
	 * When bytes were last read.
	 * @return a {@link System#nanoTime()} stamp
	 */
	public long lastReadNanos() {
		return this.lastReadAt;
	}

	/**
	 * When a byte last went either way.
	 * @return a {@link System#nanoTime()} stamp
	 */
	public long lastActivity() {
		return Math.max(this.lastReadAt, this.lastWriteAt);
	}

	public long framesIn() {
		return this.framesIn;
	}

	public long framesOut() {
		return this.outbox.framesTaken();
	}

	public long bytesIn() {
		return this.bytesIn;
	}

	public long bytesOut() {
		return this.outbox.bytesTaken();
	}

	/**
	 * Frames read from or meant for the peer that were not delivered.
	 * @return a number of frames
	 */
	public long lostFrames() {
		return this.lostFrames;
	}

	public long pendingBytes() {
		return this.outbox.pendingBytes();
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
		return this.inputDone;
	}

	public boolean isOutputEnding() {
		return this.outputEnding;
	}

	public String remoteText() {
		return Addresses.text(this.remote);
	}

}
