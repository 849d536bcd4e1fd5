package io.framegate.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/**
 * Bytes as they are.
 *
 * @param channel a connected channel
 */
record PlainWire(SocketChannel channel) implements Wire {

	@Override
	public int read(ByteBuffer to) throws IOException {
		return this.channel.read(to);
	}

	@Override
	public boolean write(ByteBuffer from) throws IOException {
		this.channel.write(from);
		return !from.hasRemaining();
	}

}
