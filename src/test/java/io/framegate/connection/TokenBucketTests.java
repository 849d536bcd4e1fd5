package io.framegate.connection;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How many things a second are permitted, on a clock that the test moves.
 */
class TokenBucketTests {

	private static final long SECOND = 1_000_000_000;

	private long time = 7 * SECOND;

	@Test
	void asManyAtOnceAsInASecondAndThenOneByOne() {
		TokenBucket bucket = new TokenBucket(4, this.time);
		assertThat(taken(bucket)).isEqualTo(4);
		this.time += SECOND / 4 - 1;
		assertThat(taken(bucket)).isZero();
		this.time += 1;
		assertThat(taken(bucket)).isEqualTo(1);
		this.time += SECOND / 2;
		assertThat(taken(bucket)).isEqualTo(2);
	}

	@Test
	void quietTimeSavesUpNoMoreThanASecond() {
		TokenBucket bucket = new TokenBucket(50, this.time);
		taken(bucket);
		this.time += 3600 * SECOND;
		assertThat(taken(bucket)).isEqualTo(50);
	}

	@Test
	void overALongTimeTheRateIsExact() {
		TokenBucket bucket = new TokenBucket(3, this.time);
		int all = taken(bucket);
		for (int i = 0; i < 1000; i++) {
			this.time += SECOND / 10;
			all += taken(bucket);
		}
		assertThat(all).isBetween(302, 303);
	}

	@Test
	void debtIsPaidBackFirst() {
		TokenBucket bucket = new TokenBucket(1000, this.time);
		bucket.take(2500);
		assertThat(bucket.isReady(this.time)).isFalse();
		assertThat(bucket.untilReady(this.time)).isBetween(1_501 * SECOND / 1000, 1_501 * SECOND / 1000 + 1);
		this.time += 1_501 * SECOND / 1000 + 1;
		assertThat(bucket.isReady(this.time)).isTrue();
		assertThat(bucket.untilReady(this.time)).isZero();
	}

	private int taken(TokenBucket bucket) {
		int count = 0;
		while (bucket.tryTake(this.time)) {
			count++;
		}
		return count;
	}

}
