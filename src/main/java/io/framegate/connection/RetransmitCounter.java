package io.framegate.connection;

import io.framegate.transport.TcpInfo;
import org.jspecify.annotations.Nullable;

/**
 * Counts the segments that the kernel has sent again on a connection. It asks every few
 * seconds and when the connection is closed here, but only if something was sent since
 * everything was acknowledged: an idle connection costs nothing. Event loop only.
 */
final class RetransmitCounter {

	private long total;

	/** The last write's stamp, once all that was written was acknowledged. */
	private long acknowledgedAt;

	/**
	 * Counts what was sent again since the last call.
	 * @param kernel is asked only if need be
	 * @param written when something was last written, a {@link System#nanoTime()} stamp
	 * @param pending whether bytes wait, or soon will, that the kernel has not taken
	 * @return a number of segments
	 */
	long count(Kernel kernel, long written, boolean pending) {
		if (this.acknowledgedAt == written) {
			return 0;
		}
		TcpInfo info = kernel.tcpInfo();
		if (info == null) {
			return 0;
		}
		long more = info.retransmits() - this.total;
		this.total = info.retransmits();
		this.acknowledgedAt = (info.unacked() == 0 && !pending) ? written : 0;
		return more;
	}

	/** Tells what was sent again. */
	interface Kernel {

		/** The current counts, {@code null} if there are none. */
		@Nullable TcpInfo tcpInfo();

	}

}
