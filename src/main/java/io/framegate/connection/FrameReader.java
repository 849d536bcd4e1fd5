package io.framegate.connection;

import java.util.Arrays;

import io.framegate.closure.Cause;
import io.framegate.tls.TlsHandler;
import io.framegate.transport.HeldMemory;
import io.framegate.transport.SharedReadBuffer;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Reads a connection. Input is cut into frames while its {@link ReadGate} is open, and
 * kept while it is closed. Event loop only.
 */
final class FrameReader implements SharedReadBuffer.Reader {

	private final Owner owner;

	private final ConnectionContext context;

	private final ConnectionLifecycle lifecycle;

	private final ReadGate gate;

	private final FrameDecoder decoder;

	private final FrameDelivery delivery;

	private final HeldMemory held;

	/** Runs a user's own framing, if the route has one. */
	private final @Nullable SerializerCodec codec;

	private @Nullable TlsHandler tls;

	/** What is to be said of the peer's FIN. */
	private @Nullable Cause end;

	/** Bytes read while reading was paused, or kept when cutting stopped. */
	private byte @Nullable [] unread;

	private long bytes;

	private long lastReadAt;

	FrameReader(Owner owner, ConnectionContext context, ConnectionLifecycle lifecycle, ReadGate gate,
			FrameDecoder decoder, FrameDelivery delivery, HeldMemory held, @Nullable SerializerCodec codec) {
		this.owner = owner;
		this.context = context;
		this.lifecycle = lifecycle;
		this.gate = gate;
		this.decoder = decoder;
		this.delivery = delivery;
		this.held = held;
		this.codec = codec;
		this.lastReadAt = owner.now();
	}

	void read(ByteBuf buffer) {
		this.lastReadAt = this.owner.now();
		while (buffer.isReadable()) {
			int size = Math.min(buffer.readableBytes(), SharedReadBuffer.READ_SIZE);
			this.bytes += size;
			this.context.metrics().countIn(this.context.side(), 0, size);
			if (this.decoder.isBroken() || this.gate.isDiscarding()) {
				this.gate.waste(size);
			}
			if (this.decoder.isBroken()) {
				buffer.skipBytes(size);
			}
			else if (this.unread != null || this.gate.isKeeping()) {
				keepUnread(buffer, size);
			}
			else {
				SharedReadBuffer buffers = this.owner.readBuffer();
				byte[] scratch = buffers.takeScratch();
				try {
					buffer.readBytes(scratch, 0, size);
					cut(scratch, 0, size, this.lastReadAt);
				}
				finally {
					buffers.giveScratch(scratch);
				}
			}
			ReadPace pace = this.decoder.pace();
			if (pace != null) {
				pace.bytes(size, this.lastReadAt);
			}
		}
		countHeld();
		if (!this.gate.isStarved() && this.owner.mustStarve()) {
			this.gate.starve();
		}
	}

	/**
	 * If much unread input waits, more stays in the kernel: Netty would otherwise read up
	 * to FIN, asked to or not.
	 */
	@Override
	public int room(int most) {
		if (isFull()) {
			return 0;
		}
		ReadPace pace = this.decoder.pace();
		return (pace != null) ? pace.room(most) : most;
	}

	boolean isFull() {
		if (this.gate.isFedUp() || (this.tls != null && this.tls.isFull())) {
			return true;
		}
		byte[] waiting = this.unread;
		return waiting != null && waiting.length >= SharedReadBuffer.READ_SIZE && this.gate.isKeeping()
				&& !this.decoder.isBroken();
	}

	@Override
	public boolean keepsBuffers() {
		return this.tls != null;
	}

	/** From now on the socket brings ciphertext. */
	void secure(TlsHandler handler) {
		this.tls = handler;
	}

	private void cut(byte[] from, int begin, int end, long now) {
		int at = this.decoder.cut(from, begin, end, now);
		if (at < end) {
			this.unread = Arrays.copyOfRange(from, at, end);
		}
	}

	private void keepUnread(ByteBuf buffer, int size) {
		byte[] before = (this.unread != null) ? this.unread : new byte[0];
		byte[] all = Arrays.copyOf(before, before.length + size);
		buffer.readBytes(all, before.length, size);
		this.unread = all;
	}

	/**
	 * Reading may begin: the connection is open.
	 */
	void opened() {
		this.lastReadAt = this.owner.now();
		if (!this.gate.isStopped() && this.lifecycle.isOpen()) {
			cutUnread();
		}
		if (!this.gate.isStopped()) {
			this.gate.open();
		}
	}

	/**
	 * Stops reading until {@link #release}, because a handler off the loop has enough to
	 * do.
	 * @return whether it is read no more
	 */
	boolean hold() {
		// A codec also pauses discarded input, which it must read to count it.
		return this.gate.hold(this.codec != null);
	}

	void release() {
		if (this.gate.release()) {
			if (this.gate.isDiscarding()) {
				this.gate.open();
			}
			else {
				readOn();
			}
		}
	}

	void resume() {
		if (this.gate.resume()) {
			readOn();
		}
	}

	/**
	 * There may be memory again.
	 */
	void feed() {
		if (this.gate.feed()) {
			readOn();
		}
	}

	/**
	 * Answers to polls may be written again, or never will.
	 */
	void unchoke() {
		if (this.gate.unchoke()) {
			readOn();
		}
	}

	private void readOn() {
		if (this.gate.isStopped() || this.lifecycle.isWaitingToOpen()) {
			return;
		}
		// Nobody read: the frame did not wait for its sender.
		this.decoder.shiftFrameStart(this.owner.now() - this.gate.stoppedAt());
		cutUnread();
		if (!this.gate.isStopped()) {
			this.gate.open();
		}
	}

	/**
	 * Takes no more frames. What was already read is still delivered; what comes from now
	 * on is read and discarded.
	 */
	void discard() {
		if (this.gate.isDiscarding() || !this.lifecycle.isOpen()) {
			return;
		}
		ReadPace pace = this.decoder.pace();
		if (pace != null) {
			pace.end();
		}
		while (this.unread != null && !this.decoder.isBroken() && !this.lifecycle.isWaitingToOpen()) {
			this.gate.letGo();
			cutUnread();
			if (this.decoder.refusedSince() != 0) {
				this.gate.feed();
				break;
			}
		}
		this.gate.discard();
		if (this.codec != null) {
			this.codec.discard();
		}
		cutUnread();
		if (this.codec == null || !this.gate.isHeld()) {
			this.gate.open();
		}
	}

	private void cutUnread() {
		byte[] kept = this.unread;
		this.unread = null;
		if (kept != null && !this.decoder.isBroken()) {
			cut(kept, 0, kept.length, this.owner.now());
			countHeld();
		}
		if (this.lifecycle.isFinRead() && this.unread == null) {
			closeGracefully();
		}
	}

	/**
	 * The peer sent FIN.
	 * @param how what is to be said of it, or {@code null}
	 */
	void finRead(@Nullable Cause how) {
		if (this.lifecycle.isFinRead() || this.lifecycle.isCut() || !this.lifecycle.isOpen()) {
			return;
		}
		this.end = how;
		this.gate.end();
		if (this.lifecycle.state().isIntroduction()) {
			this.owner.inputEnded();
		}
		else if (this.unread == null && !this.lifecycle.isWaitingToOpen()) {
			closeGracefully();
		}
	}

	private void closeGracefully() {
		if (!this.lifecycle.isInputCut()) {
			this.lifecycle.inputCut();
			Runnable last = () -> {
				Cause torso = this.decoder.torso();
				this.owner.inputDone((torso != null) ? torso : this.end);
			};
			if (this.codec != null) {
				this.codec.end(last);
			}
			else {
				this.delivery.afterFrames(last);
			}
		}
	}

	/**
	 * The connection is closed: counts frames that were read while reading was paused and
	 * that nobody gets.
	 */
	void close() {
		byte[] kept = this.unread;
		this.unread = null;
		if (kept != null && !this.decoder.isBroken() && this.codec == null) {
			this.gate.discard();
			cut(kept, 0, kept.length, this.lastReadAt);
		}
		this.gate.feed();
		this.delivery.close();
		if (this.codec != null) {
			this.codec.close();
		}
	}

	// What it holds

	/**
	 * Reads on if the peer was too fast, and counts what is held if that changes without
	 * a read. The loop's sweep calls.
	 */
	void sweep() {
		ReadPace pace = this.decoder.pace();
		if (pace != null && pace.isWaitOver()) {
			readOn();
		}
		if (this.codec != null || this.delivery.isElsewhere()) {
			countHeld();
		}
	}

	/** Whether every sweep has something to do. */
	boolean needsSweeps() {
		return this.gate.isThrottled() || this.codec != null || this.delivery.isElsewhere();
	}

	/**
	 * Tells the memory budget how much was read and not delivered.
	 */
	void countHeld() {
		long holds = this.decoder.heldBytes();
		byte[] waiting = this.unread;
		if (waiting != null) {
			holds += waiting.length;
		}
		holds += this.delivery.heldBytes();
		if (this.codec != null) {
			holds += this.codec.heldBytes();
		}
		this.held.input(holds);
	}

	// State

	/**
	 * Whether anybody still wants what the peer sent before its socket was severed.
	 * @return {@code false} if it would be discarded
	 */
	boolean isWorthReading() {
		return !this.gate.isDiscarding() && !this.decoder.isBroken()
				&& (this.unread != null || !this.lifecycle.isWaitingToOpen());
	}

	boolean isInsideFrame() {
		return this.decoder.partialBytes() > 0 || this.unread != null;
	}

	long bytes() {
		return this.bytes;
	}

	long lastReadAt() {
		return this.lastReadAt;
	}

	/** When bytes were last read, or had to wait for a limit. */
	long lastActiveAt() {
		ReadPace pace = this.decoder.pace();
		return (pace != null) ? Math.max(this.lastReadAt, pace.heldUntil()) : this.lastReadAt;
	}

	/** What reading needs of its connection. */
	interface Owner {

		long now();

		/** What all connections of the loop are read into. */
		SharedReadBuffer readBuffer();

		/**
		 * Whether the connection holds too much to be read further, because memory is
		 * short.
		 */
		boolean mustStarve();

		/** The peer's FIN came before it was served. */
		void inputEnded();

		/**
		 * Every frame before the peer's FIN was delivered.
		 * @param fault what is wrong with the end, or {@code null}
		 */
		void inputDone(@Nullable Cause fault);

	}

}
