package io.framegate.transport;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.unix.RawUnixChannelOption;
import io.netty.channel.unix.UnixChannel;
import org.jspecify.annotations.Nullable;

/**
 * Linux's {@code struct tcp_info} up to {@code tcpi_notsent_bytes}, as the kernel fills
 * it. Netty knows less of it, and in a class of its own for each transport.
 */
final class RawTcpInfo {

	/** The state of a closed socket. */
	private static final int TCP_CLOSE = 7;

	private static final RawUnixChannelOption OPTION = new RawUnixChannelOption("TCP_INFO", 6, 11, 148);

	private final ByteBuffer facts;

	private RawTcpInfo(ByteBuffer facts) {
		this.facts = facts;
	}

	/**
	 * Asks the kernel.
	 * @param channel a connection's channel, open or not
	 * @return the facts, or {@code null} if the operating system does not tell, or the
	 * socket is closed
	 */
	static @Nullable RawTcpInfo of(Channel channel) {
		if (!(channel instanceof UnixChannel) || !channel.isOpen()) {
			return null;
		}
		try {
			ByteBuffer info = channel.config().getOption(OPTION);
			return new RawTcpInfo(ByteBuffer.wrap(info.array()).order(ByteOrder.nativeOrder()));
		}
		catch (ChannelException ex) {
			// Closed by the kernel a moment ago.
			return null;
		}
	}

	boolean isClosed() {
		return this.facts.get(0) == TCP_CLOSE;
	}

	/**
	 * How often the oldest segment was sent again, since the peer last acknowledged any.
	 */
	int retransmits() {
		return this.facts.get(2);
	}

	long unacked() {
		return Integer.toUnsignedLong(this.facts.getInt(24));
	}

	long millisSinceDataSent() {
		return Integer.toUnsignedLong(this.facts.getInt(44));
	}

	long millisSinceAcknowledged() {
		return Integer.toUnsignedLong(this.facts.getInt(56));
	}

	long rttMicros() {
		return Integer.toUnsignedLong(this.facts.getInt(68));
	}

	long cwnd() {
		return Integer.toUnsignedLong(this.facts.getInt(80));
	}

	long allRetransmits() {
		return Integer.toUnsignedLong(this.facts.getInt(100));
	}

	long bytesAcked() {
		return this.facts.getLong(120);
	}

	/** Bytes that wait in the kernel to be sent. */
	long notSent() {
		return Integer.toUnsignedLong(this.facts.getInt(144));
	}

}
