package io.framegate.transport;

import java.nio.charset.StandardCharsets;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.embedded.EmbeddedChannel;

/**
 * A socket's channel without a socket: its kernel takes as many bytes as the test says.
 */
public final class EmbeddedSocket extends EmbeddedChannel {

	private final ChannelConfig config = new Config();

	private final StringBuilder taken = new StringBuilder();

	private long room = Long.MAX_VALUE;

	private boolean resetting;

	private Runnable onWrite = () -> {
	};

	/**
	 * Has the kernel take no more than so many bytes from now on.
	 * @param bytes how many
	 */
	public void room(long bytes) {
		this.room = bytes;
	}

	/**
	 * Has the kernel take more of what is pending.
	 * @param bytes how many bytes
	 */
	public void take(long bytes) {
		room(bytes);
		flush();
	}

	/**
	 * Has something happen whenever the kernel is given bytes.
	 * @param task what
	 */
	public void onWrite(Runnable task) {
		this.onWrite = task;
	}

	/**
	 * What the kernel has taken so far.
	 * @return the bytes in ISO 8859-1
	 */
	public String taken() {
		return this.taken.toString();
	}

	/**
	 * Whether it is closed with RST.
	 * @return whether SO_LINGER is 0
	 */
	public boolean isResetting() {
		return this.resetting;
	}

	@Override
	public ChannelConfig config() {
		// The constructor before this one asks for it.
		return (this.config != null) ? this.config : super.config();
	}

	@Override
	protected void doWrite(ChannelOutboundBuffer in) {
		this.onWrite.run();
		while (in.current() instanceof ByteBuf buffer) {
			int size = (int) Math.min(this.room, buffer.readableBytes());
			boolean whole = size == buffer.readableBytes();
			this.taken.append(buffer.toString(buffer.readerIndex(), size, StandardCharsets.ISO_8859_1));
			this.room -= size;
			in.removeBytes(size);
			if (!whole) {
				return;
			}
		}
	}

	private final class Config extends DefaultChannelConfig {

		private Config() {
			super(EmbeddedSocket.this);
		}

		@Override
		public <T> boolean setOption(ChannelOption<T> option, T value) {
			if (option == ChannelOption.SO_LINGER) {
				EmbeddedSocket.this.resetting = value.equals(0);
				return true;
			}
			return super.setOption(option, value);
		}

	}

}
