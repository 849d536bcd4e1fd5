package io.framegate.lifecycle;

import io.framegate.channel.RouteChannels;
import io.framegate.inbound.Admission;
import io.framegate.metrics.RouteMetrics;
import io.framegate.timeout.Timeouts;
import io.framegate.upstream.TargetSwitches;

/**
 * What a replaced route and its successor share while the old one drains: limits set at
 * run time, counts, who is admitted, which targets operators have disabled, and the
 * subscribers of the route's channels. It ends with the last route that uses it. Any
 * thread may call.
 */
final class RouteContinuity {

	private final Timeouts timeouts;

	private final RouteMetrics metrics;

	private final RouteChannels channels;

	private final Admission admission;

	private final TargetSwitches switches = new TargetSwitches();

	private int users;

	RouteContinuity(Timeouts timeouts, RouteMetrics metrics, RouteChannels channels) {
		this.admission = new Admission(metrics);
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

	Admission admission() {
		return this.admission;
	}

	TargetSwitches switches() {
		return this.switches;
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
