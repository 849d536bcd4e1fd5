package io.framegate.transport;

import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.Buffer;
import io.netty.channel.unix.Errors;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.channel.unix.RawUnixChannelOption;
import io.netty.channel.unix.Socket;
import io.netty.channel.unix.UnixChannel;
import jdk.net.ExtendedSocketOptions;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The socket options of every connection, inbound or upstream.
 */
public final class SocketOptions {

	/**
	 * Pending bytes above which the other side is not read, and below which it is read
	 * again.
	 */
	private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(64 * 1024, 128 * 1024);

	/** After so long without input the kernel sends a keepalive probe. */
	private static final Duration KEEPALIVE_IDLE = Duration.ofSeconds(60);

	private static final int KEEPALIVE_INTERVAL_SECONDS = 15;

	private static final int KEEPALIVE_PROBES = 4;

	private static final IntegerUnixChannelOption TCP_KEEPIDLE = new IntegerUnixChannelOption("TCP_KEEPIDLE", 6, 4);

	private static final IntegerUnixChannelOption TCP_KEEPINTVL = new IntegerUnixChannelOption("TCP_KEEPINTVL", 6, 5);

	private static final IntegerUnixChannelOption TCP_KEEPCNT = new IntegerUnixChannelOption("TCP_KEEPCNT", 6, 6);

	private static final IntegerUnixChannelOption TCP_USER_TIMEOUT = new IntegerUnixChannelOption("TCP_USER_TIMEOUT", 6,
			18);

	private static final RawUnixChannelOption SO_ATTACH_FILTER = new RawUnixChannelOption("SO_ATTACH_FILTER", 1, 26,
			2 * Long.BYTES);

	/**
	 * A classic BPF program (code, jump if true, jump if false, operand): load the byte
	 * with the TCP flags; test SYN; drop; keep.
	 */
	private static final long[] NO_SYN = { 0x0030_00_00_0000000DL, 0x0045_00_01_00000002L, 0x0006_00_00_00000000L,
			0x0006_00_00_FFFFFFFFL };

	private static final Logger logger = LoggerFactory.getLogger(SocketOptions.class);

	private SocketOptions() {
	}

	/**
	 * Sets the options. Nothing is read until the connection is opened.
	 * @param channel the channel, registered
	 */
	public static void configure(Channel channel) {
		var config = channel.config();
		config.setOption(ChannelOption.AUTO_READ, false);
		config.setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
		// A failed write ends only the output: what the peer has sent is still read.
		config.setOption(ChannelOption.AUTO_CLOSE, false);
		config.setOption(ChannelOption.TCP_NODELAY, true);
		config.setOption(ChannelOption.SO_KEEPALIVE, true);
		config.setOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK);
		config.setOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT);
		config.setOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, 0);
		if (channel instanceof UnixChannel) {
			config.setOption(TCP_KEEPIDLE, (int) KEEPALIVE_IDLE.toSeconds());
			config.setOption(TCP_KEEPINTVL, KEEPALIVE_INTERVAL_SECONDS);
			config.setOption(TCP_KEEPCNT, KEEPALIVE_PROBES);
		}
		else if (channel instanceof NioSocketChannel) {
			config.setOption(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPIDLE), (int) KEEPALIVE_IDLE.toSeconds());
			config.setOption(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPINTERVAL), KEEPALIVE_INTERVAL_SECONDS);
			config.setOption(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPCOUNT), KEEPALIVE_PROBES);
		}
	}

	/**
	 * Makes the kernel drop packets that ask a listening socket for a new connection.
	 * Clients that it has answered already can still connect, so that all of them are
	 * accepted before the socket is closed, which would reset them. A dropped client asks
	 * again a second later, and is refused then.
	 * @param channel the listening socket's channel
	 * @return {@code false} on NIO, or if the operating system does not allow it
	 */
	public static boolean acceptNoMore(Channel channel) {
		if (!(channel instanceof UnixChannel) || Buffer.addressSize() != Long.BYTES) {
			return false;
		}
		ByteBuffer program = ByteBuffer.allocateDirect(NO_SYN.length * Long.BYTES).order(ByteOrder.nativeOrder());
		try {
			for (long instruction : NO_SYN) {
				program.putShort((short) (instruction >> 48))
					.put((byte) (instruction >> 40))
					.put((byte) (instruction >> 32))
					.putInt((int) instruction);
			}
			ByteBuffer filter = ByteBuffer.allocate(2 * Long.BYTES).order(ByteOrder.nativeOrder());
			filter.putShort(0, (short) NO_SYN.length).putLong(Long.BYTES, Buffer.memoryAddress(program));
			return channel.config().setOption(SO_ATTACH_FILTER, filter);
		}
		catch (ChannelException ex) {
			logger.debug("SO_ATTACH_FILTER", ex);
			return false;
		}
		finally {
			Reference.reachabilityFence(program);
		}
	}

	/**
	 * Makes the kernel close a connection whose peer acknowledges nothing, or keeps its
	 * window shut. Not before it is established: connects have a limit of their own.
	 * @param channel the channel
	 * @param nanos the limit, 0 for the system's own
	 */
	public static void writeLimit(Channel channel, long nanos) {
		if (channel instanceof UnixChannel) {
			long millis = Math.min(TimeUnit.NANOSECONDS.toMillis(nanos), Integer.MAX_VALUE);
			try {
				channel.config().setOption(TCP_USER_TIMEOUT, (int) millis);
			}
			catch (ChannelException ex) {
				// Closed a moment ago: nothing waits for the peer any more.
				logger.debug("TCP_USER_TIMEOUT", ex);
			}
		}
	}

	/**
	 * The error that closed the socket: a reset, or the kernel gave up.
	 * @param channel the channel
	 * @return the error, or {@code null}, also if the operating system does not tell
	 */
	public static @Nullable IOException fault(Channel channel) {
		RawTcpInfo info = RawTcpInfo.of(channel);
		if (info == null || !info.isClosed()) {
			return null;
		}
		try {
			int error = ((Socket) ((UnixChannel) channel).fd()).getSoError();
			// 0 after FIN from both sides: unread input may remain.
			if (error == 0) {
				return null;
			}
			return Errors.newIOException("getsockopt", -error);
		}
		catch (IOException ex) {
			return ex;
		}
	}

	/**
	 * The reset that destroyed bytes which the peer had not acknowledged. A peer that has
	 * everything may forget the connection and answer a late FIN with a reset, which is a
	 * normal end.
	 * @param channel the channel
	 * @param written how many bytes the kernel took for the peer
	 * @return the error, or {@code null}
	 */
	public static @Nullable IOException lossByReset(Channel channel, long written) {
		IOException fault = fault(channel);
		return (fault != null && !isAcknowledged(channel, written)) ? fault : null;
	}

	/**
	 * Whether the peer has acknowledged so much.
	 * @param channel the channel
	 * @param bytes how many bytes
	 * @return {@code false} also if the operating system does not tell
	 */
	public static boolean isAcknowledged(Channel channel, long bytes) {
		RawTcpInfo info = RawTcpInfo.of(channel);
		return info != null && info.bytesAcked() >= bytes;
	}

	/**
	 * How many bytes the kernel holds that the peer has not acknowledged.
	 * @param channel the channel
	 * @return 0 for nothing, -1 if the operating system does not tell
	 */
	public static int unacknowledged(Channel channel) {
		RawTcpInfo info = RawTcpInfo.of(channel);
		if (info == null) {
			return -1;
		}
		return info.isClosed() ? 0 : (int) ((info.unacked() | info.notSent()) & Integer.MAX_VALUE);
	}

	/**
	 * How long ago data was sent that the peer had room for.
	 * @param channel the channel
	 * @return nanoseconds, -1 if the operating system does not tell or the peer does not
	 * acknowledge it
	 */
	public static long nanosSinceSent(Channel channel) {
		RawTcpInfo info = RawTcpInfo.of(channel);
		return (info != null && info.retransmits() == 0) ? TimeUnit.MILLISECONDS.toNanos(info.millisSinceDataSent())
				: -1;
	}

	/**
	 * Whether the kernel gave up because the peer answered no keepalive probe, rather
	 * than with data that it did not take.
	 * @param channel the channel
	 * @param quietNanos for how long no byte was sent or received
	 */
	public static boolean isKeepaliveOver(Channel channel, long quietNanos) {
		return quietNanos >= KEEPALIVE_IDLE.toNanos() && !hasUntaken(channel);
	}

	/**
	 * Whether the kernel had data for the peer when it gave up: it sent the data again
	 * and again, or the peer's last answer was that it has no room.
	 * @param channel the channel
	 * @return {@code false} also if the operating system does not tell
	 */
	private static boolean hasUntaken(Channel channel) {
		RawTcpInfo info = RawTcpInfo.of(channel);
		return info != null && (info.retransmits() > 0 || info.millisSinceAcknowledged() < KEEPALIVE_IDLE.toMillis());
	}

}
