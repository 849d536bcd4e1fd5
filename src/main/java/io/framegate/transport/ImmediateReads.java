package io.framegate.transport;

import java.io.IOException;
import java.nio.channels.NotYetConnectedException;

import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.uring.IoUringIoEvent;
import io.netty.channel.uring.IoUringIoOps;
import io.netty.channel.unix.Errors;
import io.netty.channel.unix.Socket;
import io.netty.channel.unix.UnixChannel;
import org.jspecify.annotations.Nullable;

/**
 * Makes a connection's large reads by system calls of their own when the kernel has told
 * of input, instead of having Netty ask io_uring. So all connections of a loop read into
 * one buffer, which stays in the processor's cache. Its loop only.
 */
final class ImmediateReads {

	/** The kernel's number of a read, from {@code linux/io_uring.h}. */
	static final byte OPERATION = 27;

	/** There is more to read: {@code IORING_CQE_F_SOCK_NONEMPTY}. */
	static final int NONEMPTY = 4;

	/** So many are made before others on the loop have their turn. */
	private static final int MAX_READS = 4;

	/** Names a read that the kernel does not know, as none of Netty's own does. */
	private static final long UNKNOWN = -1;

	private final IoUringSocket socket;

	private final TurnBell bell;

	private final InputPoll input;

	private SharedReadBuffer.@Nullable Receive receive;

	/** The kernel was asked for a write and has not answered. */
	private boolean writing;

	/** Netty has asked for it, and still has to return from that. */
	private @Nullable IoUringIoOps asked;

	ImmediateReads(IoUringSocket socket, TurnBell bell, InputPoll input) {
		this.socket = socket;
		this.bell = bell;
		this.input = input;
	}

	/**
	 * A write was asked of the kernel, or was answered. Until then its answer may be in
	 * the ring, and nothing is read past it: what the peer sends because of what was
	 * written must not come before that is known to be taken.
	 */
	void writing(boolean now) {
		this.writing = now;
		if (now && this.receive != null) {
			this.receive.readAtOnce(false);
		}
	}

	/**
	 * Passes on an answer after which Netty may read, and makes the reads.
	 * @param registration the connection's
	 * @param answer the answer
	 */
	void pass(IoRegistration registration, IoUringIoEvent answer) {
		SharedReadBuffer.Receive all = receive();
		if (all == null) {
			this.socket.pass(registration, answer);
			return;
		}
		all.readAtOnce(!this.writing);
		this.socket.pass(registration, answer);
		IoUringIoOps read = this.asked;
		for (int i = 1; read != null; i++) {
			this.asked = null;
			all.readAtOnce(i < MAX_READS && !this.writing);
			this.socket.pass(registration, answer(read));
			read = this.asked;
		}
		all.readAtOnce(false);
	}

	/** It is set before the connection reads. */
	private SharedReadBuffer.@Nullable Receive receive() {
		if (this.receive == null
				&& this.socket.channel.config().getRecvByteBufAllocator() instanceof SharedReadBuffer.Receive all) {
			this.receive = all;
		}
		return this.receive;
	}

	/**
	 * Takes a read that Netty submits.
	 * @param ops what Netty submits
	 * @return what Netty may cancel it by, 0 if it is not made here
	 */
	long take(IoOps ops) {
		SharedReadBuffer.Receive all = this.receive;
		if (all == null || !all.isReadAtOnce() || Submission.operation(ops) != OPERATION) {
			return 0;
		}
		this.asked = (IoUringIoOps) ops;
		return UNKNOWN;
	}

	/** Reads, and says what the kernel would answer. */
	private IoUringIoEvent answer(IoUringIoOps read) {
		this.bell.answered();
		try {
			int length = (int) Submission.LENGTH.invokeExact(read);
			int result = read((long) Submission.ADDRESS.invokeExact(read), length);
			boolean more = result > 0 && this.input.isReady((int) Submission.DESCRIPTOR.invokeExact(read));
			return new IoUringIoEvent(result, more ? NONEMPTY : 0, OPERATION,
					(long) Submission.USER_DATA.invokeExact(read));
		}
		catch (RuntimeException | Error ex) {
			throw ex;
		}
		catch (Throwable ex) {
			throw new IllegalStateException(ex);
		}
	}

	private int read(long address, int length) {
		try {
			int bytes = ((Socket) ((UnixChannel) this.socket.channel).fd()).recvAddress(address, 0, length);
			return (bytes == 0) ? Errors.ERRNO_EAGAIN_NEGATIVE : Math.max(bytes, 0);
		}
		catch (Errors.NativeIoException ex) {
			return ex.expectedErr();
		}
		catch (NotYetConnectedException ex) {
			return Errors.ERRNO_ENOTCONN_NEGATIVE;
		}
		catch (IOException ex) {
			return Errors.ERRNO_EBADF_NEGATIVE;
		}
	}

}
