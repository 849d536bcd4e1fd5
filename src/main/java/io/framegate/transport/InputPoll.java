package io.framegate.transport;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Asks the kernel whether a socket has something to read: bytes, FIN or an error. That a
 * read brought less than there was room for does not tell, because it ends before urgent
 * data and before FIN. One thread.
 */
final class InputPoll {

	/** From {@code poll.h}. */
	private static final short POLLIN = 0x1;

	/** Where the events that are asked for stand in {@code struct pollfd}. */
	private static final long EVENTS = 4;

	private static final long SIZE = 8;

	@SuppressWarnings("restricted")
	private static final MethodHandle POLL = Linker.nativeLinker()
		.downcallHandle(Linker.nativeLinker().defaultLookup().find("poll").orElseThrow(),
				FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG,
						ValueLayout.JAVA_INT),
				// It does not wait.
				Linker.Option.critical(false));

	private final MemorySegment asked = Arena.ofAuto().allocate(SIZE, ValueLayout.JAVA_INT.byteAlignment());

	/**
	 * Asks.
	 * @param descriptor an open socket's
	 * @return {@code false} only if there certainly is nothing
	 */
	boolean isReady(int descriptor) {
		this.asked.set(ValueLayout.JAVA_INT, 0, descriptor);
		this.asked.set(ValueLayout.JAVA_SHORT, EVENTS, POLLIN);
		try {
			return (int) POLL.invokeExact(this.asked, 1L, 0) != 0;
		}
		catch (RuntimeException | Error ex) {
			throw ex;
		}
		catch (Throwable ex) {
			throw new IllegalStateException(ex);
		}
	}

}
