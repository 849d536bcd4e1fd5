package io.framegate.transport;

import io.netty.channel.Channel;
import io.netty.channel.IoEvent;
import io.netty.channel.IoRegistration;
import io.netty.channel.uring.IoUringIoHandle;

/**
 * A socket of Netty's io_uring, as its loop sees it: the kernel's answers pass here. Its
 * loop only.
 */
abstract class IoUringSocket implements IoUringIoHandle {

	private final IoUringIoHandle handle;

	final Channel channel;

	IoUringSocket(IoUringIoHandle handle, Channel channel) {
		this.handle = handle;
		this.channel = channel;
	}

	/**
	 * Lets Netty handle an answer. What is thrown is the connection's own fault, and must
	 * not end the loop.
	 */
	final void pass(IoRegistration registration, IoEvent answer) {
		try {
			this.handle.handle(registration, answer);
		}
		catch (ReadSuspended ex) {
			// The peer's FIN has come, and its last bytes are not wanted yet.
		}
		catch (RuntimeException | Error ex) {
			this.channel.pipeline().fireExceptionCaught(ex);
		}
	}

	@Override
	public void registered() {
		this.handle.registered();
	}

	@Override
	public void unregistered() {
		this.handle.unregistered();
	}

	@Override
	public void close() {
		this.channel.unsafe().close(this.channel.voidPromise());
	}

}
