package io.framegate.connection;

import io.framegate.transport.IoLoop;
import io.framegate.transport.ProcessHalt;
import io.framegate.transport.ReadSuspended;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;

/**
 * Passes a socket's events to its connection. Event loop only.
 */
final class SocketHandler extends ChannelInboundHandlerAdapter {

	private final Owner connection;

	private final IoLoop loop;

	private final boolean shared;

	/**
	 * Makes a handler.
	 * @param connection the connection
	 * @param loop its loop
	 * @param shared whether others that read in the same turn may write to the
	 * connections that this one writes to
	 */
	SocketHandler(Owner connection, IoLoop loop, boolean shared) {
		this.connection = connection;
		this.loop = loop;
		this.shared = shared;
	}

	@Override
	public void channelRead(ChannelHandlerContext context, Object message) {
		ByteBuf buffer = (ByteBuf) message;
		this.loop.reading(true);
		try {
			// Where the kernel answers later, some may come after the decision to close.
			if (!this.connection.isCut()) {
				this.connection.read(buffer);
			}
		}
		catch (RuntimeException | Error ex) {
			this.connection.broken(ex);
		}
		finally {
			this.loop.reading(false);
			buffer.release();
		}
	}

	@Override
	public void channelReadComplete(ChannelHandlerContext context) {
		// Guarded for each connection that it writes to.
		this.loop.readComplete(this.shared);
	}

	@Override
	public void channelWritabilityChanged(ChannelHandlerContext context) {
		this.connection.guard(this.connection::writabilityChanged);
	}

	@Override
	public void userEventTriggered(ChannelHandlerContext context, Object event) {
		if (event instanceof ChannelInputShutdownEvent || event instanceof ChannelInputShutdownReadComplete) {
			this.connection.guard(this.connection::finRead);
		}
	}

	@Override
	public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
		if (cause != ReadSuspended.INSTANCE) {
			ProcessHalt.ifHeapIsExhausted(cause);
			this.connection.guard(() -> this.connection.socketFailed(cause));
		}
	}

	/** Takes a socket's events. */
	interface Owner {

		/** Whether the socket is closed, or being closed. */
		boolean isCut();

		void read(ByteBuf buffer);

		/** The peer's FIN was read. */
		void finRead();

		/** The peer falls behind, or has caught up. */
		void writabilityChanged();

		/**
		 * Netty or the kernel met a fault.
		 * @param fault the fault
		 */
		void socketFailed(Throwable fault);

		/**
		 * Code run for the connection has thrown.
		 * @param fault the exception
		 */
		void broken(Throwable fault);

		/**
		 * Runs a task. Passes what it throws to {@link #broken}.
		 * @param task the task
		 */
		void guard(Runnable task);

	}

}
