package io.framegate.transport;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.util.concurrent.ThreadAwareExecutor;

/**
 * Netty's epoll without one fault of 4.2.18. There, a socket that waits for nothing is
 * removed from epoll and cannot be added again (ENOENT). A half-closed peer that falls
 * behind, or a listener without descriptors, would be closed. Here such a socket stays in
 * epoll. It is edge-triggered, so that a reset of a socket that is not read is reported
 * once and not for ever.
 */
final class EpollTransport implements IoHandlerFactory {

	private final IoHandlerFactory epoll = EpollIoHandler.newFactory();

	@Override
	public IoHandler newHandler(ThreadAwareExecutor executor) {
		return new Staying(this.epoll.newHandler(executor));
	}

	@Override
	public boolean isChangingThreadSupported() {
		return this.epoll.isChangingThreadSupported();
	}

	private static final class Staying extends WrappedIoHandler {

		private Staying(IoHandler epoll) {
			super(epoll);
		}

		@Override
		public IoRegistration register(IoHandle handle) throws Exception {
			return new StayingRegistration(super.register(handle));
		}

	}

	private static final class StayingRegistration extends WrappedIoHandler.WrappedRegistration {

		private StayingRegistration(IoRegistration registration) {
			super(registration);
		}

		@Override
		public long submit(IoOps ops) {
			EpollIoOps wanted = (EpollIoOps) ops;
			return super.submit(wanted.contains(EpollIoOps.EPOLLIN) ? wanted : wanted.with(EpollIoOps.EPOLLET));
		}

	}

}
