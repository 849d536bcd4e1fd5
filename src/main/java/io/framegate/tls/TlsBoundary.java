package io.framegate.tls;

import java.util.Objects;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import org.jspecify.annotations.Nullable;

/**
 * Stands between Netty's TLS and the socket: counts the ciphertext, and lets the
 * connection alone decide when it is read and when it closes. The connection's event loop
 * only.
 */
final class TlsBoundary extends ChannelOutboundHandlerAdapter implements ChannelFutureListener {

	/** So much of what TLS says by itself may wait for the peer to take it. */
	private static final int MAX_OWN = 128;

	/**
	 * The same where the kernel answers later: so many may be written before it is asked.
	 */
	private static final int MAX_OWN_LATER = 8 * 1024;

	private final int maxOwn;

	private final WrittenRecords records;

	private @Nullable ChannelHandlerContext context;

	/** Records without plaintext that the socket has not taken. */
	private int own;

	private long written;

	private long unflushed;

	private boolean closing;

	TlsBoundary(WrittenRecords records, boolean answersLater) {
		this.records = records;
		this.maxOwn = answersLater ? MAX_OWN_LATER : MAX_OWN;
	}

	@Override
	public void handlerAdded(ChannelHandlerContext added) {
		this.context = added;
	}

	@Override
	public void write(ChannelHandlerContext to, Object message, ChannelPromise promise) {
		int size = ((ByteBuf) message).readableBytes();
		this.written += size;
		this.unflushed += size;
		ChannelPromise watched = promise.unvoid().addListener(this);
		if (this.records.isLastWithout()) {
			this.own++;
			watched.addListener((taken) -> this.own--);
		}
		to.write(message, watched);
	}

	/**
	 * Whether the peer makes TLS answer, and does not take the answers.
	 */
	boolean isFlooded() {
		ChannelHandlerContext to = this.context;
		if (this.own > this.maxOwn && to != null) {
			flush(to);
		}
		return this.own > this.maxOwn;
	}

	/** A write that fails ends the output, and nobody else would tell. */
	@Override
	public void operationComplete(ChannelFuture write) {
		Throwable fault = write.cause();
		if (fault != null) {
			write.channel().pipeline().fireExceptionCaught(fault);
		}
	}

	@Override
	public void flush(ChannelHandlerContext to) {
		this.unflushed = 0;
		to.flush();
	}

	/**
	 * Netty asks for more where a record is incomplete, even if the connection is not
	 * read now.
	 */
	@Override
	public void read(ChannelHandlerContext to) {
		if (to.channel().config().isAutoRead()) {
			to.read();
		}
	}

	/**
	 * Netty closes where TLS has failed. The connection does that, after the peer has had
	 * time to read the alert.
	 */
	@Override
	public void close(ChannelHandlerContext to, ChannelPromise promise) {
		if (this.closing) {
			to.close(promise);
		}
		else {
			promise.trySuccess();
		}
	}

	/** The next close is the connection's own. */
	void letClose() {
		this.closing = true;
	}

	boolean isClosing() {
		return this.closing;
	}

	/**
	 * How much ciphertext was written and flushed since the beginning.
	 * @return bytes, of which the socket may not have taken all yet
	 */
	long flushed() {
		return this.written - this.unflushed;
	}

	/**
	 * Completed once the socket has taken all that was flushed before.
	 */
	ChannelFuture mark() {
		return Objects.requireNonNull(this.context).writeAndFlush(Unpooled.EMPTY_BUFFER);
	}

}
