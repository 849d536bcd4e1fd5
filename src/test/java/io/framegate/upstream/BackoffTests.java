package io.framegate.upstream;

import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * When a server that failed is connected to again.
 */
class BackoffTests {

	private static Backoff failed() {
		// So long a pause that no test sees its end.
		Backoff backoff = new Backoff(TimeUnit.HOURS.toNanos(1), 0);
		backoff.failed();
		return backoff;
	}

	@Test
	void pauseLasts() {
		assertThat(failed().isOver()).isFalse();
		assertThat(failed().isOver(0)).isFalse();
	}

	@Test
	void goodProbeEndsThePause() {
		Backoff backoff = failed();
		long wellAt = System.nanoTime() + 1;
		assertThat(backoff.isOver(wellAt)).isTrue();
	}

	@Test
	void goodProbeBeforeTheLastFailureDoesNot() {
		long wellAt = System.nanoTime() - TimeUnit.MILLISECONDS.toNanos(1);
		assertThat(failed().isOver(wellAt)).isFalse();
	}

	@Test
	void successEndsThePause() {
		Backoff backoff = failed();
		backoff.succeeded();
		assertThat(backoff.isOver()).isTrue();
	}

}
