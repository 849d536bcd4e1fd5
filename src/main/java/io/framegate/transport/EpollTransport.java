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
 * Netty's epoll, with one fault of 4.2.18 kept away: a socket that waits for nothing is
 * taken out of epoll and cannot get in again (ENOENT), so that a half-closed peer that
 * falls behind, or a listener that was out of descriptors, would be closed. Here such a
 * socket stays in epoll. And a socket that is not read is told once of a reset, and not
 * for ever: it is edge-triggered.
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
