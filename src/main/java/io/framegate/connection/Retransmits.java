package io.framegate.connection;

import io.netty.channel.ChannelException;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.epoll.EpollTcpInfo;

/**
 * Counts what the kernel has sent again on a loop's connections. Each is asked for every
 * few seconds and when it is closed here, and only if something was sent since all was
 * acknowledged: an idle connection costs nothing. The loop's thread only.
 */
final class Retransmits {

	private final EpollTcpInfo info = new EpollTcpInfo();

	/**
	 * Counts what was sent again since the last call.
	 * @param connection the connection, its socket open or not
	 */
	void count(FrameConnection connection) {
		long sent = connection.lastWriteNanos();
		if (connection.acknowledgedAt() == sent || !(connection.channel() instanceof EpollSocketChannel socket)
				|| !socket.isActive()) {
			return;
		}
		try {
			socket.tcpInfo(this.info);
		}
		catch (ChannelException ex) {
			// Closed by the kernel a moment ago.
			return;
		}
		long total = this.info.totalRetrans();
		connection.terms().meters().countRetransmits(connection.side(), total - connection.retransmits());
		boolean rests = this.info.unacked() == 0 && connection.pendingBytes() == 0 && !connection.isOutputEnding();
		connection.retransmits(total, rests ? sent : 0);
	}

}
