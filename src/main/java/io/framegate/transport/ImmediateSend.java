package io.framegate.transport;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

import io.netty.channel.IoOps;
import io.netty.channel.uring.IoUringIoOps;

/**
 * Netty's {@code IORING_OP_SEND} with {@code MSG_DONTWAIT}. Without it, a send that finds
 * no room waits in the kernel: once the peer has sent FIN, in a thread of its own, of
 * which there are few. With it, Netty polls for room. Any thread may call.
 */
final class ImmediateSend {

	/** The kernel's number of it, from {@code linux/io_uring.h}. */
	static final byte OPERATION = 26;

	private static final int MSG_DONTWAIT = 0x40;

	private static final MethodHandle OPCODE = getter("opcode", byte.class);

	private static final MethodHandle DESCRIPTOR = getter("fd", int.class);

	private static final MethodHandle ADDRESS = getter("union2", long.class);

	private static final MethodHandle LENGTH = getter("len", int.class);

	private static final MethodHandle USER_DATA = getter("userData", long.class);

	private ImmediateSend() {
	}

	/** Netty shows them to nobody. */
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
	 * What is to be submitted.
	 * @param ops what Netty submits
	 * @return the same, but for a send
	 */
	static IoOps of(IoOps ops) {
		IoUringIoOps asked = (IoUringIoOps) ops;
		try {
			if ((byte) OPCODE.invokeExact(asked) != OPERATION) {
				return ops;
			}
			return new IoUringIoOps(OPERATION, (byte) 0, (short) 0, (int) DESCRIPTOR.invokeExact(asked), 0L,
					(long) ADDRESS.invokeExact(asked), (int) LENGTH.invokeExact(asked), MSG_DONTWAIT,
					(long) USER_DATA.invokeExact(asked), (short) 0, (short) 0, 0, 0L);
		}
		catch (RuntimeException | Error ex) {
			throw ex;
		}
		catch (Throwable ex) {
			throw new IllegalStateException(ex);
		}
	}

}
