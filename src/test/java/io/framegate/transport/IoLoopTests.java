package io.framegate.transport;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import io.framegate.closure.Cause;
import io.framegate.framing.Framing;
import io.framegate.framing.Framings;
import io.framegate.timeout.Timeout;
import io.framegate.timeout.Timeouts;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The sweep of an event loop, what it flushes when, and its tasks.
 */
class IoLoopTests {

	private static final int SWEEP = 100;

	private static final int BETWEEN_SLICES = 4;

	private final TestLoop time = new TestLoop(10_000_000);

	private final IoLoop loop = this.time.loop();

	private final List<String> told = new ArrayList<>();

	@AfterEach
	void close() {
		this.time.close();
	}

	@Test
	void sweepsGoOnAfterOneHasFailed() throws InterruptedException {
		CountDownLatch swept = new CountDownLatch(3);
		try (EventLoops loops = TestLoops.start()) {
			Loop loop = loops.all().getFirst();
			loop.addSweeper(() -> {
				throw new IllegalStateException("as this test wants it");
			});
			loop.addSweeper(swept::countDown);
			assertThat(swept.await(5, TimeUnit.SECONDS)).isTrue();
		}
	}

	@Test
	void everyConnectionIsSweptTenTimesASecond() {
		Recorder one = add("1");
		Recorder two = add("2");
		this.time.pass(SWEEP - 1);
		assertThat(one.swept).isZero();
		this.time.pass(1);
		assertThat(one.swept).isEqualTo(1);
		for (int i = 0; i < 9; i++) {
			this.time.pass(SWEEP);
		}
		assertThat(one.swept).isEqualTo(10);
		assertThat(two.swept).isEqualTo(10);
	}

	@Test
	void connectionIsLookedAtWhenItIsDue() {
		Recorder one = add("1");
		Recorder two = add("2");
		one.dueAfter = 1000;
		for (int i = 0; i < 11; i++) {
			this.time.pass(SWEEP);
		}
		assertThat(one.swept).isEqualTo(2);
		assertThat(two.swept).isEqualTo(11);
		this.loop.look(one);
		this.time.pass(SWEEP);
		assertThat(one.swept).as("after a change").isEqualTo(3);
		this.time.pass(SWEEP);
		assertThat(one.swept).isEqualTo(3);
	}

	/** Most sweeps then have nothing to do. */
	@Test
	void distantLooksComeTogether() {
		Recorder one = add("1");
		one.dueAfter = 30_000;
		pass(5 * SWEEP);
		Recorder two = add("2");
		two.dueAfter = 30_000;
		pass(30_000 - 6 * SWEEP);
		assertThat(one.swept).isEqualTo(1);
		assertThat(two.swept).isEqualTo(1);
		pass(SWEEP);
		assertThat(one.swept).isEqualTo(2);
		assertThat(two.swept).isEqualTo(2);
	}

	@Test
	void distantTimerIsNotLate() {
		long due = this.time.clock().getAsLong() + TimeUnit.MILLISECONDS.toNanos(7550);
		Recorder one = add("1");
		one.onSweep = () -> one.dueAfter = (int) Math.max(0,
				TimeUnit.NANOSECONDS.toMillis(due - this.time.clock().getAsLong()));
		pass(7500);
		assertThat(one.dueAfter).isPositive();
		pass(SWEEP);
		assertThat(one.dueAfter).as("the sweep after it was due has seen it").isZero();
		assertThat(one.swept).isLessThan(5);
	}

	@Test
	void changedLimitHasAllLookedAt() {
		Recorder one = add("1");
		one.dueAfter = 10_000;
		this.time.pass(SWEEP);
		this.time.pass(SWEEP);
		assertThat(one.swept).isEqualTo(1);
		new Timeouts(Map.of()).set(Timeout.IDLE, Duration.ofMillis(5));
		this.time.pass(SWEEP);
		assertThat(one.swept).isEqualTo(2);
	}

	/** The last connection takes the place of one that is removed, and stays due. */
	@Test
	void dueTimeMovesWithItsConnection() {
		Recorder one = add("1");
		Recorder two = add("2");
		two.dueAfter = 1000;
		this.time.pass(SWEEP);
		this.loop.remove(one);
		this.time.pass(SWEEP);
		assertThat(two.swept).isEqualTo(1);
		this.loop.remove(one);
		this.loop.look(one);
		for (int i = 0; i < 9; i++) {
			this.time.pass(SWEEP);
		}
		assertThat(two.swept).isEqualTo(2);
	}

	@Test
	void connectionThatFailsEndsAloneAndItsTimersDoNotStop() {
		Recorder one = add("1");
		Recorder two = add("2");
		two.onSweep = () -> {
			throw new IllegalStateException("as this test wants it");
		};
		this.time.pass(SWEEP);
		this.time.pass(SWEEP);
		assertThat(this.told).containsExactly("2 broken: as this test wants it", "2 broken: as this test wants it");
		assertThat(one.swept).isEqualTo(2);
	}

	@Test
	void timerMayEndOtherConnections() {
		Recorder one = add("1");
		Recorder two = add("2");
		Recorder three = add("3");
		three.onSweep = () -> {
			this.loop.remove(three);
			this.loop.remove(two);
		};
		this.time.pass(SWEEP);
		assertThat(one.swept).isEqualTo(1);
		assertThat(two.swept).isZero();
		assertThat(three.swept).isEqualTo(1);
	}

	/** Of four connections some are removed. */
	@ParameterizedTest
	@CsvSource({ "0, -1 1 2 0", "3, 0 1 2 -1", "1 2, 0 -1 -1 1", "0 1 2 3, -1 -1 -1 -1", "2 2, 0 1 -1 2" })
	void lastOneTakesTheFreePlace(String removed, String places) {
		List<Recorder> all = List.of(add("0"), add("1"), add("2"), add("3"));
		for (String index : removed.split(" ")) {
			this.loop.remove(all.get(Integer.parseInt(index)));
		}
		assertThat(all).extracting((each) -> String.valueOf(each.place())).containsExactly(places.split(" "));
		this.time.pass(SWEEP);
		assertThat(all).allMatch((each) -> each.swept == ((each.place() >= 0) ? 1 : 0));
	}

	@Test
	void whatAConnectionHoldsCountsWhileItIsThere() {
		Recorder one = add("1");
		one.held.input(100);
		assertThat(this.time.held()).isEqualTo(100);
		this.loop.remove(one);
		this.loop.remove(one);
		assertThat(this.time.held()).isZero();
	}

	@Test
	void sweepRelievesMemory() {
		Recorder one = add("1");
		one.held.input(9_500_000);
		this.time.pass(SWEEP);
		assertThat(this.told).containsExactly("1 aborted");
	}

	@Test
	void sweeperIsRunUntilItIsRemoved() {
		Runnable sweeper = () -> this.told.add("swept");
		this.loop.addSweeper(sweeper);
		this.time.pass(SWEEP);
		this.time.pass(SWEEP);
		this.loop.removeSweeper(sweeper);
		this.time.pass(SWEEP);
		assertThat(this.told).containsExactly("swept", "swept");
	}

	@Test
	void framesOfOneReadHaveOneTime() {
		assertThat(this.loop.cutting(42)).isZero();
		assertThat(this.loop.now()).isEqualTo(42);
		assertThat(this.loop.cutting(43)).isEqualTo(42);
		assertThat(this.loop.cutting(0)).isEqualTo(43);
		assertThat(this.loop.now()).isEqualTo(this.time.clock().getAsLong());
		this.time.pass(1);
		assertThat(this.loop.now()).isEqualTo(this.time.clock().getAsLong());
	}

	/** What happens to a frame in a turn of the loop; dots are the turn's end. */
	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			add wrote                        | ''
			add wrote .                      | flush
			add wrote wrote .                | flush
			add wrote . add wrote .          | flush flush
			reading add wrote .              | ''
			reading add wrote complete       | flush
			reading add wrote complete .     | flush
			reading complete .               | ''
			reading add wrote shared         | ''
			reading add wrote shared .       | flush
			reading add done wrote .         | flush
			reading add wrote sweep          | flush
			""")
	void whatIsWrittenIsFlushedInTime(String steps, String flushes) {
		Sink sink = new Sink();
		for (String step : steps.split(" ")) {
			switch (step) {
				case "add" -> this.loop.batch().add(sink, new byte[1]);
				case "wrote" -> this.loop.wrote();
				case "reading" -> this.loop.reading(true);
				case "done" -> this.loop.reading(false);
				case "complete" -> this.loop.readComplete(false);
				case "shared" -> this.loop.readComplete(true);
				case "sweep" -> this.time.pass(SWEEP);
				default -> this.time.run();
			}
		}
		assertThat(String.join(" ", this.told)).isEqualTo(flushes);
		this.loop.batch().takeBack(sink);
	}

	@Test
	void taskOfTheLoopRunsAtOnceAndALaterOneAfterwards() {
		this.loop.later(() -> this.told.add("later"));
		this.loop.execute(() -> this.told.add("at once"));
		this.loop.after(TimeUnit.MILLISECONDS.toNanos(5), () -> this.told.add("after 5 ms"));
		this.time.run();
		assertThat(this.told).containsExactly("at once", "later");
		this.time.pass(5);
		assertThat(this.told).containsExactly("at once", "later", "after 5 ms");
	}

	@Test
	void taskThatFailsStopsNone() {
		this.loop.later(() -> {
			throw new IllegalStateException("as this test wants it");
		});
		this.loop.later(() -> this.told.add("next"));
		this.time.run();
		assertThat(this.told).containsExactly("next");
	}

	@Test
	void loopIsSilentSinceItsLastSweep() {
		assertThat(this.loop.silence()).isZero();
		this.time.pass(SWEEP - 1);
		assertThat(this.loop.silence()).hasMillis(SWEEP - 1);
		this.time.pass(1);
		assertThat(this.loop.silence()).isZero();
		// Its clock goes on, it does not.
		this.time.clock().pass(2000);
		assertThat(this.loop.silence()).hasSeconds(2);
		assertThat(this.loop.index()).isZero();
	}

	/** Closing many connections takes long. */
	@Test
	void longSweepLetsTheLoopServeItsSockets() throws InterruptedException {
		int crowd = 100;
		List<String> order = Collections.synchronizedList(new ArrayList<>());
		CountDownLatch swept = new CountDownLatch(crowd);
		try (EventLoops loops = TestLoops.start()) {
			IoLoop busy = loops.all().getFirst();
			for (int i = 0; i < crowd; i++) {
				int number = i;
				Recorder connection = new Recorder(String.valueOf(i));
				connection.onSweep = () -> {
					if (swept.getCount() > 0) {
						order.add(connection.name);
						LockSupport.parkNanos(1_000_000);
						if (number == crowd - 1) {
							busy.later(() -> order.add("other"));
						}
						swept.countDown();
					}
				};
				busy.execute(() -> busy.add(connection));
			}
			assertThat(swept.await(30, TimeUnit.SECONDS)).isTrue();
		}
		assertThat(order.indexOf("other")).isBetween(0, crowd / 2);
	}

	@Test
	void sweepInSlicesMissesNobodyAndTakesNobodyTwice() {
		List<Recorder> all = new ArrayList<>();
		for (int i = 0; i < 100; i++) {
			Recorder connection = add(String.valueOf(i));
			connection.onSweep = () -> this.time.clock().pass(1);
			all.add(connection);
		}
		this.time.pass(SWEEP);
		assertThat(all.stream().filter((connection) -> connection.swept == 1)).as("of the first slice").hasSize(8);
		passSlices(12);
		assertThat(all).allMatch((connection) -> connection.swept == 1);
		this.time.pass(SWEEP - 12 * BETWEEN_SLICES);
		passSlices(12);
		assertThat(all).allMatch((connection) -> connection.swept == 2);
	}

	private void passSlices(int count) {
		for (int i = 0; i < count; i++) {
			this.time.pass(BETWEEN_SLICES);
		}
	}

	private Recorder add(String name) {
		Recorder connection = new Recorder(name);
		this.loop.add(connection);
		return connection;
	}

	private void pass(int millis) {
		for (int i = 0; i < millis / SWEEP; i++) {
			this.time.pass(SWEEP);
		}
	}

	/** Remembers what it is told. */
	private final class Recorder extends IdleMember {

		private final HeldMemory held = new HeldMemory(IoLoopTests.this.loop.memory());

		private final String name;

		private int swept;

		private int dueAfter;

		private Runnable onSweep = () -> {
		};

		private Recorder(String name) {
			this.name = name;
		}

		@Override
		public long sweep(long now) {
			this.swept++;
			this.onSweep.run();
			return now + TimeUnit.MILLISECONDS.toNanos(this.dueAfter);
		}

		@Override
		public void broken(Throwable fault) {
			IoLoopTests.this.told.add(this.name + " broken: " + fault.getMessage());
		}

		@Override
		public HeldMemory held() {
			return this.held;
		}

		@Override
		public void abort(Cause cause) {
			IoLoopTests.this.told.add(this.name + " aborted");
		}

	}

	/** Takes frames and remembers that it was flushed. */
	private final class Sink implements WriteBatch.Sink {

		private final Framing framing = Framings.named("lf", false);

		@Override
		public Framing framing() {
			return this.framing;
		}

		@Override
		public ByteBuf allocate(int size) {
			return Unpooled.buffer(size);
		}

		@Override
		public ByteBuf allocate(int size, byte[] payload) {
			return allocate(size);
		}

		@Override
		public boolean enqueue(ByteBuf buffer, int[] ends, int[] payloads, int count) {
			buffer.release();
			return true;
		}

		@Override
		public void flush() {
			IoLoopTests.this.told.add("flush");
		}

		@Override
		public void notWritten(int frames, long bytes, Throwable fault) {
			throw new IllegalStateException(fault);
		}

		@Override
		public void failed(Throwable fault) {
			throw new IllegalStateException(fault);
		}

	}

}
