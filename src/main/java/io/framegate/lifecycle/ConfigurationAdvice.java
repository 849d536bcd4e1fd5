package io.framegate.lifecycle;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import io.framegate.connection.FirstFailures;
import io.framegate.route.Listen;
import io.framegate.route.Mode;
import io.framegate.route.Route;
import io.framegate.route.Upstream;
import io.framegate.timeout.Timeout;
import io.framegate.timeout.Timeouts;
import io.framegate.tls.CertificateFacts;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.util.unit.DataSize;

/**
 * Advice on a route's settings: each piece gives the reason and the property to change.
 * Any thread may call.
 */
public final class ConfigurationAdvice {

	private static final Logger logger = LoggerFactory.getLogger(ConfigurationAdvice.class);

	/** How long common load balancers and NAT gateways remember a silent connection. */
	private static final Duration REMEMBERED = Duration.ofSeconds(350);

	/** Memory for so few frames of the largest size is soon exhausted. */
	private static final int FEW_FRAMES = 16;

	private final Duration quietPeriod;

	private final Duration shutdownPhase;

	private final boolean keepalive;

	private final long memory;

	/**
	 * Takes what all routes have in common.
	 * @param quietPeriod how long listeners accept after readiness went down
	 * @param shutdownPhase how long Spring waits for a shutdown phase by itself
	 * @param keepalive whether TCP keepalive probes come more often than every 350 s
	 * @param memory what all connections together may hold, in bytes
	 */
	ConfigurationAdvice(Duration quietPeriod, Duration shutdownPhase, boolean keepalive, long memory) {
		this.quietPeriod = quietPeriod;
		this.shutdownPhase = shutdownPhase;
		this.keepalive = keepalive;
		this.memory = memory;
	}

	/**
	 * Advice on a route with its current settings.
	 * @param route the route
	 * @return sentences, none if all is well
	 */
	public List<String> on(RunningRoute route) {
		List<String> advice = on(route.route(), route.timeouts());
		if (route.levers().areAllOff()) {
			advice.add(
					"An operator has disabled every target, so nobody is served: POST {\"action\":\"enable\"} to /actuator/targets/%s/%s"
						.formatted(route.name(), route.targets().getFirst().address()));
		}
		route.certificates().stream().map(CertificateFacts::advice).filter(Objects::nonNull).forEach(advice::add);
		route.unreadable().map(FirstFailures::advice).filter(Objects::nonNull).forEach(advice::add);
		return advice;
	}

	List<String> on(Route route, Timeouts timeouts) {
		List<String> advice = new ArrayList<>();
		String timers = "framegate.routes." + route.name() + ".timeouts.";
		Timeouts.Limit idle = timeouts.limit(Timeout.IDLE);
		Timeouts.Limit reply = timeouts.limit(Timeout.REPLY);
		if (idle.value().isZero() && timeouts.limit(Timeout.MAX_AGE).value().isZero()) {
			advice.add("Silent connections are never closed because idle and max-age are off: set " + timers
					+ "idle or " + timers + "max-age");
		}
		if (!this.keepalive && isBeyond(idle, REMEMBERED)) {
			advice.add(("Load balancers and NAT gateways as a rule forget a connection that was silent for %s, and "
					+ "with the transport nio the gateway's TCP keepalive comes later: set %sidle, now %s, to less")
				.formatted(Timeouts.text(REMEMBERED), timers, shown(idle)));
		}
		if (!idle.value().isZero() && reply.value().compareTo(idle.value()) > 0) {
			advice.add(
					"Clients that wait for a reply are ended as idle after %s, before the reply timer (%s) runs out: set %sreply to at most %sidle"
						.formatted(idle.text(), reply.text(), timers, timers));
		}
		if (!reply.value().isZero() && route.mode() == Mode.SESSION && route.listen().framing().equals("stream")) {
			advice.add(("The reply timer (%s) never runs, because a stream has no requests: remove %sreply, and use "
					+ "%sidle")
				.formatted(reply.text(), timers, timers));
		}
		adviseOnShutdown(timers, timeouts.limit(Timeout.DRAIN), advice);
		adviseOnMemory(route, advice);
		adviseOnReplies(route, advice);
		return advice;
	}

	/**
	 * Without a key or a condition, every frame of a server counts as a reply.
	 */
	private static void adviseOnReplies(Route route, List<String> advice) {
		Upstream upstream = route.upstream();
		if (route.mode() == Mode.REQUEST_REPLY && !upstream.targets().isEmpty() && upstream.correlation() == null) {
			advice.add(
					"Late and unsolicited frames of a server look like replies: a client may receive one, and its link then closes with all requests in flight. If the protocol has a key, set framegate.routes.%1$s.upstream.correlation, or at least framegate.routes.%1$s.upstream.correlation.reply-when"
						.formatted(route.name()));
		}
	}

	private static boolean isBeyond(Timeouts.Limit limit, Duration bound) {
		return limit.value().isZero() || limit.value().compareTo(bound) > 0;
	}

	private static String shown(Timeouts.Limit limit) {
		return limit.value().isZero() ? "off" : limit.text();
	}

	/**
	 * Framegate makes Spring wait for its drain, but what stops the process does not know
	 * that.
	 */
	private void adviseOnShutdown(String timers, Timeouts.Limit drain, List<String> advice) {
		Duration stopping = this.quietPeriod.plus(drain.value());
		if (isBeyond(drain, this.shutdownPhase.minus(this.quietPeriod))) {
			advice.add(("A shutdown may take longer (framegate.shutdown.quiet-period %s, and then drain %s) than "
					+ "spring.lifecycle.timeout-per-shutdown-phase (%s), so the process may be killed "
					+ "first: shorten %sdrain, or have all of them wait %s")
				.formatted(Timeouts.text(this.quietPeriod), shown(drain), Timeouts.text(this.shutdownPhase), timers,
						drain.value().isZero() ? "for ever" : "at least " + Timeouts.text(stopping)));
		}
	}

	private void adviseOnMemory(Route route, List<String> advice) {
		Listen listen = route.listen();
		if (listen.framing().equals("stream")) {
			// No frame waits to be complete.
			return;
		}
		long fitting = this.memory / listen.maxFrameBytes();
		if (fitting < FEW_FRAMES) {
			advice.add(
					"Only %d frames of %s fit framegate.memory.limit (%s) at once; beyond that, connections end as overload: lower framegate.routes.%s.listen.max-frame-size, or give more memory"
						.formatted(fitting, text(listen.maxFrameBytes()), text(this.memory), route.name()));
		}
	}

	private static String text(long bytes) {
		DataSize size = DataSize.ofBytes(bytes);
		if (size.toMegabytes() > 9) {
			return size.toMegabytes() + "MB";
		}
		return (size.toKilobytes() > 0) ? size.toKilobytes() + "KB" : size.toBytes() + "B";
	}

	/**
	 * Logs the advice on each route.
	 * @param routes the routes
	 */
	void log(List<RunningRoute> routes) {
		for (RunningRoute route : routes) {
			on(route).forEach((sentence) -> logger.warn("Route '{}': {}", route.name(), sentence));
		}
	}

}
