package io.framegate.transport;

import io.netty.channel.Channel;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoRegistration;
import io.netty.channel.ServerChannel;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringIoHandle;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringIoHandlerConfig;
import io.netty.util.concurrent.ThreadAwareExecutor;
import org.jspecify.annotations.Nullable;

/**
 * Netty's io_uring, with what its channels do not tell or do otherwise than on epoll: see
 * {@link IoUringConnection}, {@link IoUringListener} and {@link TurnBell}.
 */
final class IoUringTransport implements IoHandlerFactory {

	/** Entries of a loop's submission queue: so many calls are one system call. */
	private static final int SUBMISSIONS = 1024;

	/** Room for answers, so that the kernel needs no list of those that did not fit. */
	private static final int COMPLETIONS = 16 * 1024;

	static {
		// A call that accepts for ever would not tell whom, nor let the listener rest.
		System.getProperties().putIfAbsent("io.netty.iouring.acceptMultiShotEnabled", "false");
	}

	private final IoHandlerFactory uring = IoUringIoHandler
		.newFactory(new IoUringIoHandlerConfig().setRingSize(SUBMISSIONS).setCqSize(COMPLETIONS));

	/**
	 * Why it cannot be used here.
	 * @return what Netty says, or {@code null} if it can be used
	 */
	static @Nullable Throwable unavailability() {
		return IoUring.isAvailable() ? null : IoUring.unavailabilityCause();
	}

	@Override
	public IoHandler newHandler(ThreadAwareExecutor executor) {
		return new Telling(this.uring.newHandler(executor));
	}

	@Override
	public boolean isChangingThreadSupported() {
		return this.uring.isChangingThreadSupported();
	}

	private static final class Telling extends WrappedIoHandler {

		private final TurnBell bell = new TurnBell();

		private Telling(IoHandler uring) {
			super(uring);
		}

		@Override
		public int run(IoHandlerContext context) {
			try {
				return super.run(context);
			}
			catch (TurnBell.Rung ex) {
				return 1;
			}
			finally {
				this.bell.reset();
			}
		}

		@Override
		public void prepareToDestroy() {
			this.bell.silence();
			super.prepareToDestroy();
		}

		@Override
		public IoRegistration register(IoHandle handle) throws Exception {
			if (!this.bell.isRegistered()) {
				this.bell.register(super.register(this.bell));
			}
			Channel channel = ((Channel.Unsafe) handle).voidPromise().channel();
			if (channel instanceof ServerChannel) {
				IoUringListener listener = new IoUringListener((IoUringIoHandle) handle, channel);
				return new IoUringListener.Registration(super.register(listener), listener);
			}
			return new IoUringConnection.Registration(
					super.register(new IoUringConnection((IoUringIoHandle) handle, channel, this.bell)));
		}

	}

}
