package io.framegate.connection;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;

/**
 * Hands what happens on a socket to its {@link FrameConnection}. Event loop only.
 */
final class SocketHandler extends ChannelInboundHandlerAdapter {

	private final FrameConnection connection;

	SocketHandler(FrameConnection connection) {
		this.connection = connection;
	}

	@Override
	public void channelRead(ChannelHandlerContext context, Object message) {
		ByteBuf buffer = (ByteBuf) message;
		Loop loop = this.connection.loop();
		loop.reading(true);
		try {
			this.connection.input().read(buffer);
		}
		catch (RuntimeException | Error ex) {
			this.connection.ending().broken(ex);
		}
		finally {
			loop.reading(false);
			buffer.release();
		}
	}

	@Override
	public void channelReadComplete(ChannelHandlerContext context) {
		// Guarded for each connection that it writes to.
		this.connection.loop().readComplete(this.connection.terms().shared());
	}

	@Override
	public void channelWritabilityChanged(ChannelHandlerContext context) {
		this.connection.guard(this.connection::writabilityChanged);
	}

	@Override
	public void userEventTriggered(ChannelHandlerContext context, Object event) {
		if (event instanceof ChannelInputShutdownEvent || event instanceof ChannelInputShutdownReadComplete) {
			this.connection.guard(this.connection.input()::shutDown);
		}
	}

	@Override
	public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
		if (cause != ReadLater.INSTANCE) {
			ProcessHalt.ifHeapIsExhausted(cause);
			this.connection.guard(() -> this.connection.ending().exceptionCaught(cause));
		}
	}

}
