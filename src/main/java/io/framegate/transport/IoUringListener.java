package io.framegate.transport;

import io.netty.channel.Channel;
import io.netty.channel.IoEvent;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.uring.IoUringIoEvent;
import io.netty.channel.uring.IoUringIoHandle;

/**
 * A listening socket on io_uring. While it rests for lack of descriptors, Netty does not
 * accept again at once. Its loop only.
 */
final class IoUringListener extends IoUringSocket {

	/** The kernel's number, from {@code linux/io_uring.h}. */
	private static final byte ACCEPT = 13;

	/** An accept has failed, and its answer is being handled. */
	private boolean failing;

	IoUringListener(IoUringIoHandle handle, Channel channel) {
		super(handle, channel);
	}

	@Override
	public void handle(IoRegistration registration, IoEvent event) {
		IoUringIoEvent answer = (IoUringIoEvent) event;
		this.failing = answer.opcode() == ACCEPT && answer.res() < 0;
		pass(registration, event);
		this.failing = false;
	}

	/** Whether Netty accepts again although the listener wants to rest. */
	private boolean isResting() {
		return this.failing && this.channel.isOpen() && !this.channel.config().isAutoRead();
	}

	/** What a listener asks of the kernel. */
	static final class Registration extends WrappedIoHandler.WrappedRegistration {

		private final IoUringListener listener;

		Registration(IoRegistration registration, IoUringListener listener) {
			super(registration);
			this.listener = listener;
		}

		@Override
		public long submit(IoOps ops) {
			return this.listener.isResting() ? 0 : super.submit(ops);
		}

	}

}
