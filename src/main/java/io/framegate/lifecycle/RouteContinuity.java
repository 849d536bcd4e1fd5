package io.framegate.lifecycle;

import io.framegate.channel.RouteChannels;
import io.framegate.metrics.RouteMetrics;
import io.framegate.timeout.Timeouts;

/**
 * What goes on when a changed route takes the place of the one that it was before, while
 * that one drains: limits set at run time, counts, and what is subscribed to the route's
 * channels. Ends with the last route that uses it. Any thread may call.
 */
final class RouteContinuity {

	private final Timeouts timeouts;

	private final RouteMetrics meters;

	private final RouteChannels channels;

	private int users;

	RouteContinuity(Timeouts timeouts, RouteMetrics meters, RouteChannels channels) {
		this.timeouts = timeouts;
		this.meters = meters;
		this.channels = channels;
	}

	Timeouts timeouts() {
		return this.timeouts;
	}

	RouteMetrics meters() {
		return this.meters;
	}

	RouteChannels channels() {
		return this.channels;
	}

	synchronized void use() {
		this.users++;
	}

	/**
	 * A route that used it has ended.
	 */
	synchronized void leave() {
		this.users--;
		if (this.users == 0) {
			this.channels.disconnect();
			this.meters.close();
		}
	}

}
