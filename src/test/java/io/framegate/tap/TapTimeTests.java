package io.framegate.tap;

import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How long frames that somebody watches may take.
 */
class TapTimeTests {

	private static final long MILLI = 1_000_000;

	private final AtomicLong now = new AtomicLong(-5 * MILLI);

	private final TapTime time = new TapTime(this.now::get);

	private boolean isSeen(long millis) {
		long began = this.time.begin();
		boolean seen = !this.time.isSpent();
		this.now.addAndGet(millis * MILLI);
		this.time.end(began);
		return seen;
	}

	@Test
	void tenthOfTheTime() {
		for (int i = 0; i < 10; i++) {
			assertThat(isSeen(1)).isTrue();
		}
		assertThat(isSeen(89)).isFalse();
		assertThat(isSeen(1)).isFalse();
		this.now.addAndGet(10 * MILLI);
		assertThat(isSeen(1)).isTrue();
	}

	/** Classes are loaded for the first. On a busy machine the others were not seen. */
	@Test
	void fourFramesInAnyCase() {
		assertThat(isSeen(20)).isTrue();
		assertThat(isSeen(1)).isTrue();
		assertThat(isSeen(20)).isTrue();
		assertThat(isSeen(1)).isTrue();
		assertThat(isSeen(1)).isFalse();
	}

}
