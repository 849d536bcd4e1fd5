package io.framegate.transport;

import java.util.concurrent.TimeUnit;

import io.netty.channel.Channel;
import io.netty.channel.IoEvent;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.uring.IoUringIoEvent;
import io.netty.channel.uring.IoUringIoHandle;
import org.jspecify.annotations.Nullable;

/**
 * A connection's socket on io_uring. Its writes are answered later, and it is told
 * ({@link WriteAnswers}). An error after the last input is read, and a peer that has sent
 * FIN still gets what it takes slowly. Its loop only.
 */
final class IoUringConnection extends IoUringSocket {

	/** The kernel's numbers of operations, from {@code linux/io_uring.h}. */
	private static final byte WRITEV = 2;

	private static final byte POLL_ADD = 6;

	private static final byte SEND = 26;

	private static final byte RECV = 27;

	/**
	 * A send that finds no room is answered, and Netty polls for room. It would wait in
	 * the kernel otherwise: once the peer has sent FIN, in a thread of its own, of which
	 * there are few.
	 */
	private static final int MSG_DONTWAIT = 0x40;

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

	/**
	 * How long a write to a half-closed peer that takes nothing rests, in milliseconds.
	 */
	private static final int LEAST_REST = 1;

	private static final int MOST_REST = 512;

	private final TurnBell bell;

	private @Nullable WriteAnswers writes;

	/** A poll has told of an error of the socket, mostly a reset. */
	private boolean failed;

	/** The poll for the peer's FIN was answered, which is asked once. */
	private boolean finPolled;

	private int rest = LEAST_REST;

	IoUringConnection(IoUringIoHandle handle, Channel channel, TurnBell bell) {
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
	 * sent FIN. The kernel answers every poll with that, at once and for ever, and Netty
	 * would wait for room as long.
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

	/** What a connection asks of the kernel. */
	static final class Registration extends WrappedIoHandler.WrappedRegistration {

		Registration(IoRegistration registration) {
			super(registration);
		}

		@Override
		public long submit(IoOps ops) {
			return super.submit(Submission.withFlags(ops, SEND, MSG_DONTWAIT));
		}

	}

}
