package io.framegate.transport;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

import io.netty.channel.IoOps;
import io.netty.channel.uring.IoUringIoEvent;
import io.netty.channel.uring.IoUringIoOps;

/**
 * Does what Netty asks of io_uring at once, where it is to accept one more client if
 * there is one, and answers as io_uring would. The listening socket must not block, as
 * Netty's don't. One thread.
 */
final class ImmediateAccept {

	/** The kernel's number of it, from {@code linux/io_uring.h}. */
	static final byte OPERATION = 13;

	/**
	 * It shall not wait for a client: {@code IORING_ACCEPT_DONTWAIT}. Netty asks it of
	 * Linux 6.10 and later.
	 */
	private static final short DONTWAIT = 2;

	/** There may be more to accept: {@code IORING_CQE_F_SOCK_NONEMPTY}. */
	private static final int NONEMPTY = 4;

	/**
	 * What accepted sockets are: {@code SOCK_NONBLOCK}, since a write without room to a
	 * half-closed peer would block a thread of the kernel, and {@code SOCK_CLOEXEC}.
	 */
	static final int SOCKET_FLAGS = 0x800 | 0x80000;

	private static final StructLayout STATE = Linker.Option.captureStateLayout();

	private static final VarHandle ERROR = STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

	@SuppressWarnings("restricted")
	private static final MethodHandle ACCEPT = Linker.nativeLinker()
		.downcallHandle(Linker.nativeLinker().defaultLookup().find("accept4").orElseThrow(),
				// The addresses are pointers, which Netty keeps as numbers.
				FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG,
						ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT),
				Linker.Option.captureCallState("errno"));

	private final MemorySegment state = Arena.ofAuto().allocate(STATE);

	/** Whether Netty asks for one more client, if there is one. */
	static boolean isAsked(IoOps ops) {
		IoUringIoOps asked = (IoUringIoOps) ops;
		try {
			return (byte) Submission.OPERATION.invokeExact(asked) == OPERATION
					&& (short) Submission.PRIORITY.invokeExact(asked) == DONTWAIT;
		}
		catch (Throwable ex) {
			throw Submission.unchecked(ex);
		}
	}

	/**
	 * Accepts a client.
	 * @param asked what Netty asks
	 * @return the client, or why there is none
	 */
	IoUringIoEvent perform(IoUringIoOps asked) {
		try {
			int accepted = (int) ACCEPT.invokeExact(this.state, (int) Submission.DESCRIPTOR.invokeExact(asked),
					(long) Submission.ADDRESS.invokeExact(asked), (long) Submission.SECOND_ADDRESS.invokeExact(asked),
					SOCKET_FLAGS);
			int answer = (accepted < 0) ? -(int) ERROR.get(this.state, 0L) : accepted;
			return new IoUringIoEvent(answer, NONEMPTY, OPERATION, (long) Submission.USER_DATA.invokeExact(asked));
		}
		catch (Throwable ex) {
			throw Submission.unchecked(ex);
		}
	}

}
