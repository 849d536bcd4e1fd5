package io.framegate.connection;

import io.framegate.tls.TlsHandler;
import io.framegate.transport.PendingBytes;
import io.framegate.transport.WriteTracker;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOutboundBuffer;
import org.jspecify.annotations.Nullable;

/**
 * How far the peer's kernel has taken what was given to a connection's channel, and when
 * it last took some. Event loop only; the counts may be read by any thread.
 */
final class WriteProgress extends WriteTracker {

	private @Nullable TlsHandler tls;

	/** Bytes given to the channel since its last flush. */
	private long unflushed;

	/** Bytes sent before any frame, which no count includes. */
	private int ahead;

	private long lastWriteAt;

	private long progressAt;

	WriteProgress(long now, boolean overheadVaries) {
		super(overheadVaries);
		this.lastWriteAt = now;
	}

	/** From now on what is written is encrypted on its way to the socket. */
	void secure(TlsHandler handler) {
		this.tls = handler;
	}

	/**
	 * Frames are given to the channel.
	 * @param ends where each ends
	 * @param payloads how many bytes of payload each has
	 * @param count how many there are
	 * @param bytes how many bytes they are
	 */
	@Override
	public void add(int[] ends, int[] payloads, int count, int bytes) {
		super.add(ends, payloads, count, bytes);
		this.unflushed += bytes;
	}

	/**
	 * The peer's kernel has taken bytes that are no frames.
	 * @param bytes how many
	 */
	void sentAhead(int bytes) {
		this.ahead += bytes;
	}

	/** Whether TLS encrypts what is written. */
	boolean isEncrypted() {
		return this.tls != null;
	}

	/**
	 * What the peer's kernel has taken in all.
	 * @param channel the connection's channel
	 * @return bytes of frames or of their ciphertext, and what was sent ahead of them
	 */
	long bytesSent(Channel channel) {
		TlsHandler encrypting = this.tls;
		ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
		return this.ahead + ((encrypting != null && buffer != null)
				? encrypting.cipherTaken(new PendingBytes().in(buffer)) : bytesTaken());
	}

	/** Something is written where nothing was pending. */
	void begin(long now) {
		this.progressAt = now;
	}

	/**
	 * Gives bytes to the channel. Plain ones go past its pipeline, in which nobody waits
	 * for them: that saves a fiftieth of the gateway's own CPU.
	 * @param buffer the bytes
	 * @param channel the connection's channel
	 */
	void write(ByteBuf buffer, Channel channel) {
		if (isEncrypted()) {
			channel.write(buffer, channel.voidPromise());
		}
		else {
			channel.unsafe().write(buffer, channel.voidPromise());
		}
	}

	void flush(Channel channel) {
		flushed();
		if (isEncrypted()) {
			channel.flush();
		}
		else {
			channel.unsafe().flush();
		}
	}

	/** The channel is flushed. */
	void flushed() {
		this.unflushed = 0;
	}

	/**
	 * Updates the counts to what the kernel has taken.
	 * @param channel the connection's channel
	 * @return how many more frames were taken completely, -1 if the channel is closed
	 */
	int settle(Channel channel) {
		return settle(channel, 0);
	}

	/**
	 * Updates the counts to what the kernel has taken.
	 * @param channel the connection's channel
	 * @param leaving bytes that the kernel has taken and the channel still holds
	 * @return how many more frames were taken completely, -1 if the channel is closed
	 */
	int settle(Channel channel, int leaving) {
		ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
		if (buffer == null) {
			return -1;
		}
		long pending = buffer.isEmpty() ? 0 : new PendingBytes().in(buffer) - leaving;
		TlsHandler encrypting = this.tls;
		return settle(
				(encrypting != null) ? bytesWritten() - encrypting.plainTaken(pending) : this.unflushed + pending);
	}

	/**
	 * Completed once the kernel has taken all that was flushed before.
	 * @param channel the connection's channel
	 */
	ChannelFuture mark(Channel channel) {
		TlsHandler encrypting = this.tls;
		return (encrypting != null) ? encrypting.mark() : channel.writeAndFlush(Unpooled.EMPTY_BUFFER);
	}

	/** The kernel took some. */
	void taken(long now) {
		this.lastWriteAt = now;
		this.progressAt = now;
	}

	/**
	 * The peer's kernel had room later than it looked from here.
	 * @param when a {@link System#nanoTime()} stamp
	 */
	void hadRoom(long when) {
		if (when - this.progressAt > 0) {
			taken(when);
		}
	}

	/**
	 * When the peer's kernel last took bytes.
	 * @return a {@link System#nanoTime()} stamp
	 */
	long lastWriteAt() {
		return this.lastWriteAt;
	}

	/**
	 * When it last took some of what is pending, or when that was written.
	 * @return a {@link System#nanoTime()} stamp
	 */
	long progressAt() {
		return this.progressAt;
	}

	/**
	 * Whether so few bytes are pending that a socket takes all of them or none, and it
	 * has taken none.
	 * @param few how many are few
	 */
	boolean isNoneTaken(int few) {
		return pendingBytes() <= few && isNoneTakenSinceEmpty();
	}

}
