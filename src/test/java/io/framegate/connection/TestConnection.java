package io.framegate.connection;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.framegate.closure.Cause;
import io.framegate.closure.Closure;
import io.framegate.closure.ClosureLog;
import io.framegate.closure.Side;
import io.framegate.framing.BeanFraming;
import io.framegate.framing.FrameSink;
import io.framegate.framing.Framing;
import io.framegate.framing.Framings;
import io.framegate.metrics.RouteMetrics;
import io.framegate.timeout.Timeout;
import io.framegate.timeout.Timeouts;
import io.framegate.transport.EmbeddedSocket;
import io.framegate.transport.HeldMemory;
import io.framegate.transport.IdleMember;
import io.framegate.transport.IoLoop;
import io.framegate.transport.MemoryAccount;
import io.framegate.transport.SharedReadBuffer;
import io.framegate.transport.SocketErrors;
import io.framegate.transport.SocketOptions;
import io.framegate.transport.TestLoop;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

import org.springframework.integration.ip.tcp.connection.TcpListener;
import org.springframework.messaging.Message;
import org.springframework.messaging.MessageHeaders;

/**
 * A connection's parts without a socket, a thread and a handler. What they tell their
 * owner it remembers in words; its clock is the test's, and so are the tasks of its loop.
 */
final class TestConnection extends IdleMember
		implements ReadGate.Owner, FrameDecoder.Owner, FrameReader.Owner, FrameDelivery.Owner, SerializerCodec.Owner,
		FrameWriter.Owner, CloseSequence.Owner, ClosureRecorder.Owner, TcpListener, AutoCloseable {

	static final long SECOND = 1_000_000_000;

	private static final int WAIT_SECONDS = 30;

	final TestLoop loop;

	final EmbeddedSocket socket = new EmbeddedSocket();

	final Timeouts timeouts = new Timeouts(Map.of());

	final RouteMetrics metrics;

	final ConnectionContext context;

	final ConnectionLifecycle life;

	final HeldMemory held;

	final ReadGate gate;

	final FrameDelivery delivery;

	final FrameDecoder decoder;

	final FrameReader reader;

	final FrameWriter writer;

	final ClosureRecorder recorder;

	final CloseSequence ending;

	/** What was told, in order. */
	final List<String> told = Collections.synchronizedList(new ArrayList<>());

	final List<Cause> causes = new ArrayList<>();

	/** What the listener does besides remembering. */
	Consumer<String> onFrame = (frame) -> {
	};

	long time = 7 * SECOND;

	boolean reading;

	boolean starving;

	boolean mustStarve;

	/** What is wanted of a frame that is too long. */
	int wanted = FrameSink.NONE;

	long stamp;

	int headersAsked;

	int written;

	/** What failing does besides being remembered. */
	Runnable onFail = () -> {
	};

	private final ClosureLog closures = new ClosureLog(1);

	private final Thread thread = Thread.currentThread();

	private final BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();

	private boolean draining;

	TestConnection(String framing) {
		this(Side.INBOUND, Framings.named(framing, false), false, false, 10_000_000);
	}

	TestConnection(Side side, Framing framing, boolean blocking, boolean shared, long memory) {
		this.loop = new TestLoop(memory);
		this.metrics = new RouteMetrics("test", this.timeouts, new SimpleMeterRegistry());
		this.context = new ConnectionContext("test", side, framing, 8, this.timeouts, blocking, shared, this.metrics,
				this.closures);
		this.life = new ConnectionLifecycle(side);
		IoLoop io = this.loop.loop();
		this.held = new HeldMemory(io.memory());
		SerializerCodec codec = (framing instanceof BeanFraming bean) ? new SerializerCodec(this, this.context, bean)
				: null;
		this.gate = new ReadGate(this, this.life, this.context.side(), this.context.maxFrameSize());
		this.delivery = new FrameDelivery(this, this.context, this);
		this.decoder = new FrameDecoder(this, this.context, this.gate, this.delivery, codec);
		this.reader = new FrameReader(this, this.context, this.life, this.gate, this.decoder, this.delivery, this.held,
				codec);
		this.writer = new FrameWriter(this, this.context, this.life, io.batch(), this.socket, false, this.held, codec);
		this.recorder = new ClosureRecorder(this, this.context);
		this.ending = new CloseSequence(this, this.context, this.life, this.reader, this.gate, this.writer, this.socket,
				this.recorder);
		io.add(this);
	}

	/** It is established, and read. */
	TestConnection open() {
		this.life.established();
		this.reader.opened();
		return this;
	}

	void read(String text) {
		ByteBuf buffer = Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1);
		try {
			this.reader.read(buffer);
		}
		finally {
			buffer.release();
		}
	}

	void write(String text) {
		this.writer.write(bytes(text));
	}

	static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.ISO_8859_1);
	}

	private static String text(Object payload) {
		return new String((byte[]) payload, StandardCharsets.ISO_8859_1);
	}

	/** What was told, in one line. */
	String story() {
		return String.join(" ", this.told);
	}

	void pass(long nanos) {
		this.time += nanos;
	}

	/** Runs a task of the loop, or waits for one that another thread gives it. */
	void runTask() throws InterruptedException {
		Runnable task = this.tasks.poll(WAIT_SECONDS, TimeUnit.SECONDS);
		if (task == null) {
			throw new IllegalStateException("No task came; told: " + this.told);
		}
		task.run();
	}

	/** Runs tasks of the loop until one has told something. */
	void runUntil(String word) throws InterruptedException {
		while (!this.told.contains(word)) {
			runTask();
		}
	}

	/** Runs the tasks that the loop has. */
	void runTasks() {
		for (Runnable task = this.tasks.poll(); task != null; task = this.tasks.poll()) {
			task.run();
		}
	}

	private void tell(String what) {
		this.told.add(what);
	}

	private void tell(String what, Cause cause) {
		this.causes.add(cause);
		tell(what + ":" + cause.reason());
	}

	// Time and tasks

	@Override
	public Cause causeOf(Throwable thrown) {
		if (SocketErrors.isAfterFin(thrown)) {
			return SocketErrors.reset(this.context.side());
		}
		long last = Math.max(this.reader.lastReadAt(), this.writer.progress().lastWriteAt());
		return SocketErrors.cause(this.context.side(), thrown,
				() -> SocketOptions.isKeepaliveOver(this.socket, now() - last), this.timeouts.limit(Timeout.WRITE));
	}

	@Override
	public long now() {
		return this.time;
	}

	@Override
	public boolean inLoop() {
		return Thread.currentThread() == this.thread;
	}

	@Override
	public void execute(Runnable task) {
		if (inLoop()) {
			task.run();
		}
		else {
			later(task);
		}
	}

	@Override
	public void later(Runnable task) {
		this.tasks.add(task);
	}

	@Override
	public void guard(Runnable task) {
		task.run();
	}

	@Override
	public String id() {
		return "c-1";
	}

	// Reading

	@Override
	public SharedReadBuffer readBuffer() {
		return this.loop.loop().readBuffer();
	}

	@Override
	public MemoryAccount memory() {
		return this.loop.loop().memory();
	}

	@Override
	public boolean answersLater() {
		return false;
	}

	@Override
	public void afterAnswers(Runnable task) {
		this.tasks.add(task);
	}

	@Override
	public void setReading(boolean reading) {
		this.reading = reading;
	}

	@Override
	public void starved(boolean starved) {
		this.starving = starved;
	}

	@Override
	public void lingered() {
		tell("lingered");
	}

	@Override
	public long cutting(long stamp) {
		long before = this.stamp;
		this.stamp = stamp;
		return before;
	}

	@Override
	public boolean answerPoll(byte[] wire) {
		return this.writer.answerPoll(wire);
	}

	@Override
	public int wantedOfOversize() {
		return this.wanted;
	}

	@Override
	public void oversize(byte[] start, Cause cause) {
		this.causes.add(cause);
		tell("oversize:" + text(start));
	}

	@Override
	public boolean mustStarve() {
		return this.mustStarve;
	}

	@Override
	public void inputDone(Cause fault) {
		if (fault == null) {
			tell("end");
		}
		else {
			tell("end", fault);
		}
	}

	@Override
	public void handOn(byte[] payload) {
		onMessage(new org.springframework.messaging.support.GenericMessage<>(payload));
	}

	@Override
	public MessageHeaders headers() {
		this.headersAsked++;
		return new MessageHeaders(Map.of());
	}

	@Override
	public void onMessage(Message<?> message) {
		String frame = text(message.getPayload());
		tell(frame);
		this.onFrame.accept(frame);
	}

	@Override
	public void discarded(byte[] payload) {
		tell("discarded:" + text(payload));
	}

	@Override
	public boolean hold() {
		return this.reader.hold();
	}

	@Override
	public void release() {
		tell("released");
		this.reader.release();
	}

	@Override
	public void received(byte[] payload) {
		execute(() -> {
			this.decoder.countFrame();
			tell(text(payload));
		});
	}

	@Override
	public void receivedLate(byte[] payload) {
		execute(() -> tell("late:" + text(payload)));
	}

	@Override
	public void broke(Cause cause) {
		this.decoder.broke(cause);
	}

	// Writing

	@Override
	public void wrote() {
		this.written++;
	}

	@Override
	public void taken() {
		tell("taken");
	}

	@Override
	public void writing() {
	}

	@Override
	public void countRetransmits() {
	}

	@Override
	public void sendFin() {
		tell("fin");
		this.ending.outputDone();
	}

	@Override
	public void lose(long frames, long bytes) {
		tell("lost:" + frames + "/" + bytes);
	}

	@Override
	public void share(long frames, long bytes) {
		tell("shared:" + frames + "/" + bytes);
	}

	@Override
	public void failOutput(Cause cause) {
		tell("output-failed", cause);
	}

	@Override
	public void broken(Throwable fault) {
		tell("broken:" + fault.getMessage());
	}

	@Override
	public void encoded(byte[] frame) {
		this.writer.writeEncoded(frame);
	}

	@Override
	public void notEncoded(byte[] payload, Cause cause) {
		this.writer.notEncoded(payload, cause);
	}

	@Override
	public void writabilityChanged() {
		tell("writability");
	}

	// The end

	@Override
	public void inputEnded() {
		tell("input-ended");
	}

	@Override
	public void severed(Cause cause) {
		tell("severed", cause);
	}

	@Override
	public void fail(Cause cause) {
		tell("fail", cause);
		this.onFail.run();
	}

	@Override
	public boolean startDrain(long since) {
		boolean first = !this.draining;
		this.draining = true;
		if (first) {
			tell("drain");
		}
		return first;
	}

	@Override
	public void removeFromLoop() {
		this.loop.loop().remove(this);
	}

	@Override
	public void closed(Cause cause, long frames, long bytes) {
		tell("closed", cause);
	}

	@Override
	public Closure record(Cause cause, Closure.Undelivered undelivered) {
		return new Closure("c-1", "test", this.context.side(), "peer", null, cause.reason(), cause.endedBy(),
				cause.detail(), Instant.EPOCH, Instant.EPOCH, 0, 0, 0, 0, undelivered, 0, 1);
	}

	@Override
	public void removeFromRegistry() {
	}

	@Override
	public void publishClosed() {
	}

	@Override
	public void flushSoon() {
	}

	// What its loop asks

	@Override
	public HeldMemory held() {
		return this.held;
	}

	@Override
	public boolean isStarved() {
		return this.starving;
	}

	@Override
	public void abort(Cause cause) {
		tell("abort", cause);
	}

	@Override
	public void close() {
		this.loop.loop().remove(this);
		this.reader.close();
		this.loop.loop().batch().takeBack(this.writer);
		this.socket.close();
		this.loop.close();
		this.closures.close();
	}

}
