package io.framegate.transport;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.framegate.closure.Cause;
import io.framegate.closure.CloseReason;
import io.framegate.transport.MemoryBudget.Level;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Who is not read, who is read on and who ends when memory runs short. Of 10,000,000
 * bytes, 80 % are near the limit and 90 % are full.
 */
class MemoryReliefTests {

	private static final long SECOND = 1_000_000_000;

	private final MemoryBudget budget = new MemoryBudget(10_000_000);

	private final MemoryAccount account = new MemoryAccount(this.budget);

	private final MemoryRelief relief = new MemoryRelief(this.account);

	private final List<Recorder> connections = new ArrayList<>();

	private final List<String> told = new ArrayList<>();

	private Recorder add(long holds) {
		Recorder connection = new Recorder(holds, this.account);
		this.connections.add(connection);
		connection.held.opened();
		connection.held.input(holds);
		return connection;
	}

	private void sweep(long now) {
		this.relief.sweep(this.connections, now);
	}

	@Test
	void nothingIsLookedAtWhileThereIsEnough() {
		Recorder one = add(5_000_000);
		sweep(System.nanoTime());
		assertThat(one.counted).isZero();
		assertThat(this.relief.mustStarve(one)).isFalse();
		assertThat(this.relief.readSize(1000)).isEqualTo(1000);
		assertThat(this.budget.most()).isZero();
	}

	/** What all hold, what one of them holds, and whether clients share it. */
	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			5000000          | 3000000 | false | CALM | false
			6000000 2500000  | 3000000 | false | NEAR | true
			6000000 2500000  | 2999999 | false | NEAR | false
			6000000 2500000  | 3000000 | true  | NEAR | false
			6000000 3500000  | 1       | false | FULL | true
			6000000 3500000  | 1       | true  | FULL | true
			6000000 3500000  | 0       | false | FULL | false
			""")
	void whoHoldsMuchIsNotReadOn(String holdings, long holds, boolean shared, Level level, boolean starve) {
		Stream.of(holdings.split(" ")).forEach((each) -> add(Long.parseLong(each)));
		this.account.most(6_000_000);
		Recorder one = new Recorder(holds, new MemoryAccount(new MemoryBudget(10_000_000)));
		one.shared = shared;
		one.held.exchanges(holds);
		assertThat(this.budget.level()).isEqualTo(level);
		assertThat(this.relief.mustStarve(one)).isEqualTo(starve);
		assertThat(this.relief.readSize(100_000)).isEqualTo((level == Level.CALM) ? 100_000 : 4096);
	}

	@Test
	void littleIsAlwaysReadWhileMemoryIsOnlyShort() {
		for (int i = 0; i < 850; i++) {
			add(10_000);
		}
		sweep(System.nanoTime());
		assertThat(this.budget.most()).isEqualTo(10_000);
		assertThat(this.budget.level()).isEqualTo(Level.NEAR);
		assertThat(this.relief.mustStarve(this.connections.getFirst())).isFalse();
	}

	/** Who ends at once, until four fifths are held. */
	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			8900000                          | ''
			1200000 5000000 3000000          | 5000000
			3000000 3300000 3000000          | 3300000
			1100001 1100002 1100003 1100000 1100000 1100000 1100000 1100000 1100000 | 1100003 1100002
			""")
	void biggestEndWhereMemoryIsFull(String holdings, String ended) {
		Stream.of(holdings.split(" ")).forEach((each) -> add(Long.parseLong(each)));
		sweep(System.nanoTime());
		assertThat(this.connections.stream()
			.filter((each) -> each.aborted != null)
			.map((each) -> each.holds)
			.sorted((a, b) -> Long.compare(b, a))
			.map(String::valueOf)
			.collect(Collectors.joining(" "))).isEqualTo(ended);
	}

	@Test
	void endIsExplained() {
		add(4_200_000);
		Recorder big = add(5_000_000);
		sweep(System.nanoTime());
		assertThat(big.aborted).isEqualTo(Cause.byGateway(CloseReason.OVERLOAD,
				"it held 5000000 bytes of the process's 9200000 when memory ran short"));
		assertThat(big.held.total()).isZero();
		this.account.settle();
		assertThat(this.budget.used()).isEqualTo(4_200_000);
	}

	/** What the biggest holder of another loop holds; here it is a million. */
	@ParameterizedTest
	@CsvSource({ "2000001, true", "2000002, false" })
	void smallHoldersDoNotEndForWhatOthersHold(long most, boolean ended) {
		add(1_000_000);
		this.account.change(8_500_000);
		this.account.settle();
		MemoryAccount other = new MemoryAccount(this.budget);
		other.most(most);
		sweep(System.nanoTime());
		assertThat(this.connections.getFirst().aborted != null).isEqualTo(ended);
	}

	/** Seconds for which memory has been short. */
	@ParameterizedTest
	@CsvSource({ "0, false", "5, true" })
	void biggestEndsWhereNotReadingDoesNotHelp(int seconds, boolean ended) {
		Recorder big = add(5_000_000);
		Recorder small = add(3_500_000);
		sweep(System.nanoTime() + seconds * SECOND);
		assertThat(big.aborted != null).isEqualTo(ended);
		assertThat(small.aborted).isNull();
	}

	/** What others hold decides whether one that is starved is fed. */
	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			5000000 | 1000000 | false | true
			8000000 | 200000  | false | true
			4400000 | 4000000 | false | false
			4400000 | 4000000 | true  | true
			9000000 | 200000  | false | false
			""")
	void starvedConnectionIsReadOnWhereThereIsRoom(long others, long holds, boolean shared, boolean fed) {
		Recorder one = add(holds);
		one.shared = shared;
		one.starved = true;
		this.relief.starved(true);
		MemoryAccount other = new MemoryAccount(this.budget);
		other.most(others);
		other.change(others);
		other.settle();
		sweep(System.nanoTime());
		assertThat(one.fed).isEqualTo(fed ? 1 : 0);
		assertThat(one.counted).isEqualTo(1);
	}

	@Test
	void onlyStarvedConnectionsAreFedSmallestFirst() {
		for (long holds : new long[] { 30, 10, 20 }) {
			add(holds).starved = holds != 20;
			this.relief.starved(holds != 20);
		}
		this.relief.starved(true);
		sweep(System.nanoTime());
		assertThat(this.told).containsExactly("fed 10", "fed 30");
	}

	@Test
	void connectionThatHoldsNothingIsFedToo() {
		add(0).starved = true;
		this.relief.starved(true);
		sweep(System.nanoTime());
		assertThat(this.told).containsExactly("fed 0");
	}

	/** A frame has waited for memory; another connection holds more. */
	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			4 | 2001 | ''
			5 | 2001 | 2001
			5 | 2000 | 1000
			5 | 0    | 1000
			""")
	void frameThatWaitsInVainEndsItsConnectionOrAMuchBiggerOne(int seconds, long other, String ended) {
		Recorder waiting = add(1000);
		waiting.starved = true;
		waiting.refusedSince = 7;
		this.relief.starved(true);
		Recorder big = add(other);
		sweep(7 + seconds * SECOND);
		assertThat(Stream.of(waiting, big)
			.filter((each) -> each.aborted != null)
			.map((each) -> String.valueOf(each.holds))
			.collect(Collectors.joining(" "))).isEqualTo(ended);
		assertThat(waiting.fed).isEqualTo(ended.isEmpty() ? 1 : 0);
	}

	/** Remembers what it is told. */
	private final class Recorder implements MemoryRelief.Holder {

		private final HeldMemory held;

		private final long holds;

		private boolean shared;

		private boolean starved;

		private long refusedSince;

		private int counted;

		private int fed;

		private Cause aborted;

		private Recorder(long holds, MemoryAccount account) {
			this.holds = holds;
			this.held = new HeldMemory(account);
		}

		@Override
		public HeldMemory held() {
			return this.held;
		}

		@Override
		public boolean isShared() {
			return this.shared;
		}

		@Override
		public void countHeld() {
			this.counted++;
		}

		@Override
		public boolean isStarved() {
			return this.starved;
		}

		@Override
		public long refusedSince() {
			return this.refusedSince;
		}

		@Override
		public void feed() {
			this.fed++;
			MemoryReliefTests.this.told.add("fed " + this.holds);
		}

		@Override
		public void abort(Cause cause) {
			this.aborted = cause;
		}

	}

}
