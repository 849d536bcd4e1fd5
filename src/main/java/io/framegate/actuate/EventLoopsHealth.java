package io.framegate.actuate;

import java.time.Duration;

import io.framegate.transport.EventLoops;
import io.framegate.transport.IoLoop;

import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/**
 * Down while an event loop does not respond: its connections stand still, and only a
 * restart helps. Each loop updates a stamp ten times a second, so nothing blocks here.
 * Any thread may call.
 */
final class EventLoopsHealth implements HealthIndicator {

	/** Longer than a user's code on a loop, or a pause of the whole JVM, should take. */
	static final Duration MAX_SILENCE = Duration.ofSeconds(5);

	private final EventLoops loops;

	EventLoopsHealth(EventLoops loops) {
		this.loops = loops;
	}

	@Override
	public Health health() {
		Health.Builder health = Health.up().withDetail("loops", this.loops.all().size());
		for (IoLoop loop : this.loops.all()) {
			Duration silence = loop.silence();
			if (silence.compareTo(MAX_SILENCE) > 0) {
				health.down().withDetail("loop " + loop.index(), "silent for " + silence.toSeconds() + "s");
			}
		}
		return health.build();
	}

}
