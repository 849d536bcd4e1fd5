package io.framegate.transport;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

import io.netty.channel.Channel;
import io.netty.channel.uring.IoUringSocketChannel;

/**
 * Whether a socket's calls wait in the kernel. Netty's io_uring accepts sockets that do:
 * a write without room to a half-closed peer would then block a thread of the kernel. Any
 * thread may call.
 */
final class BlockingMode {

	/** From {@code fcntl.h}. */
	private static final int F_GETFL = 3;

	private static final int F_SETFL = 4;

	private static final int O_NONBLOCK = 0x800;

	private BlockingMode() {
	}

	/**
	 * Ends it, where Netty has not.
	 * @param channel a connection's channel, open
	 */
	static void clear(Channel channel) {
		if (channel instanceof IoUringSocketChannel socket && socket.parent() != null) {
			int descriptor = socket.fd().intValue();
			Fcntl.call(descriptor, F_SETFL, Fcntl.call(descriptor, F_GETFL, 0) | O_NONBLOCK);
		}
	}

	/** Loaded only with io_uring. */
	private static final class Fcntl {

		@SuppressWarnings("restricted")
		private static final MethodHandle FCNTL = Linker.nativeLinker()
			.downcallHandle(
					Linker.nativeLinker().defaultLookup().find("fcntl").orElseThrow(), FunctionDescriptor
						.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT),
					Linker.Option.firstVariadicArg(2));

		private static int call(int descriptor, int command, int argument) {
			try {
				return (int) FCNTL.invokeExact(descriptor, command, argument);
			}
			catch (Throwable ex) {
				throw new IllegalStateException("fcntl", ex);
			}
		}

	}

}
