package io.framegate.upstream;

import java.util.stream.IntStream;

import io.framegate.transport.TestClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which port of a range comes next.
 */
class SourcePortsTests {

	private final TestClock clock = new TestClock();

	private final SourcePorts ports = new SourcePorts(3, this.clock);

	@Test
	void eachIsTakenOnceFromAnywhere() {
		assertThat(IntStream.range(0, 5).map((i) -> this.ports.take(7 + i))).containsExactly(1, 2, 0, -1, -1);
	}

	@Test
	void searchGoesOnAtTheBeginning() {
		assertThat(IntStream.range(0, 4).map((i) -> this.ports.take(2))).containsExactly(2, 0, 1, -1);
	}

	@Test
	void oneThatIsFreeAgainIsTakenAgain() {
		IntStream.range(0, 3).forEach(this.ports::take);
		this.ports.free(1);
		assertThat(this.ports.take(0)).isEqualTo(1);
	}

	@Test
	void oneThatOthersUseIsNotTriedAgainForNow() {
		assertThat(this.ports.take(0)).isZero();
		this.ports.refused(0);
		assertThat(IntStream.range(0, 3).map(this.ports::take)).containsExactly(1, 2, -1);
	}

	/** How long ago two ports were refused, and which may be tried again. */
	@ParameterizedTest
	@CsvSource({ "0, 0, '-1 -1 -1'", "999, 0, '-1 -1 -1'", "1000, 0, '1 -1 -1'", "1000, 999, '1 -1 -1'",
			"1000, 1000, '1 2 -1'", "60000, 1000, '1 2 -1'" })
	void oneThatOthersUseIsTriedAgainAfterASecond(long first, long second, String taken) {
		IntStream.range(0, 3).forEach(this.ports::take);
		this.ports.refused(1);
		this.clock.pass(first - second);
		this.ports.refused(2);
		this.clock.pass(second);
		assertThat(IntStream.range(0, 3).map((i) -> this.ports.take(0)).mapToObj(Integer::toString))
			.containsExactly(taken.split(" "));
	}

	@Test
	void oneThatIsRefusedAgainWaitsAgain() {
		this.ports.take(0);
		this.ports.refused(0);
		this.clock.pass(1000);
		assertThat(this.ports.take(0)).isZero();
		this.ports.refused(0);
		this.clock.pass(999);
		assertThat(this.ports.take(0)).isEqualTo(1);
		this.clock.pass(1);
		assertThat(this.ports.take(0)).isZero();
	}

}
