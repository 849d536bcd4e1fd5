package io.framegate.connection;

import javax.net.ssl.SSLEngine;

import io.framegate.closure.Cause;
import io.framegate.framing.BeanFraming;
import io.framegate.transport.HeldMemory;
import io.framegate.transport.IoLoop;
import io.framegate.transport.LoopMembers;
import io.framegate.transport.TcpInfo;
import io.framegate.transport.WriteAnswers;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;

import org.jspecify.annotations.Nullable;

import org.springframework.integration.ip.tcp.connection.TcpListener;

/**
 * The parts of a connection, and what its loop asks of them. Event loop only, but for
 * {@link #execute} and {@link #later}.
 */
abstract class ConnectionParts implements ReadGate.Owner, FrameDecoder.Owner, FrameReader.Owner, FrameDelivery.Owner,
		SerializerCodec.Owner, FrameWriter.Owner, PeerProbe.Owner, ConnectionTimers.Owner, CloseSequence.Owner,
		SocketHandler.Owner, TlsLayer.Owner, LoopMembers.Member, ChannelFutureListener {

	/** A connection that writes is looked at after so many nanoseconds. */
	private static final long LOOK_AFTER_WRITE = 1_000_000_000;

	final ConnectionContext context;

	final IoLoop loop;

	final Channel channel;

	final ConnectionEvents events;

	final HeldMemory held;

	final ConnectionLifecycle lifecycle;

	final ReadGate gate;

	final FrameDelivery delivery;

	final FrameDecoder decoder;

	final FrameReader reader;

	final FrameWriter output;

	final ConnectionTimers timers;

	/** TLS, if the connection has it. */
	@Nullable TlsLayer tls;

	private final PeerProbe probe;

	private int place = -1;

	/** Whether the next write must have the connection looked at. */
	private boolean writeLooks;

	final ClosureRecorder recorder;

	/** Made when it is first needed: of most connections that is when they close. */
	private @Nullable CloseSequence ending;

	ConnectionParts(ConnectionContext context, IoLoop loop, Channel channel, TcpListener listener,
			ConnectionEvents events) {
		this.context = context;
		this.loop = loop;
		this.channel = channel;
		this.events = events;
		this.lifecycle = new ConnectionLifecycle(context.side());
		this.held = new HeldMemory(loop.memory());
		this.timers = new ConnectionTimers(this, context, this.lifecycle);
		SerializerCodec codec = (context.framing() instanceof BeanFraming bean)
				? new SerializerCodec(this, context, bean) : null;
		this.gate = new ReadGate(this, this.lifecycle, context.side(), context.maxFrameSize());
		this.delivery = new FrameDelivery(this, context, listener);
		this.decoder = new FrameDecoder(this, context, this.gate, this.delivery, codec);
		this.reader = new FrameReader(this, context, this.lifecycle, this.gate, this.decoder, this.delivery, this.held,
				codec);
		this.output = new FrameWriter(this, context, this.lifecycle, loop.batch(), channel, loop.answersLater(),
				this.held, codec);
		this.probe = new PeerProbe(this, context, this.lifecycle, this.output.progress());
		this.recorder = new ClosureRecorder(events, context);
	}

	/** The socket can be used from now on. */
	void begin() {
		this.channel.config().setRecvByteBufAllocator(this.loop.readBuffer().receive(this.reader));
		this.channel.pipeline().addLast(new SocketHandler(this, this.loop, this.context.shared()));
		if (this.loop.answersLater()) {
			WriteAnswers.tell(this.channel, this.output.answers());
		}
		this.channel.closeFuture().addListener(this);
	}

	/** The socket is closed. */
	@Override
	public void operationComplete(ChannelFuture closed) {
		this.loop.later(() -> ending().closed());
	}

	/** What the connection closes by. */
	final CloseSequence ending() {
		CloseSequence begun = this.ending;
		if (begun == null) {
			begun = new CloseSequence(this, this.context, this.lifecycle, this.reader, this.gate, this.output,
					this.channel, this.recorder);
			this.ending = begun;
			look();
		}
		return begun;
	}

	/** What the connection closes by, or {@code null} where nothing has happened yet. */
	final @Nullable CloseSequence endingIfAny() {
		return this.ending;
	}

	/** The connection is established. */
	void established() {
		countConnect();
		this.lifecycle.established();
		this.timers.established();
		look();
	}

	@Override
	public boolean answersLater() {
		return this.loop.answersLater();
	}

	@Override
	public void afterWrite(Runnable task) {
		if (answersLater()) {
			// One answer may be for several writes, and Netty is not done with the
			// others.
			later(task);
		}
		else {
			guard(task);
		}
	}

	@Override
	public void afterAnswers(Runnable task) {
		this.loop.afterAnswers(() -> guard(task));
	}

	@Override
	public final boolean isCut() {
		return this.lifecycle.isCut() || !this.channel.isOpen();
	}

	/** Something has changed that a timer may depend on. */
	void look() {
		this.loop.look(this);
	}

	private void countConnect() {
		if (this.lifecycle.state() == ConnectionState.CONNECTING) {
			this.context.metrics().recordConnect(now() - this.timers.begunAt());
		}
	}

	/**
	 * A TLS handshake begins.
	 * @param engine the connection's own engine
	 * @param outcome told how it ends
	 */
	void shakeHands(SSLEngine engine, TlsOutcome outcome) {
		countConnect();
		this.lifecycle.shakeHands();
		this.timers.shakeHands();
		look();
		TlsLayer layer = new TlsLayer(this, this.context.side(), this.channel, this.held, engine, outcome);
		this.tls = layer;
		this.reader.secure(layer.handler());
		this.output.progress().secure(layer.handler());
		setReading(true);
		layer.begin();
	}

	@Override
	public boolean answerPoll(byte[] wire) {
		return this.output.answerPoll(wire);
	}

	@Override
	public void writabilityChanged() {
		if (this.lifecycle.isOpen()) {
			this.events.writabilityChanged();
			if (this.channel.isWritable()) {
				this.reader.unchoke();
			}
		}
	}

	@Override
	public void severed(Cause cause) {
		this.events.severed(cause);
		this.reader.unchoke();
	}

	@Override
	public int place() {
		return this.place;
	}

	@Override
	public void place(int place) {
		this.place = place;
	}

	@Override
	public long sweep(long now) {
		this.reader.sweep();
		if (isCut()) {
			// Closed in this very sweep.
			return now;
		}
		if (this.output.progress().pendingBytes() > 0) {
			this.output.settle();
		}
		if (this.ending != null) {
			this.ending.resetIfTaken();
		}
		this.probe.sweep(now);
		this.probe.countRetransmits(now);
		// If the kernel has given up, that is counted already.
		if (isCut()) {
			return now;
		}
		long next = this.probe.nextLook(now, this.timers.sweep(now));
		boolean busy = this.ending != null || this.output.progress().pendingBytes() > 0 || this.reader.needsSweeps();
		this.writeLooks = !busy && next - now > LOOK_AFTER_WRITE;
		return busy ? now : next;
	}

	/** What is written now must be acknowledged in time: a quiet connection is not. */
	@Override
	public void writing() {
		if (this.writeLooks) {
			this.writeLooks = false;
			look();
		}
	}

	@Override
	public void countRetransmits() {
		this.probe.countRetransmits();
	}

	@Override
	public @Nullable TcpInfo tcpInfo() {
		return TcpInfo.of(this.channel);
	}

	@Override
	public HeldMemory held() {
		return this.held;
	}

	@Override
	public boolean isShared() {
		return this.context.countedByExchanges();
	}

	@Override
	public void countHeld() {
		this.reader.countHeld();
	}

	@Override
	public boolean isStarved() {
		return this.gate.isStarved();
	}

	@Override
	public long refusedSince() {
		return this.decoder.refusedSince();
	}

	@Override
	public void feed() {
		this.reader.feed();
	}

}
