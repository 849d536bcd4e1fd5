package io.framegate.relay;

import io.framegate.connection.FrameConnection;
import io.framegate.link.UnsolicitedFrames;
import io.framegate.metrics.RouteMetrics;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.integration.channel.AbstractMessageChannel;
import org.springframework.integration.channel.AbstractSubscribableChannel;
import org.springframework.messaging.Message;

/**
 * Sends frames that servers send without a request to a channel of their own. Frames that
 * nobody takes are counted as discarded. A subscriber's exception is logged and closes no
 * connection. The connection's event loop calls; if the route's handler may block, frames
 * are sent on a virtual thread.
 */
public final class UnsolicitedChannel implements UnsolicitedFrames {

	private static final Logger logger = LoggerFactory.getLogger(UnsolicitedChannel.class);

	private static final String UNSOLICITED = "unsolicited";

	private final AbstractMessageChannel channel;

	private final RouteMetrics metrics;

	/**
	 * Sends frames to a channel.
	 * @param channel the channel
	 * @param metrics counts frames that nobody takes
	 */
	public UnsolicitedChannel(AbstractMessageChannel channel, RouteMetrics metrics) {
		this.channel = channel;
		this.metrics = metrics;
	}

	@Override
	public void take(FrameConnection from, byte[] frame) {
		if (isWatched()) {
			from.handOver(frame, (message) -> send(from, message));
		}
		else {
			this.metrics.countDiscarded(UNSOLICITED);
		}
	}

	private boolean isWatched() {
		return hasSubscribers() || !this.channel.getInterceptors().isEmpty();
	}

	private boolean hasSubscribers() {
		return !(this.channel instanceof AbstractSubscribableChannel known) || known.getSubscriberCount() > 0;
	}

	private void send(FrameConnection from, Message<byte[]> message) {
		boolean taken = false;
		try {
			taken = this.channel.send(message);
		}
		catch (RuntimeException | Error ex) {
			// An interceptor alone, such as a wire tap, is no subscriber.
			if (hasSubscribers()) {
				logger.error("Route '{}': handling an unsolicited frame of connection {} failed", from.route(),
						from.getConnectionId(), ex);
			}
		}
		if (!taken) {
			this.metrics.countDiscarded(UNSOLICITED);
		}
	}

}
