package io.framegate.connection;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.framegate.closure.ClosureLog;
import io.framegate.closure.Side;
import io.framegate.framing.Framings;
import io.framegate.metrics.RouteMetrics;
import io.framegate.timeout.Timeout;
import io.framegate.timeout.Timeouts;
import io.framegate.transport.TcpInfo;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the kernel is told and asked about a peer, and when. Times are milliseconds.
 */
class PeerProbeTests {

	private static final long MILLI = 1_000_000;

	private static final long BEGIN = 10_000;

	private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

	private final Timeouts timeouts = new Timeouts(Map.of(Timeout.WRITE, Duration.ofSeconds(5)));

	private final ClosureLog closures = new ClosureLog(1);

	private final ConnectionLifecycle life = new ConnectionLifecycle(Side.UPSTREAM);

	private final WriteProgress progress = new WriteProgress(BEGIN * MILLI, false);

	private final Kernel kernel = new Kernel();

	private final PeerProbe probe = new PeerProbe(this.kernel,
			new ConnectionContext("test", Side.UPSTREAM, Framings.named("crlf", false), 100, this.timeouts, false,
					false, new RouteMetrics("test", this.timeouts, this.meters), this.closures),
			this.life, this.progress);

	@AfterEach
	void close() {
		this.closures.close();
	}

	/** Writes ten bytes, of which none is taken yet. */
	private void write(long at) {
		if (this.progress.pendingBytes() == 0) {
			this.progress.begin(at * MILLI);
		}
		this.progress.add(new int[] { 10 }, new int[1], 1, 10);
	}

	/** The peer's kernel takes everything. */
	private void take(long at) {
		this.progress.settle(0);
		this.progress.taken(at * MILLI);
	}

	private List<String> sweep(long at) {
		this.kernel.told.clear();
		this.probe.sweep(at * MILLI);
		return this.kernel.told;
	}

	private double counted() {
		return this.meters.get("framegate.tcp.retransmits").tag("side", "upstream").functionCounter().count();
	}

	@Test
	void nothingIsAskedBeforeItIsEstablishedAndWhileAllIsAcknowledged() {
		write(10_000);
		assertThat(sweep(12_000)).isEmpty();
		this.progress.settle(0);
		this.life.established();
		assertThat(sweep(20_000)).isEmpty();
	}

	@Test
	void kernelKnowsTheLimitUntilAllIsAcknowledged() {
		this.life.established();
		write(20_000);
		assertThat(sweep(20_010)).containsExactly("limit:5000");
		take(20_020);
		assertThat(sweep(20_030)).isEmpty();
		assertThat(sweep(21_019)).isEmpty();
		this.kernel.unacknowledged = 10;
		assertThat(sweep(21_020)).containsExactly("unacknowledged?");
		this.kernel.unacknowledged = 0;
		assertThat(sweep(22_019)).isEmpty();
		assertThat(sweep(22_020)).containsExactly("unacknowledged?", "info?", "limit:0");
		assertThat(sweep(30_000)).isEmpty();
		write(30_010);
		take(30_020);
		assertThat(sweep(30_030)).containsExactly("limit:5000");
	}

	@Test
	void finMustBeAcknowledgedToo() {
		this.life.established();
		this.life.outputEnded();
		this.kernel.unacknowledged = 1;
		assertThat(sweep(20_000)).containsExactly("limit:5000", "unacknowledged?");
		this.kernel.unacknowledged = 0;
		assertThat(sweep(21_000)).containsExactly("unacknowledged?", "info?", "limit:0");
		assertThat(sweep(30_000)).isEmpty();
	}

	@Test
	void limitStaysWhereTheKernelTellsNothing() {
		this.life.established();
		write(20_000);
		take(20_000);
		this.kernel.unacknowledged = -1;
		assertThat(sweep(25_000)).containsExactly("limit:5000", "unacknowledged?");
		assertThat(sweep(26_000)).containsExactly("unacknowledged?");
	}

	/** Written at 20 s; how long the kernel sent nothing; when the peer had room last. */
	@ParameterizedTest
	@CsvSource({ "20099, 0, 20000, false", "20100, 30, 20070, true", "20100, 100, 20000, true",
			"20500, -1, 20000, true" })
	void peerThatTakesNothingMayStillHaveRoom(long at, long sinceSent, long progressAt, boolean asked) {
		this.life.established();
		write(20_000);
		this.kernel.sinceSent = sinceSent;
		assertThat(sweep(at).contains("fault?")).isEqualTo(asked);
		assertThat(this.progress.progressAt()).isEqualTo(progressAt * MILLI);
	}

	@Test
	void resetByAPeerThatIsNotReadIsNoticed() {
		this.life.established();
		assertThat(sweep(20_000)).isEmpty();
		this.kernel.deaf = true;
		assertThat(sweep(20_000)).containsExactly("fault?");
		assertThat(sweep(20_999)).isEmpty();
		this.kernel.fault = new IOException("reset");
		assertThat(sweep(21_000)).containsExactly("fault?", "failed:reset");
		this.life.sever();
		assertThat(sweep(30_000)).isEmpty();
	}

	/** What was sent must be acknowledged: an idle connection is not looked at. */
	@Test
	void looksAgainOnlyWhileThereIsSomethingToAsk() {
		assertThat(nextLook(20_000)).as("before it is open").isEqualTo(99_000);
		this.life.established();
		this.kernel.retransmits = 1;
		this.probe.countRetransmits(20_000 * MILLI);
		assertThat(nextLook(20_000)).as("open").isEqualTo(99_000);
		write(20_500);
		take(20_500);
		sweep(20_600);
		assertThat(nextLook(20_600)).as("written").isEqualTo(21_500);
		this.kernel.unacknowledged = 10;
		sweep(21_500);
		assertThat(nextLook(21_500)).as("not acknowledged").isEqualTo(22_500);
		this.kernel.unacknowledged = 0;
		sweep(22_500);
		assertThat(nextLook(22_500)).as("acknowledged").isEqualTo(99_000);
		this.kernel.deaf = true;
		assertThat(nextLook(23_000)).as("not read").isEqualTo(23_000);
		sweep(23_000);
		assertThat(nextLook(23_000)).as("not read").isEqualTo(24_000);
	}

	private long nextLook(long now) {
		return this.probe.nextLook(now * MILLI, 99_000 * MILLI) / MILLI;
	}

	@Test
	void retransmitsAreCountedOnceInFiveSeconds() {
		this.kernel.retransmits = 3;
		this.probe.countRetransmits((BEGIN + 4999) * MILLI);
		assertThat(this.kernel.told).isEmpty();
		this.probe.countRetransmits((BEGIN + 5000) * MILLI);
		assertThat(counted()).isEqualTo(3);
		write(16_000);
		this.kernel.retransmits = 4;
		this.probe.countRetransmits((BEGIN + 9999) * MILLI);
		assertThat(counted()).isEqualTo(3);
	}

	@Test
	void retransmitsAreCountedOnceEach() {
		this.kernel.retransmits = 3;
		this.probe.countRetransmits();
		assertThat(counted()).as("those of the connect").isEqualTo(3);
		this.kernel.retransmits = 4;
		this.probe.countRetransmits();
		assertThat(counted()).as("nothing was sent").isEqualTo(3);
		this.life.established();
		write(20_000);
		this.probe.countRetransmits();
		assertThat(counted()).isEqualTo(4);
		this.probe.countRetransmits();
		assertThat(counted()).isEqualTo(4);
		take(20_000);
		this.kernel.retransmits = 6;
		sweep(21_000);
		assertThat(counted()).as("those before the acknowledgement").isEqualTo(6);
		this.kernel.told.clear();
		this.probe.countRetransmits();
		assertThat(this.kernel.told).isEmpty();
	}

	@Test
	void kernelThatTellsNothingIsAskedAgain() {
		this.kernel.retransmits = -1;
		this.probe.countRetransmits();
		this.probe.countRetransmits();
		assertThat(this.kernel.told).containsExactly("info?", "info?");
		assertThat(counted()).isZero();
	}

	@Test
	void countNeverTurnsBack() {
		write(20_000);
		this.kernel.retransmits = Integer.MAX_VALUE;
		this.probe.countRetransmits();
		this.kernel.retransmits = Integer.MAX_VALUE + 2L;
		this.probe.countRetransmits();
		this.probe.countRetransmits();
		assertThat(counted()).isEqualTo(Integer.MAX_VALUE);
	}

	/** Remembers what it is told and asked. */
	private static final class Kernel implements PeerProbe.Owner {

		private final List<String> told = new ArrayList<>();

		private boolean deaf;

		private int unacknowledged;

		private @Nullable IOException fault;

		/** Milliseconds. */
		private long sinceSent = -1;

		/** All so far, -1 if it does not tell. */
		private long retransmits;

		@Override
		public boolean isDeaf() {
			return this.deaf;
		}

		@Override
		public void socketFailed(Throwable fault) {
			this.told.add("failed:" + fault.getMessage());
		}

		@Override
		public void limitWrites(long nanos) {
			this.told.add("limit:" + nanos / MILLI);
		}

		@Override
		public int unacknowledged() {
			this.told.add("unacknowledged?");
			return this.unacknowledged;
		}

		@Override
		public @Nullable IOException socketFault() {
			this.told.add("fault?");
			return this.fault;
		}

		@Override
		public long nanosSinceSent() {
			return (this.sinceSent < 0) ? -1 : this.sinceSent * MILLI;
		}

		@Override
		public @Nullable TcpInfo tcpInfo() {
			this.told.add("info?");
			return (this.retransmits < 0) ? null : new TcpInfo(0, this.retransmits, 0, 0);
		}

	}

}
