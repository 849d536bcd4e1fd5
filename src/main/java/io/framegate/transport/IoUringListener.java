package io.framegate.transport;

import io.netty.channel.Channel;
import io.netty.channel.IoEvent;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.uring.IoUringIoEvent;
import io.netty.channel.uring.IoUringIoHandle;
import io.netty.channel.uring.IoUringIoOps;
import org.jspecify.annotations.Nullable;

/**
 * A listening socket on io_uring. Clients that wait are accepted together, as many in a
 * turn as with epoll: where the kernel is asked for one after the other, the last of
 * thousands waits seconds. While the socket rests for lack of descriptors, Netty does not
 * accept again. Its loop only.
 */
final class IoUringListener extends IoUringSocket {

	private final ImmediateAccept accept = new ImmediateAccept();

	/** An accept has failed, and its answer is being handled. */
	private boolean failing;

	/** An accept that Netty has asked for while it handled the one before. */
	private @Nullable IoUringIoOps next;

	IoUringListener(IoUringIoHandle handle, Channel channel) {
		super(handle, channel);
	}

	@Override
	public void handle(IoRegistration registration, IoEvent event) {
		IoUringIoEvent answer = (IoUringIoEvent) event;
		take(registration, answer);
		for (IoUringIoOps asked = this.next; asked != null; asked = this.next) {
			this.next = null;
			take(registration, this.accept.perform(asked));
		}
	}

	private void take(IoRegistration registration, IoUringIoEvent answer) {
		this.failing = answer.opcode() == ImmediateAccept.OPERATION && answer.res() < 0;
		pass(registration, answer);
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
			if (this.listener.isResting()) {
				return 0;
			}
			if (ImmediateAccept.isAsked(ops)) {
				this.listener.next = (IoUringIoOps) ops;
				return ImmediateAccept.OPERATION;
			}
			return super.submit(Submission.withFlags(ops, ImmediateAccept.OPERATION, ImmediateAccept.SOCKET_FLAGS));
		}

	}

}
