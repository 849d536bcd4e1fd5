package io.framegate.channel;

import org.springframework.integration.channel.DirectChannel;
import org.springframework.integration.support.management.metrics.MetricsCaptor;

/**
 * A channel that frames pass: Spring Integration's direct channel without its timer and
 * debug line for each message, which would cost more than the rest of the way. A route
 * counts its frames itself.
 */
public final class FrameChannel extends DirectChannel {

	public FrameChannel() {
		setLoggingEnabled(false);
	}

	@Override
	public void registerMetricsCaptor(MetricsCaptor captor) {
		// See above.
	}

}
