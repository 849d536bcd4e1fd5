package io.framegate.transport;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;

/**
 * One of Netty's I/O handlers, changed where a subclass says so. Its event loop only.
 */
abstract class WrappedIoHandler implements IoHandler {

	private final IoHandler handler;

	WrappedIoHandler(IoHandler handler) {
		this.handler = handler;
	}

	@Override
	public void initialize() {
		this.handler.initialize();
	}

	@Override
	public int run(IoHandlerContext context) {
		return this.handler.run(context);
	}

	@Override
	public void prepareToDestroy() {
		this.handler.prepareToDestroy();
	}

	@Override
	public void destroy() {
		this.handler.destroy();
	}

	@Override
	public IoRegistration register(IoHandle handle) throws Exception {
		return this.handler.register(handle);
	}

	@Override
	public void wakeup() {
		this.handler.wakeup();
	}

	@Override
	public boolean isCompatible(Class<? extends IoHandle> handleType) {
		return this.handler.isCompatible(handleType);
	}

	/** What a socket asks of the handler, changed where a subclass says so. */
	abstract static class WrappedRegistration implements IoRegistration {

		private final IoRegistration registration;

		WrappedRegistration(IoRegistration registration) {
			this.registration = registration;
		}

		@Override
		public <T> T attachment() {
			return this.registration.attachment();
		}

		@Override
		public long submit(IoOps ops) {
			return this.registration.submit(ops);
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
