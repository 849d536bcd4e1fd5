package io.framegate.upstream;

import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * When a server that failed is connected to again.
 */
class BackoffTests {

	private static final long FIRST_PAUSE = TimeUnit.MILLISECONDS.toNanos(100);

	/** Any time will do, also one after which the clock overflows. */
	private long now = Long.MAX_VALUE - TimeUnit.MILLISECONDS.toNanos(50);

	private final Backoff backoff = new Backoff(FIRST_PAUSE, 3, () -> this.now);

	private void fail(int times) {
		for (int i = 0; i < times; i++) {
			this.now += TimeUnit.SECONDS.toNanos(10);
			this.backoff.failed();
		}
	}

	/** The half of each pause is by chance. */
	private void assertPause(long longestMillis) {
		long longest = TimeUnit.MILLISECONDS.toNanos(longestMillis);
		assertThat(this.backoff.isOver()).isFalse();
		this.now += longest / 2 - 1;
		assertThat(this.backoff.isOver()).isFalse();
		this.now += longest - longest / 2 + 1;
		assertThat(this.backoff.isOver()).isTrue();
	}

	/**
	 * When the last good probe was, in nanoseconds after the last failure, and whether it
	 * ends the pause.
	 */
	@ParameterizedTest
	@CsvSource({ "-1, false", "0, false", "1, true" })
	void goodProbeAfterTheLastFailureEndsThePause(long after, boolean over) {
		fail(1);
		assertThat(this.backoff.isOver(this.now + after)).isEqualTo(over);
		assertThat(this.backoff.isOver()).isFalse();
		assertThat(this.backoff.isOver(0)).as("never").isFalse();
	}

	@Test
	void successEndsThePause() {
		fail(1);
		this.backoff.succeeded();
		assertThat(this.backoff.isOver()).isTrue();
	}

	@Test
	void noPauseAtTheStart() {
		assertThat(this.backoff.isOver()).isTrue();
	}

	@ParameterizedTest
	@CsvSource({ "1, 100", "2, 200", "3, 400", "4, 800", "5, 800", "9, 800" })
	void pauseDoublesWithEachFailure(int failures, long longestMillis) {
		fail(failures);
		assertPause(longestMillis);
	}

	@Test
	void failuresDuringAPauseCountAsOne() {
		fail(1);
		for (int i = 0; i < 5; i++) {
			this.backoff.failed();
		}
		assertPause(100);
	}

	@Test
	void pauseIsShortAgainAfterASuccess() {
		fail(9);
		this.backoff.succeeded();
		fail(1);
		assertPause(100);
	}

}
