package io.framegate.connection;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelOutboundBuffer;

/**
 * Adds up what a channel has flushed that the kernel has not taken. Event loop only.
 */
final class Pending implements ChannelOutboundBuffer.MessageProcessor {

	private long bytes;

	long in(ChannelOutboundBuffer buffer) {
		try {
			buffer.forEachFlushedMessage(this);
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
		return this.bytes;
	}

	@Override
	public boolean processMessage(Object message) {
		this.bytes += ((ByteBuf) message).readableBytes();
		return true;
	}

}
