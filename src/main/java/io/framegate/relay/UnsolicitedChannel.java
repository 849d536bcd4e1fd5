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
 * Sends what a route's servers send of their own accord to a channel of its own. What
 * nobody takes is counted as discarded; a fault of whoever takes it is logged, and ends
 * no connection. The connection's event loop calls, and where the route's handler may
 * block, frames are sent on a virtual thread.
 */
public final class UnsolicitedChannel implements UnsolicitedFrames {

	private static final Logger logger = LoggerFactory.getLogger(UnsolicitedChannel.class);

	private static final String UNSOLICITED = "unsolicited";

	private final AbstractMessageChannel channel;

	private final RouteMetrics metrics;

	/**
	 * Gives frames to a channel.
	 * @param channel the channel
	 * @param metrics counts what nobody takes
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
			// Interceptors alone, such as a wire tap, are no subscriber.
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
