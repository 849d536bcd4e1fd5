package io.framegate.network;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * One end of a TCP connection of the lab, on either side of the gateway. One thread may
 * send while another receives.
 */
final class Peer implements AutoCloseable {

	private final SocketChannel channel;

	private final Codec codec;

	private final InputStream in;

	private final OutputStream out;

	/**
	 * An end of a connection that is there.
	 * @param patience how long a receive waits for bytes
	 */
	Peer(SocketChannel channel, Codec codec, Duration patience) throws IOException {
		this.channel = channel;
		this.codec = codec;
		channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
		channel.socket().setSoTimeout((int) patience.toMillis());
		this.in = new BufferedInputStream(channel.socket().getInputStream(), 64 * 1024);
		this.out = channel.socket().getOutputStream();
	}

	int port() throws IOException {
		return ((InetSocketAddress) this.channel.getLocalAddress()).getPort();
	}

	/**
	 * Sends a frame.
	 * @return its bytes on the wire
	 */
	int send(byte[] payload) throws IOException {
		byte[] frame = this.codec.encode(payload);
		this.out.write(frame);
		return frame.length;
	}

	/**
	 * Receives a frame.
	 * @return its payload, {@code null} where the other end has sent FIN
	 */
	byte @Nullable [] receive() throws IOException {
		return this.codec.read(this.in);
	}

	/**
	 * Receives a frame, or so many bytes where there are no frames.
	 */
	byte @Nullable [] receive(int length) throws IOException {
		return (this.codec == Codec.STREAM) ? this.in.readNBytes(length) : receive();
	}

	/**
	 * Sends FIN.
	 */
	void end() throws IOException {
		this.channel.shutdownOutput();
	}

	@Override
	public void close() throws IOException {
		this.channel.close();
	}

}
