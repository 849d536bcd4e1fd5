package io.framegate.lifecycle;

import io.framegate.channel.RouteChannels;
import io.framegate.metrics.RouteMetrics;
import io.framegate.timeout.Timeouts;

/**
 * What a replaced route and its successor share while the old one drains: limits set at
 * run time, counts, and the subscribers of the route's channels. It ends with the last
 * route that uses it. Any thread may call.
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
	synchronized void release() {
		this.users--;
		if (this.users == 0) {
			this.channels.disconnect();
			this.metrics.close();
		}
	}

}
