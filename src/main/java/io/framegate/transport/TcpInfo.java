package io.framegate.transport;

import io.netty.channel.Channel;
import org.jspecify.annotations.Nullable;

/**
 * What the kernel knows of a connection ({@code TCP_INFO}).
 *
 * @param rttMicros the smoothed round-trip time in microseconds
 * @param retransmits segments sent again since the connection was made
 * @param unacked segments sent and not acknowledged
 * @param cwnd the congestion window in segments
 */
public record TcpInfo(long rttMicros, long retransmits, long unacked, long cwnd) {

	/**
	 * Asks the kernel.
	 * @param channel a connection's channel, open or not
	 * @return the facts, or {@code null} if the operating system does not tell
	 */
	public static @Nullable TcpInfo of(Channel channel) {
		RawTcpInfo info = RawTcpInfo.of(channel);
		return (info != null) ? new TcpInfo(info.rttMicros(), info.allRetransmits(), info.unacked(), info.cwnd())
				: null;
	}

}
