package io.framegate.connection;

import io.framegate.transport.EmbeddedSocket;
import io.framegate.transport.TcpInfo;
import io.framegate.transport.TestLoop;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the kernel has sent again, and when it is asked.
 */
class RetransmitCounterTests {

	private final RetransmitCounter counter = new RetransmitCounter();

	private int asked;

	private long count(long total, long unacked, long written, boolean pending) {
		return this.counter.count(() -> {
			this.asked++;
			return new TcpInfo(0, total, unacked, 0);
		}, written, pending);
	}

	@Test
	void onlyWhatIsNewIsCounted() {
		assertThat(count(3, 1, 10, false)).isEqualTo(3);
		assertThat(count(3, 1, 10, false)).isZero();
		assertThat(count(5, 1, 10, false)).isEqualTo(2);
	}

	/** Asked a second time after the same write, or another. */
	@ParameterizedTest
	@CsvSource({ "0, false, 10, 1", "0, false, 11, 2", "0, true, 10, 2", "1, false, 10, 2", "1, true, 10, 2" })
	void kernelIsAskedUntilAllIsAcknowledged(long unacked, boolean pending, long nextWritten, int expected) {
		count(1, unacked, 10, pending);
		assertThat(count(4, 0, nextWritten, false)).isEqualTo((expected == 2) ? 3 : 0);
		assertThat(this.asked).isEqualTo(expected);
	}

	@Test
	void kernelThatTellsNothingIsAskedAgain() {
		assertThat(this.counter.count(() -> null, 10, false)).isZero();
		assertThat(count(2, 0, 10, false)).isEqualTo(2);
	}

	@Test
	void onlyNativeSocketsTell() {
		try (TestLoop loop = new TestLoop(1000)) {
			assertThat(this.counter.count(() -> loop.loop().tcpInfo(new EmbeddedSocket()), 10, false)).isZero();
		}
	}

}
