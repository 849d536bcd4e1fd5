package io.framegate.transport;

import io.netty.channel.epoll.EpollTcpInfo;

/**
 * What the kernel knows of a connection ({@code TCP_INFO}).
 *
 * @param rttMicros the smoothed round-trip time in microseconds
 * @param retransmits segments sent again since the connection was made
 * @param unacked segments sent and not acknowledged
 * @param cwnd the congestion window in segments
 */
public record TcpInfo(long rttMicros, long retransmits, long unacked, long cwnd) {

	static TcpInfo of(EpollTcpInfo info) {
		return new TcpInfo(info.rtt(), info.totalRetrans(), info.unacked(), info.sndCwnd());
	}

}
