package io.framegate.connection;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.framegate.closure.Cause;
import io.framegate.closure.CloseReason;
import io.framegate.closure.ClosureLog;
import io.framegate.closure.Side;
import io.framegate.framing.Framings;
import io.framegate.metrics.RouteMetrics;
import io.framegate.timeout.Timeout;
import io.framegate.timeout.Timeouts;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * When the timers of a connection run out, on a clock that the test moves.
 */
class WaitsTests {

	private static final long SECOND = 1_000_000_000;

	private final Timeouts timeouts = new Timeouts(Map.of(Timeout.FIRST_FRAME, Duration.ofSeconds(10), Timeout.IDLE,
			Duration.ofSeconds(30), Timeout.DRAIN, Duration.ofSeconds(5), Timeout.CONNECT, Duration.ofSeconds(2)));

	private final ClosureLog closures = new ClosureLog(1);

	private final Peer peer = new Peer();

	@AfterEach
	void close() {
		this.closures.close();
	}

	private ConnectionTimers waits(Side side, ConnectionLifecycle life) {
		RouteMetrics metrics = new RouteMetrics("test", this.timeouts, new SimpleMeterRegistry());
		return new ConnectionTimers(this.peer, new ConnectionContext("test", side, Framings.named("crlf", false), 100,
				this.timeouts, false, false, metrics, this.closures), life);
	}

	@Test
	void clientThatSendsNothingIsIdleOnlyAfterItsFirstFrame() {
		ConnectionLifecycle life = new ConnectionLifecycle(Side.INBOUND);
		ConnectionTimers waits = waits(Side.INBOUND, life);
		life.established();
		waits.established();
		this.peer.activity = this.peer.time;
		waits.sweep(this.peer.pass(10 * SECOND - 1));
		assertThat(this.peer.fired).isEmpty();
		waits.sweep(this.peer.pass(1));
		assertThat(this.peer.fired)
			.containsExactly(Cause.byGateway(CloseReason.FIRST_FRAME_TIMEOUT, "first-frame timer (10s) ran out"));
		this.peer.firstFrameAwaited = false;
		waits.sweep(this.peer.pass(20 * SECOND - 1));
		assertThat(this.peer.fired).hasSize(1);
		waits.sweep(this.peer.pass(1));
		assertThat(this.peer.fired).extracting(Cause::reason).last().isEqualTo(CloseReason.IDLE_TIMEOUT);
		assertThat(this.timeouts.fired(Timeout.IDLE)).isEqualTo(1);
	}

	@Test
	void onlyTheDrainTimerRunsWhileDraining() {
		ConnectionLifecycle life = new ConnectionLifecycle(Side.INBOUND);
		ConnectionTimers waits = waits(Side.INBOUND, life);
		life.established();
		waits.established();
		assertThat(waits.startDrain(this.peer.time)).isTrue();
		life.drain();
		assertThat(waits.startDrain(this.peer.pass(SECOND))).isFalse();
		waits.sweep(this.peer.pass(4 * SECOND - 1));
		assertThat(this.peer.fired).isEmpty();
		waits.sweep(this.peer.pass(1));
		assertThat(this.peer.fired).extracting(Cause::reason).containsExactly(CloseReason.DRAIN_TIMEOUT);
		assertThat(waits.startedAt(Timeout.FIRST_FRAME)).isZero();
	}

	@Test
	void connectIsBoundedUntilItIsEstablished() {
		ConnectionLifecycle life = new ConnectionLifecycle(Side.UPSTREAM);
		ConnectionTimers waits = waits(Side.UPSTREAM, life);
		waits.sweep(this.peer.pass(2 * SECOND));
		assertThat(this.peer.fired).extracting(Cause::reason).containsExactly(CloseReason.CONNECT_TIMEOUT);
		life.established();
		waits.established();
		assertThat(waits.startedAt(Timeout.CONNECT)).isZero();
		assertThat(waits.startedAt(Timeout.FIRST_FRAME)).as("of servers none is awaited").isZero();
	}

	/** A connection whose clock the test moves. */
	private static final class Peer implements ConnectionTimers.Owner {

		private final List<Cause> fired = new ArrayList<>();

		private long time = 7 * SECOND;

		private long activity;

		private boolean firstFrameAwaited = true;

		private long pass(long nanos) {
			this.time += nanos;
			return this.time;
		}

		@Override
		public long now() {
			return this.time;
		}

		@Override
		public boolean isFirstFrameAwaited() {
			return this.firstFrameAwaited;
		}

		@Override
		public long frameStartedAt() {
			return 0;
		}

		@Override
		public long lastActivity() {
			return this.activity;
		}

		@Override
		public long awaitingReplySince() {
			return 0;
		}

		@Override
		public long writeWaitingSince() {
			return 0;
		}

		@Override
		public String explain(Timeout timer, String message) {
			return message;
		}

		@Override
		public void expired(Timeout timer, Cause cause) {
			this.fired.add(cause);
		}

	}

}
