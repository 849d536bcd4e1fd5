package io.framegate.connection;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * When the timers of a connection run out, on a clock that the test moves.
 */
class ConnectionTimersTests {

	private static final long SECOND = 1_000_000_000;

	private final Timeouts timeouts = new Timeouts(Map.of(Timeout.FIRST_FRAME, Duration.ofSeconds(10), Timeout.IDLE,
			Duration.ofSeconds(30), Timeout.DRAIN, Duration.ofSeconds(5), Timeout.CONNECT, Duration.ofSeconds(2)));

	private final ClosureLog closures = new ClosureLog(1);

	private final Peer peer = new Peer();

	@AfterEach
	void close() {
		this.closures.close();
	}

	private ConnectionTimers timers(Side side, ConnectionLifecycle life) {
		return timers(side, life, this.timeouts);
	}

	private ConnectionTimers timers(Side side, ConnectionLifecycle life, Timeouts limits) {
		RouteMetrics metrics = new RouteMetrics("test", limits, new SimpleMeterRegistry());
		return new ConnectionTimers(this.peer, new ConnectionContext("test", side, Framings.named("crlf", false), 100,
				limits, false, false, metrics, this.closures), life);
	}

	@Test
	void clientThatSendsNothingIsIdleOnlyAfterItsFirstFrame() {
		ConnectionLifecycle life = new ConnectionLifecycle(Side.INBOUND);
		ConnectionTimers timers = timers(Side.INBOUND, life);
		life.established();
		timers.established();
		this.peer.activity = this.peer.time;
		timers.sweep(this.peer.pass(10 * SECOND - 1));
		assertThat(this.peer.fired).isEmpty();
		timers.sweep(this.peer.pass(1));
		assertThat(this.peer.fired)
			.containsExactly(Cause.byGateway(CloseReason.FIRST_FRAME_TIMEOUT, "first-frame timer (10s) ran out"));
		this.peer.firstFrameAwaited = false;
		timers.sweep(this.peer.pass(20 * SECOND - 1));
		assertThat(this.peer.fired).hasSize(1);
		timers.sweep(this.peer.pass(1));
		assertThat(this.peer.fired).extracting(Cause::reason).last().isEqualTo(CloseReason.IDLE_TIMEOUT);
		assertThat(this.timeouts.fired(Timeout.IDLE)).isEqualTo(1);
	}

	@Test
	void clientThatHadToWaitHasMoreTimeForItsFirstFrame() {
		ConnectionLifecycle life = new ConnectionLifecycle(Side.INBOUND);
		ConnectionTimers timers = timers(Side.INBOUND, life);
		life.established();
		timers.established();
		this.peer.delayed = 4 * SECOND;
		this.peer.activity = this.peer.pass(14 * SECOND - 1);
		timers.sweep(this.peer.time);
		assertThat(this.peer.fired).isEmpty();
		timers.sweep(this.peer.pass(1));
		assertThat(this.peer.fired).extracting(Cause::reason).containsExactly(CloseReason.FIRST_FRAME_TIMEOUT);
	}

	@Test
	void onlyTheDrainTimerRunsWhileDraining() {
		ConnectionLifecycle life = new ConnectionLifecycle(Side.INBOUND);
		ConnectionTimers timers = timers(Side.INBOUND, life);
		life.established();
		timers.established();
		assertThat(timers.startDrain(this.peer.time)).isTrue();
		life.drain();
		assertThat(timers.startDrain(this.peer.pass(SECOND))).isFalse();
		timers.sweep(this.peer.pass(4 * SECOND - 1));
		assertThat(this.peer.fired).isEmpty();
		timers.sweep(this.peer.pass(1));
		assertThat(this.peer.fired).extracting(Cause::reason).containsExactly(CloseReason.DRAIN_TIMEOUT);
		assertThat(timers.startedAt(Timeout.FIRST_FRAME)).isZero();
	}

	@Test
	void connectIsBoundedUntilItIsEstablished() {
		ConnectionLifecycle life = new ConnectionLifecycle(Side.UPSTREAM);
		ConnectionTimers timers = timers(Side.UPSTREAM, life);
		timers.sweep(this.peer.pass(2 * SECOND));
		assertThat(this.peer.fired).extracting(Cause::reason).containsExactly(CloseReason.CONNECT_TIMEOUT);
		life.established();
		timers.established();
		assertThat(timers.startedAt(Timeout.CONNECT)).isZero();
		assertThat(timers.startedAt(Timeout.FIRST_FRAME)).as("of servers none is awaited").isZero();
	}

	/** Made at 100 and established at 200; what is given began at 300. */
	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			INBOUND  | ACCEPTED      | FRAME=300 REPLY=300 WRITE=300
			INBOUND  | OPEN          | FIRST_FRAME=200 FRAME=300 IDLE=300 REPLY=300 WRITE=300 MAX_AGE=200
			INBOUND  | READ_CLOSED   | FIRST_FRAME=200 FRAME=300 IDLE=300 REPLY=300 WRITE=300 MAX_AGE=200
			INBOUND  | WRITE_CLOSED  | FIRST_FRAME=200 FRAME=300 IDLE=300 REPLY=300 WRITE=300 MAX_AGE=200
			INBOUND  | DRAINING      | FRAME=300 REPLY=300 WRITE=300 DRAIN=300
			UPSTREAM | CONNECTING    | CONNECT=100 FRAME=300 REPLY=300 WRITE=300
			UPSTREAM | OPEN          | FRAME=300 IDLE=300 REPLY=300 WRITE=300
			UPSTREAM | DRAINING      | FRAME=300 REPLY=300 WRITE=300 DRAIN=300
			""")
	void stateHasItsTimers(Side side, ConnectionState state, String running) {
		this.peer.time = 100;
		ConnectionLifecycle life = new ConnectionLifecycle(side);
		ConnectionTimers timers = timers(side, life);
		if (!life.state().equals(state)) {
			this.peer.time = 200;
			life.established();
			timers.established();
			switch (state) {
				case READ_CLOSED -> life.inputDone();
				case WRITE_CLOSED -> life.outputEnded();
				case DRAINING -> {
					timers.startDrain(300);
					life.drain();
				}
				default -> assertThat(life.state()).isEqualTo(ConnectionState.OPEN);
			}
		}
		this.peer.activity = 300;
		this.peer.other = 300;
		String found = Stream.of(Timeout.values())
			.filter((timer) -> timers.startedAt(timer) != 0)
			.map((timer) -> timer + "=" + timers.startedAt(timer))
			.collect(Collectors.joining(" "));
		assertThat(found).isEqualTo(running);
		assertThat(timers.begunAt()).isEqualTo(100);
	}

	@ParameterizedTest
	@EnumSource(value = Timeout.class, names = { "FRAME", "REPLY", "WRITE", "MAX_AGE" })
	void timerThatRanOutIsTheReason(Timeout timer) {
		Timeouts only = new Timeouts(Map.of(timer, Duration.ofSeconds(3)),
				Stream.of(Timeout.values()).collect(Collectors.toMap((each) -> each, (each) -> Duration.ZERO)));
		ConnectionLifecycle life = new ConnectionLifecycle(Side.INBOUND);
		ConnectionTimers timers = timers(Side.INBOUND, life, only);
		life.established();
		timers.established();
		this.peer.other = this.peer.time;
		this.peer.more = "; and more";
		timers.sweep(this.peer.pass(3 * SECOND - 1));
		assertThat(this.peer.fired).isEmpty();
		timers.sweep(this.peer.pass(1));
		String reason = (timer == Timeout.MAX_AGE) ? "MAX_AGE" : timer + "_TIMEOUT";
		assertThat(this.peer.fired).containsExactly(
				Cause.byGateway(CloseReason.valueOf(reason), timer.label() + " timer (3s) ran out; and more"));
		assertThat(only.fired(timer)).isEqualTo(1);
	}

	@Test
	void oneSweepFiresOneTimer() {
		ConnectionLifecycle life = new ConnectionLifecycle(Side.INBOUND);
		ConnectionTimers timers = timers(Side.INBOUND, life);
		life.established();
		timers.established();
		this.peer.activity = this.peer.time;
		timers.sweep(this.peer.pass(100 * SECOND));
		assertThat(this.peer.fired).extracting(Cause::reason).containsExactly(CloseReason.FIRST_FRAME_TIMEOUT);
	}

	/** Seconds after a sweep until the next look, by what goes on in the connection. */
	@Test
	void connectionIsLookedAtAgainWhenATimerCanHaveRunOut() {
		ConnectionLifecycle life = new ConnectionLifecycle(Side.UPSTREAM);
		ConnectionTimers timers = timers(Side.UPSTREAM, life);
		assertThat(nextLook(timers)).as("connect").isEqualTo(2);
		life.established();
		timers.established();
		this.timeouts.set(Timeout.WRITE, Duration.ofSeconds(3));
		assertThat(nextLook(timers)).as("a write that begins at once").isEqualTo(1);
		this.peer.activity = this.peer.time;
		assertThat(nextLook(timers)).as("a write that begins at once").isEqualTo(3);
		this.timeouts.set(Timeout.WRITE, Duration.ZERO);
		assertThat(nextLook(timers)).as("at the latest, whatever a connect or a drain may take").isEqualTo(10);
		this.peer.activity = this.peer.time - 26 * SECOND;
		assertThat(nextLook(timers)).as("idle").isEqualTo(4);
		this.peer.activity = 0;
		assertThat(nextLook(timers)).as("not idle as its handler says").isEqualTo(1);
	}

	private long nextLook(ConnectionTimers timers) {
		return (timers.sweep(this.peer.time) - this.peer.time) / SECOND;
	}

	@Test
	void limitThatIsChangedHoldsForLiveConnections() {
		ConnectionLifecycle life = new ConnectionLifecycle(Side.UPSTREAM);
		ConnectionTimers timers = timers(Side.UPSTREAM, life);
		this.timeouts.set(Timeout.CONNECT, Duration.ZERO);
		timers.sweep(this.peer.pass(100 * SECOND));
		assertThat(this.peer.fired).isEmpty();
		this.timeouts.set(Timeout.CONNECT, Duration.ofSeconds(100));
		timers.sweep(this.peer.time);
		assertThat(this.peer.fired).hasSize(1);
	}

	/** A connection whose clock the test moves. */
	private static final class Peer implements ConnectionTimers.Owner {

		private final List<Cause> fired = new ArrayList<>();

		private long time = 7 * SECOND;

		private long activity;

		private long other;

		private long delayed;

		private String more = "";

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
		public long delayed() {
			return this.delayed;
		}

		@Override
		public long frameStartedAt() {
			return this.other;
		}

		@Override
		public long lastActivity() {
			return this.activity;
		}

		@Override
		public long awaitingReplySince() {
			return this.other;
		}

		@Override
		public long writeWaitingSince() {
			return this.other;
		}

		@Override
		public String explain(Timeout timer, String message) {
			return message + this.more;
		}

		@Override
		public void expired(Timeout timer, Cause cause) {
			this.fired.add(cause);
		}

	}

}
