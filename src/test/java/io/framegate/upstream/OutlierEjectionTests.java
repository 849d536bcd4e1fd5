package io.framegate.upstream;

import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * When a target is left alone, for how long, and what makes it trusted again.
 */
class OutlierEjectionTests {

	private static final int FALL = 3;

	private final OutlierEjection ejection = new OutlierEjection(FALL);

	/** Any time will do, also one after which the clock overflows. */
	private long now = Long.MAX_VALUE - TimeUnit.SECONDS.toNanos(5);

	private void fail(int times, Evidence what) {
		for (int i = 0; i < times; i++) {
			this.ejection.failed(what, this.now);
		}
	}

	private void pass(long millis) {
		this.now += TimeUnit.MILLISECONDS.toNanos(millis);
	}

	/** Each pause is shorter by up to a fifth, by chance. */
	@ParameterizedTest
	@CsvSource({ "1, 1000", "2, 2000", "3, 4000", "6, 32000", "7, 60000", "20, 60000" })
	void pauseDoublesUpToAMinute(int ejections, long longestMillis) {
		fail(FALL, Evidence.CONNECT);
		for (int i = 1; i < ejections; i++) {
			pass(60_000);
			// The first after the pause decides.
			fail(1, Evidence.CONNECT);
		}
		long shortest = longestMillis * 4 / 5;
		pass(shortest - 1);
		assertThat(this.ejection.isTrialDue(this.now)).isFalse();
		pass(longestMillis - shortest + 1);
		assertThat(this.ejection.isTrialDue(this.now)).isTrue();
		assertThat(this.ejection.isEjected()).isTrue();
	}

	@Test
	void whatFailsDuringThePauseChangesNothing() {
		fail(FALL, Evidence.CONNECT);
		pass(500);
		fail(10, Evidence.CONNECT);
		pass(500);
		assertThat(this.ejection.isTrialDue(this.now)).isTrue();
	}

	/** What it failed to do, what it does then, and whether it is trusted again. */
	@ParameterizedTest
	@CsvSource({ "CONNECT, CONNECT, true", "CONNECT, EXCHANGE, true", "ANSWER, CONNECT, false", "ANSWER, ANSWER, true",
			"EXCHANGE, CONNECT, false", "EXCHANGE, ANSWER, false", "EXCHANGE, EXCHANGE, true" })
	void isTrustedAgain(Evidence failed, Evidence proof, boolean trusted) {
		fail(FALL, failed);
		this.ejection.succeeded(proof, this.now);
		assertThat(this.ejection.isEjected()).isEqualTo(!trusted);
		assertThat(this.ejection.isSuspect()).isEqualTo(!trusted);
		assertThat(this.ejection.isSilent()).isEqualTo(!trusted);
	}

	@ParameterizedTest
	@CsvSource({ "ANSWER, CONNECT", "EXCHANGE, CONNECT", "EXCHANGE, ANSWER" })
	void weakerProofCountsAsTheTrialAfterThePause(Evidence failed, Evidence proof) {
		fail(FALL, failed);
		assertThat(this.ejection.probed(proof, this.now)).isFalse();
		assertThat(this.ejection.isEjected()).isTrue();
		pass(1000);
		assertThat(this.ejection.probed(proof, this.now)).isTrue();
		assertThat(this.ejection.isEjected()).isFalse();
		assertThat(this.ejection.isSuspect()).isTrue();
		// It is on probation: one failure is enough.
		fail(1, Evidence.CONNECT);
		assertThat(this.ejection.isEjected()).isTrue();
	}

	@Test
	void firstPauseIsShortAgainOnceItWasTrusted() {
		fail(FALL, Evidence.CONNECT);
		pass(1000);
		fail(1, Evidence.CONNECT);
		this.ejection.succeeded(Evidence.CONNECT, this.now);
		fail(FALL - 1, Evidence.CONNECT);
		assertThat(this.ejection.isEjected()).isFalse();
		fail(1, Evidence.CONNECT);
		pass(1000);
		assertThat(this.ejection.isTrialDue(this.now)).isTrue();
	}

}
