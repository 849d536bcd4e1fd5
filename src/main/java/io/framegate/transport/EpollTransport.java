package io.framegate.transport;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
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

	private record Staying(IoHandler epoll) implements IoHandler {

		@Override
		public void initialize() {
			this.epoll.initialize();
		}

		@Override
		public int run(IoHandlerContext context) {
			return this.epoll.run(context);
		}

		@Override
		public void prepareToDestroy() {
			this.epoll.prepareToDestroy();
		}

		@Override
		public void destroy() {
			this.epoll.destroy();
		}

		@Override
		public IoRegistration register(IoHandle handle) throws Exception {
			return new StayingRegistration(this.epoll.register(handle));
		}

		@Override
		public void wakeup() {
			this.epoll.wakeup();
		}

		@Override
		public boolean isCompatible(Class<? extends IoHandle> handleType) {
			return this.epoll.isCompatible(handleType);
		}

	}

	private record StayingRegistration(IoRegistration registration) implements IoRegistration {

		@Override
		public <T> T attachment() {
			return this.registration.attachment();
		}

		@Override
		public long submit(IoOps ops) {
			EpollIoOps wanted = (EpollIoOps) ops;
			return this.registration
				.submit(wanted.contains(EpollIoOps.EPOLLIN) ? wanted : wanted.with(EpollIoOps.EPOLLET));
		}

		@Override
		public boolean isValid() {
			return this.registration.isValid();
		}

		@Override
		public boolean cancel() {
			return this.registration.cancel();
		}

	}

}
