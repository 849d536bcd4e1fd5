package io.framegate.network;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

import org.jspecify.annotations.Nullable;

/**
 * The system calls that Java lacks: to enter a network namespace, and to make a TUN
 * device and pass its packets.
 */
@SuppressWarnings("restricted")
final class Native {

	private static final int O_RDONLY = 0;

	private static final int O_RDWR = 2;

	private static final int CLONE_NEWNET = 0x40000000;

	private static final long TUNSETIFF = 0x400454ca;

	/** Bytes of the structure ifreq, and where its flags are: after the name. */
	private static final int IFREQ_SIZE = 40;

	private static final int IFREQ_FLAGS = 16;

	private static final short IFF_TUN_AND_NO_PI = 0x1001;

	private static final MethodHandle OPEN = call("open", Linker.Option.firstVariadicArg(2), ValueLayout.JAVA_INT,
			ValueLayout.ADDRESS, ValueLayout.JAVA_INT);

	private static final MethodHandle SETNS = call("setns", null, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT,
			ValueLayout.JAVA_INT);

	private static final MethodHandle IOCTL = call("ioctl", Linker.Option.firstVariadicArg(2), ValueLayout.JAVA_INT,
			ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.ADDRESS);

	private static final MethodHandle READ = call("read", null, ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT,
			ValueLayout.ADDRESS, ValueLayout.JAVA_LONG);

	private static final MethodHandle WRITE = call("write", null, ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT,
			ValueLayout.ADDRESS, ValueLayout.JAVA_LONG);

	private Native() {
	}

	/**
	 * Puts the calling thread, which must be a platform thread, into a namespace.
	 * @param name as {@code ip netns} knows it
	 */
	static void enter(String name) throws IOException {
		check("setns", (int) invoke(SETNS, open("/var/run/netns/" + name, O_RDONLY), CLONE_NEWNET));
	}

	/**
	 * Makes a TUN device in the calling thread's namespace.
	 * @param name the device's name
	 * @return the descriptor that gives and takes its packets
	 */
	static int tun(String name) throws IOException {
		int descriptor = open("/dev/net/tun", O_RDWR);
		try (Arena arena = Arena.ofConfined()) {
			MemorySegment request = arena.allocate(IFREQ_SIZE);
			request.setString(0, name);
			request.set(ValueLayout.JAVA_SHORT, IFREQ_FLAGS, IFF_TUN_AND_NO_PI);
			check("ioctl(TUNSETIFF)", (int) invoke(IOCTL, descriptor, TUNSETIFF, request));
		}
		return descriptor;
	}

	static int read(int descriptor, MemorySegment into) throws IOException {
		return (int) check("read", (long) invoke(READ, descriptor, into, into.byteSize()));
	}

	/**
	 * Writes a packet. A device that is full or down drops it, as devices do.
	 */
	static void write(int descriptor, MemorySegment packet) {
		invoke(WRITE, descriptor, packet, packet.byteSize());
	}

	private static int open(String path, int flags) throws IOException {
		try (Arena arena = Arena.ofConfined()) {
			return (int) check("open " + path, (int) invoke(OPEN, arena.allocateFrom(path), flags));
		}
	}

	private static long check(String what, long result) throws IOException {
		if (result < 0) {
			throw new IOException(what + " failed");
		}
		return result;
	}

	private static Object invoke(MethodHandle call, Object... arguments) {
		try {
			return call.invokeWithArguments(arguments);
		}
		catch (Throwable ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static MethodHandle call(String name, Linker.@Nullable Option option, MemoryLayout result,
			MemoryLayout... arguments) {
		Linker linker = Linker.nativeLinker();
		MemorySegment address = linker.defaultLookup().findOrThrow(name);
		FunctionDescriptor descriptor = FunctionDescriptor.of(result, arguments);
		return (option != null) ? linker.downcallHandle(address, descriptor, option)
				: linker.downcallHandle(address, descriptor);
	}

}
