package io.framegate.inbound;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Arrays;

import io.framegate.framing.FirstBytes;
import io.framegate.proxy.InvalidHeaderException;
import io.framegate.proxy.ProxyHeader;
import io.framegate.proxy.ProxyHeaderReader;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import org.jspecify.annotations.Nullable;

/**
 * Takes the PROXY header from the front of a connection's input. Then it leaves, and
 * passes on what came after the header in the same read. Event loop only.
 */
final class ProxyHeaderHandler extends ChannelInboundHandlerAdapter {

	private final Owner owner;

	private final ProxyHeaderReader reader = new ProxyHeaderReader();

	private @Nullable ChannelPipeline pipeline;

	/** The connection is being closed: nothing more is wanted. */
	private boolean refused;

	ProxyHeaderHandler(Owner owner) {
		this.owner = owner;
	}

	@Override
	public void handlerAdded(ChannelHandlerContext context) {
		this.pipeline = context.pipeline();
	}

	/**
	 * How much of the header, or of what may become one, has come.
	 * @return a number of bytes
	 */
	int received() {
		return this.reader.length();
	}

	/**
	 * Whether what has come can only be a header.
	 */
	boolean isBegun() {
		return this.reader.found() == ProxyHeaderReader.Found.BEGUN;
	}

	/** No header is expected any more: what has come is passed on. */
	void giveUp() {
		ChannelPipeline left = leave(Unpooled.EMPTY_BUFFER);
		left.fireChannelReadComplete();
	}

	@Override
	public void channelRead(ChannelHandlerContext context, Object message) {
		ByteBuf buffer = (ByteBuf) message;
		try {
			read(buffer);
		}
		catch (InvalidHeaderException ex) {
			refuse(String.valueOf(ex.getMessage()));
		}
		finally {
			buffer.release();
		}
	}

	private void read(ByteBuf buffer) throws InvalidHeaderException {
		while (buffer.isReadable() && !this.refused) {
			boolean begun = isBegun();
			switch (this.reader.take(buffer.readByte())) {
				case NOTHING_YET -> {
				}
				case BEGUN -> {
					if (!begun && this.owner.objection() instanceof String objection) {
						refuse(objection);
					}
				}
				case NO_HEADER -> {
					leave(buffer);
					return;
				}
				case HEADER -> {
					found(this.reader.header(this.owner.address()), buffer);
					return;
				}
			}
		}
	}

	private void refuse(String what) {
		this.refused = true;
		this.owner.invalid(what);
	}

	private void found(ProxyHeader header, ByteBuf rest) {
		ChannelPipeline left = remove();
		this.owner.found(header);
		pass(left, rest.retain());
	}

	private ChannelPipeline leave(ByteBuf rest) {
		ChannelPipeline left = remove();
		byte[] taken = this.reader.taken();
		if (this.owner.foundNone(first(taken, rest))) {
			pass(left, Unpooled.wrappedBuffer(taken));
			pass(left, rest.retain());
		}
		return left;
	}

	private static byte[] first(byte[] taken, ByteBuf rest) {
		byte[] first = Arrays.copyOf(taken,
				Math.max(taken.length, Math.min(FirstBytes.ENOUGH, taken.length + rest.readableBytes())));
		rest.getBytes(rest.readerIndex(), first, taken.length, first.length - taken.length);
		return first;
	}

	private ChannelPipeline remove() {
		ChannelPipeline left = this.pipeline;
		if (left == null) {
			throw new IllegalStateException("It was not added to a pipeline");
		}
		left.remove(this);
		return left;
	}

	private static void pass(ChannelPipeline to, ByteBuf bytes) {
		if (bytes.isReadable()) {
			to.fireChannelRead(bytes);
		}
		else {
			bytes.release();
		}
	}

	@Override
	public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
		if (received() == 0 && cause instanceof IOException) {
			// A balancer's check may end with RST instead of FIN.
			context.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
		}
		else {
			context.fireExceptionCaught(cause);
		}
	}

	/** What becomes of the client. */
	interface Owner {

		/** The peer's own address. */
		InetSocketAddress address();

		/** Why no header is taken from this peer, or {@code null}. */
		@Nullable String objection();

		/** Its header was read. */
		void found(ProxyHeader header);

		/**
		 * It has sent no header.
		 * @param first its first bytes
		 * @return whether it is served nevertheless, and not closed
		 */
		boolean foundNone(byte[] first);

		/** Its header is not valid: it must be closed. */
		void invalid(String what);

	}

}
