package io.framegate.transport;

import java.io.Serial;
import java.util.concurrent.TimeUnit;

import io.netty.channel.Channel;
import io.netty.channel.IoEvent;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.ServerChannel;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringIoEvent;
import io.netty.channel.uring.IoUringIoHandle;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringIoHandlerConfig;
import io.netty.channel.uring.IoUringIoOps;
import io.netty.util.concurrent.ThreadAwareExecutor;
import org.jspecify.annotations.Nullable;

/**
 * Netty's io_uring, with what its channels do not tell or do otherwise than on epoll. A
 * write is answered after it was given to the kernel, so that a connection is told how
 * much of it was taken ({@link WriteAnswers}). A listener that rests for lack of
 * descriptors does not accept again at once. What Netty reads after a peer's FIN may be
 * left in the kernel ({@link ReadSuspended}). And a peer that has sent FIN still gets
 * what it takes slowly ({@link Connection#isUselessPoll}).
 */
final class IoUringTransport implements IoHandlerFactory {

	/** The kernel's numbers of operations, from {@code linux/io_uring.h}. */
	private static final byte WRITEV = 2;

	private static final byte POLL_ADD = 6;

	private static final byte ACCEPT = 13;

	private static final byte SEND = 26;

	private static final byte RECV = 27;

	/** From {@code poll.h}. */
	private static final int POLLIN = 0x1;

	private static final int POLLOUT = 0x4;

	private static final int POLLERR = 0x8;

	private static final int POLLHUP = 0x10;

	private static final int POLLRDHUP = 0x2000;

	/** There is more to read: {@code IORING_CQE_F_SOCK_NONEMPTY}. */
	private static final int NONEMPTY = 4;

	/** An answer is not the operation's last: {@code IORING_CQE_F_MORE}. */
	private static final int MORE = 2;

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

		private final Bell bell = new Bell();

		private @Nullable IoRegistration ringing;

		private Telling(IoHandler uring) {
			super(uring);
		}

		@Override
		public int run(IoHandlerContext context) {
			try {
				return super.run(context);
			}
			catch (Bell.Rung ex) {
				return 1;
			}
			finally {
				this.bell.answers = 0;
			}
		}

		@Override
		public void prepareToDestroy() {
			this.bell.silent = true;
			super.prepareToDestroy();
		}

		@Override
		public IoRegistration register(IoHandle handle) throws Exception {
			if (this.ringing == null) {
				this.ringing = super.register(this.bell);
				this.bell.registration = this.ringing;
			}
			Channel channel = ((Channel.Unsafe) handle).voidPromise().channel();
			if (channel instanceof ServerChannel) {
				Listener listener = new Listener((IoUringIoHandle) handle, channel);
				return new ListenerRegistration(super.register(listener), listener);
			}
			return new ConnectionRegistration(
					super.register(new Connection((IoUringIoHandle) handle, channel, this.bell)));
		}

	}

	/**
	 * Ends a turn of the loop that is long enough. While sockets are busy, Netty takes
	 * answers and asks for more up to 128 times before timers and other tasks run, which
	 * with thousands of connections takes seconds. A call that does nothing is answered
	 * after those that were made before it, and what that throws ends the turn: none of
	 * the others is lost.
	 */
	private static final class Bell implements IoUringIoHandle {

		/** A few milliseconds' worth. */
		private static final int ANSWERS = 1024;

		private static final byte NOP = 0;

		private @Nullable IoRegistration registration;

		private int answers;

		private boolean silent;

		void answered() {
			if (++this.answers == ANSWERS && this.registration != null) {
				this.registration
					.submit(new IoUringIoOps(NOP, (byte) 0, (short) 0, -1, 0, 0, 0, 0, 1L, (short) 0, (short) 0, 0, 0));
			}
		}

		@Override
		public void handle(IoRegistration own, IoEvent event) {
			if (!this.silent && this.answers >= ANSWERS) {
				throw Rung.INSTANCE;
			}
		}

		@Override
		public void close() {
		}

		/** Netty's loop lets errors alone pass. */
		private static final class Rung extends Error {

			static final Rung INSTANCE = new Rung();

			@Serial
			private static final long serialVersionUID = 1L;

			private Rung() {
				super("the turn is over", null, false, false);
			}

		}

	}

	/** A socket of Netty's. */
	private abstract static class Handle implements IoUringIoHandle {

		private final IoUringIoHandle handle;

		final Channel channel;

		private Handle(IoUringIoHandle handle, Channel channel) {
			this.handle = handle;
			this.channel = channel;
		}

		/**
		 * Lets Netty handle an answer. What is thrown is the connection's own fault, and
		 * must not end the loop.
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

	private static final class Connection extends Handle {

		/**
		 * How long a write to a half-closed peer that takes nothing rests, in
		 * milliseconds.
		 */
		private static final int LEAST_REST = 1;

		private static final int MOST_REST = 512;

		private final Bell bell;

		private @Nullable WriteAnswers writes;

		/** A poll has told of an error of the socket, mostly a reset. */
		private boolean failed;

		/** The poll for the peer's FIN was answered, which is asked once. */
		private boolean finPolled;

		private int rest = LEAST_REST;

		private Connection(IoUringIoHandle handle, Channel channel, Bell bell) {
			super(handle, channel);
			this.bell = bell;
		}

		@Override
		public void handle(IoRegistration registration, IoEvent event) {
			this.bell.answered();
			IoUringIoEvent answer = (IoUringIoEvent) event;
			byte operation = answer.opcode();
			if (operation == SEND || operation == WRITEV) {
				written(registration, answer);
			}
			else if (operation == POLL_ADD) {
				polled(registration, answer);
			}
			else if (operation == RECV && this.failed && answer.res() > 0) {
				// The kernel does not count an error as input: Netty would not read it.
				pass(registration,
						new IoUringIoEvent(answer.res(), answer.flags() | NONEMPTY, operation, answer.userData()));
			}
			else {
				pass(registration, answer);
			}
		}

		private void written(IoRegistration registration, IoUringIoEvent answer) {
			WriteAnswers told = writes();
			int taken = answer.res();
			if (taken > 0) {
				this.rest = LEAST_REST;
				if (told != null) {
					told.taking(taken);
				}
			}
			pass(registration, answer);
			if (told != null) {
				told.taken();
			}
		}

		private void polled(IoRegistration registration, IoUringIoEvent answer) {
			this.failed |= answer.res() > 0 && (answer.res() & (POLLERR | POLLHUP)) != 0;
			if (isUselessPoll(answer)) {
				writeLater(registration, answer.userData());
			}
			else {
				pass(registration, answer);
			}
		}

		/**
		 * Whether a poll for room to write was answered by no more than that the peer has
		 * sent FIN. The kernel answers every poll with that, at once and for ever, and
		 * Netty would wait for room as long.
		 */
		private boolean isUselessPoll(IoUringIoEvent answer) {
			boolean fin = answer.res() > 0 && (answer.res() & POLLRDHUP) != 0 && (answer.flags() & MORE) == 0
					&& (answer.res() & (POLLIN | POLLOUT)) == 0;
			boolean useless = fin && this.finPolled;
			this.finPolled |= fin;
			return useless;
		}

		/** Such a peer is asked by writing again. */
		private void writeLater(IoRegistration registration, long userData) {
			IoUringIoEvent room = new IoUringIoEvent(POLLOUT, 0, POLL_ADD, userData);
			this.channel.eventLoop().schedule(() -> pass(registration, room), this.rest, TimeUnit.MILLISECONDS);
			this.rest = Math.min(2 * this.rest, MOST_REST);
		}

		private @Nullable WriteAnswers writes() {
			if (this.writes == null) {
				this.writes = this.channel.attr(WriteAnswers.KEY).get();
			}
			return this.writes;
		}

	}

	private static final class Listener extends Handle {

		/** An accept has failed, and its answer is being handled. */
		private boolean failing;

		private Listener(IoUringIoHandle handle, Channel channel) {
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

	}

	private static final class ConnectionRegistration extends WrappedIoHandler.WrappedRegistration {

		private ConnectionRegistration(IoRegistration registration) {
			super(registration);
		}

		@Override
		public long submit(IoOps ops) {
			return super.submit(ImmediateSend.of(ops));
		}

	}

	private static final class ListenerRegistration extends WrappedIoHandler.WrappedRegistration {

		private final Listener listener;

		private ListenerRegistration(IoRegistration registration, Listener listener) {
			super(registration);
			this.listener = listener;
		}

		@Override
		public long submit(IoOps ops) {
			return this.listener.isResting() ? 0 : super.submit(ops);
		}

	}

}
