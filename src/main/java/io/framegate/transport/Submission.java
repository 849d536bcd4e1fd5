package io.framegate.transport;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

import io.netty.channel.IoOps;
import io.netty.channel.uring.IoUringIoOps;

/**
 * The fields of what Netty asks of io_uring ({@code struct io_uring_sqe}), which Netty
 * shows to nobody. Each handle takes an {@link IoUringIoOps}. Any thread may call.
 */
final class Submission {

	static final MethodHandle OPERATION = getter("opcode", byte.class);

	private static final MethodHandle FLAGS = getter("flags", byte.class);

	/** Named after its use with files; for sockets, flags of io_uring itself. */
	static final MethodHandle PRIORITY = getter("ioPrio", short.class);

	static final MethodHandle DESCRIPTOR = getter("fd", int.class);

	/** Of an accept, where the length of the client's address goes. */
	static final MethodHandle SECOND_ADDRESS = getter("union1", long.class);

	static final MethodHandle ADDRESS = getter("union2", long.class);

	private static final MethodHandle LENGTH = getter("len", int.class);

	static final MethodHandle USER_DATA = getter("userData", long.class);

	private Submission() {
	}

	private static MethodHandle getter(String name, Class<?> type) {
		try {
			return MethodHandles.privateLookupIn(IoUringIoOps.class, MethodHandles.lookup())
				.findVirtual(IoUringIoOps.class, name, MethodType.methodType(type));
		}
		catch (ReflectiveOperationException ex) {
			throw new IllegalStateException("Netty's IoUringIoOps has changed", ex);
		}
	}

	/**
	 * Adds flags of the system call to a kind of operation.
	 * @param ops what Netty asks
	 * @param operation the kind, a send or an accept
	 * @param flags the flags, of which Netty asks none
	 * @return the same with the flags, or what Netty asks if it is of another kind
	 */
	static IoOps withFlags(IoOps ops, byte operation, int flags) {
		IoUringIoOps asked = (IoUringIoOps) ops;
		try {
			if ((byte) OPERATION.invokeExact(asked) != operation) {
				return ops;
			}
			return new IoUringIoOps(operation, (byte) FLAGS.invokeExact(asked), (short) PRIORITY.invokeExact(asked),
					(int) DESCRIPTOR.invokeExact(asked), (long) SECOND_ADDRESS.invokeExact(asked),
					(long) ADDRESS.invokeExact(asked), (int) LENGTH.invokeExact(asked), flags,
					(long) USER_DATA.invokeExact(asked), (short) 0, (short) 0, 0, 0L);
		}
		catch (Throwable ex) {
			throw unchecked(ex);
		}
	}

	/**
	 * What a handle has thrown, which may throw nothing that is checked.
	 * @param thrown what it has thrown
	 * @return never an error: that is thrown
	 */
	static RuntimeException unchecked(Throwable thrown) {
		if (thrown instanceof Error error) {
			throw error;
		}
		return (thrown instanceof RuntimeException fault) ? fault : new IllegalStateException(thrown);
	}

}
