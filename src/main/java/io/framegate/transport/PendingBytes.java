package io.framegate.transport;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelOutboundBuffer;

/**
 * Adds up what a channel has flushed and the kernel has not taken. Event loop only.
 */
public final class PendingBytes implements ChannelOutboundBuffer.MessageProcessor {

	private long bytes;

	public long in(ChannelOutboundBuffer buffer) {
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
