package io.framegate.channel;

import java.util.Objects;

import org.jspecify.annotations.Nullable;

import org.springframework.integration.ip.tcp.inbound.TcpReceivingChannelAdapter;
import org.springframework.messaging.Message;
import org.springframework.messaging.MessageChannel;
import org.springframework.messaging.MessageDeliveryException;

/**
 * Sends the frames of a route's connections to a channel. This is Spring Integration's
 * adapter without the messaging template, which looks for headers that no frame has. The
 * template is used only if somebody observes or tracks messages. The connection's thread
 * calls.
 */
public final class FrameAdapter extends TcpReceivingChannelAdapter {

	private final MessageChannel channel;

	private boolean tracked;

	private volatile boolean outlivesBean;

	/**
	 * An adapter that is not started.
	 * @param channel takes the frames
	 */
	public FrameAdapter(MessageChannel channel) {
		this.channel = channel;
		setOutputChannel(channel);
		setAutoStartup(false);
	}

	@Override
	public void setShouldTrack(boolean shouldTrack) {
		super.setShouldTrack(shouldTrack);
		this.tracked = shouldTrack;
	}

	/**
	 * Its bean is replaced while its connections drain: the route stops it when they are
	 * closed.
	 */
	public void outliveBean() {
		this.outlivesBean = true;
	}

	@Override
	public void destroy() {
		if (!this.outlivesBean) {
			super.destroy();
		}
	}

	@Override
	protected void sendMessage(@Nullable Message<?> message) {
		if (this.tracked || isObserved()) {
			super.sendMessage(message);
			return;
		}
		Message<?> frame = Objects.requireNonNull(message);
		if (!this.channel.send(frame)) {
			throw new MessageDeliveryException(frame, "An interceptor of channel '" + this.channel + "' vetoed it");
		}
	}

}
