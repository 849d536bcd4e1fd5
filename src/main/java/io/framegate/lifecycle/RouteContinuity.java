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

	private final RouteMetrics metrics;

	private final RouteChannels channels;

	private int users;

	RouteContinuity(Timeouts timeouts, RouteMetrics metrics, RouteChannels channels) {
		this.timeouts = timeouts;
		this.metrics = metrics;
		this.channels = channels;
	}

	Timeouts timeouts() {
		return this.timeouts;
	}

	RouteMetrics metrics() {
		return this.metrics;
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
			this.metrics.close();
		}
	}

}
