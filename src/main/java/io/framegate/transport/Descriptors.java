package io.framegate.transport;

import java.lang.management.ManagementFactory;

import com.sun.management.UnixOperatingSystemMXBean;
import io.netty.channel.Channel;
import io.netty.channel.unix.Socket;
import io.netty.channel.unix.UnixChannel;

/**
 * Keeps clients from taking the last of the process's descriptors: probes, operators and
 * connections to servers need some. The kernel always gives the lowest free number, so a
 * number tells how many are in use. Java's own sockets hide it, so that another is opened
 * to see it, or without native transport all are counted. Any thread may call.
 */
public final class Descriptors {

	/** The part of all descriptors that is kept; more than management may have. */
	private static final int PART = 4;

	private static final long MOST_KEPT = 256;

	private static final long FIRST_KEPT = firstKept();

	private Descriptors() {
	}

	private static long firstKept() {
		if (!(ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix)) {
			return Long.MAX_VALUE;
		}
		long all = unix.getMaxFileDescriptorCount();
		// Where the process itself needs most of them, clients still get some.
		long left = Math.max(0, all - unix.getOpenFileDescriptorCount());
		return all - Math.min(Math.min(all / PART, left / 2), MOST_KEPT);
	}

	/**
	 * How many descriptors are left for clients after a socket has taken one.
	 * @param channel the socket's channel
	 * @return a number, 0 or less if the socket has taken one of those that are kept
	 */
	public static long leftAfter(Channel channel) {
		return FIRST_KEPT - 1 - ((channel instanceof UnixChannel unix) ? unix.fd().intValue() : next());
	}

	/**
	 * How many descriptors are left for clients.
	 * @return a number, 0 or less if a socket opened now would take one of those that are
	 * kept, or none is left
	 */
	public static long left() {
		return FIRST_KEPT - next();
	}

	/** The number that the next socket gets. */
	private static long next() {
		if (!Transport.EPOLL.isAvailable() && !Transport.IO_URING.isAvailable()) {
			return (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix)
					? unix.getOpenFileDescriptorCount() : 0;
		}
		try {
			Socket next = Socket.newSocketStream();
			try {
				return next.intValue();
			}
			finally {
				next.close();
			}
		}
		catch (Exception ex) {
			return Long.MAX_VALUE;
		}
	}

}
