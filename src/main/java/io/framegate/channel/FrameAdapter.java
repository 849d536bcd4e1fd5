package io.framegate.channel;

import java.util.Objects;

import io.framegate.connection.FrameListener;
import io.micrometer.observation.ObservationRegistry;
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
public final class FrameAdapter extends TcpReceivingChannelAdapter implements FrameListener {

	private final MessageChannel channel;

	/** The channel, if it knows whether anybody sees its messages. */
	private final @Nullable FrameChannel frames;

	private volatile boolean tracked;

	private volatile boolean observed;

	/** Spring Integration shuts down in order: no frame is to be taken any more. */
	private volatile boolean shuttingDown;

	private volatile boolean outlivesBean;

	/**
	 * An adapter that is not started.
	 * @param channel takes the frames
	 */
	public FrameAdapter(MessageChannel channel) {
		this.channel = channel;
		this.frames = (channel instanceof FrameChannel ours) ? ours : null;
		setOutputChannel(channel);
		setAutoStartup(false);
	}

	@Override
	public void setShouldTrack(boolean shouldTrack) {
		super.setShouldTrack(shouldTrack);
		this.tracked = shouldTrack;
	}

	@Override
	public void registerObservationRegistry(ObservationRegistry registry) {
		super.registerObservationRegistry(registry);
		this.observed = isObserved();
	}

	@Override
	public int beforeShutdown() {
		this.shuttingDown = true;
		return super.beforeShutdown();
	}

	@Override
	public boolean isUnwatched() {
		return this.frames != null && this.frames.isUnwatched() && !this.tracked && !this.observed
				&& !this.shuttingDown;
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
		if (this.tracked || this.observed) {
			super.sendMessage(message);
			return;
		}
		Message<?> frame = Objects.requireNonNull(message);
		if (!this.channel.send(frame)) {
			throw new MessageDeliveryException(frame, "An interceptor of channel '" + this.channel + "' vetoed it");
		}
	}

}
