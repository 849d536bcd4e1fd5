package io.framegate.upstream;

import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which port of a range comes next.
 */
class SourcePortsTests {

	private final SourcePorts ports = new SourcePorts(3);

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

}
