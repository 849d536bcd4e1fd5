package io.framegate.exchange;

import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How many places of a line a client may have, by what clients wait.
 */
class FairShareTests {

	private static final Requester GREEDY = new TestRequester(null, "127.0.0.1");

	private static final Requester MODEST = new TestRequester(null, "127.0.0.1");

	private final FairShare share = new FairShare();

	/** Any time will do, also one before which the clock overflows. */
	private long now = Long.MAX_VALUE - TimeUnit.SECONDS.toNanos(1);

	private void pass(long millis) {
		this.now += TimeUnit.MILLISECONDS.toNanos(millis);
	}

	/** Both send, and are answered after so many milliseconds. */
	private void period(double waitMillis) {
		long sent = this.now;
		this.share.sent(GREEDY, sent);
		this.share.sent(MODEST, sent);
		this.share.answered(sent, sent + (long) (waitMillis * 1_000_000));
		pass(100);
		this.share.sweep(this.now);
	}

	@Test
	void clientThatIsAloneHasAllPlaces() {
		for (int i = 0; i < 20; i++) {
			this.share.sent(GREEDY, this.now);
			this.share.answered(this.now, this.now + TimeUnit.SECONDS.toNanos(1));
			pass(100);
			this.share.sweep(this.now);
			assertThat(this.share.places()).isEqualTo(FairShare.MAX);
		}
	}

	@Test
	void shareShrinksAsSoonAsThereAreTwo() {
		this.share.sent(GREEDY, this.now);
		this.share.sent(MODEST, this.now);
		assertThat(this.share.places()).isEqualTo(FairShare.MIN);
	}

	/** A serial server: the wait is the service time for both clients' places. */
	@ParameterizedTest
	@CsvSource({ "20, 2, 8", "10, 2, 8", "2, 2, 16", "1, 2, 16", "0.02, 64, 64" })
	void shareFollowsTheTimeTheServerTakes(double serviceMillis, int least, int most) {
		for (int i = 0; i < 100; i++) {
			period(serviceMillis * (this.share.places() + 1));
			if (i > 10) {
				assertThat(this.share.places()).as("after %d periods", i).isBetween(least, most);
			}
		}
	}

	@Test
	void shareGrowsWhereTheWaitIsTheNetworks() {
		for (int i = 0; i < 6; i++) {
			period(40);
		}
		assertThat(this.share.places()).isEqualTo(FairShare.MAX);
	}

	@Test
	void shareShrinksAgainWhenTheServerBecomesSlow() {
		for (int i = 0; i < 6; i++) {
			period(0.5);
		}
		assertThat(this.share.places()).isEqualTo(FairShare.MAX);
		for (int i = 0; i < 6; i++) {
			period(5.0 * (this.share.places() + 1));
		}
		assertThat(this.share.places()).isEqualTo(FairShare.MIN);
	}

	/** A period takes a tenth of a second. */
	@Test
	void shareThatWasHalvedDoesNotGrowForTwoSeconds() {
		for (int i = 0; i < 6; i++) {
			period(0.5);
		}
		period(100);
		for (int i = 1; i < 20; i++) {
			period(0.5);
			assertThat(this.share.places()).as("after %d periods", i).isEqualTo(FairShare.MAX / 2);
		}
		period(0.5);
		assertThat(this.share.places()).isEqualTo(FairShare.MAX);
	}

	@Test
	void waitThatBeganBeforeTheOtherCameDoesNotCount() {
		this.share.sent(GREEDY, this.now);
		long sent = this.now;
		pass(1);
		this.share.sent(MODEST, this.now);
		this.share.answered(sent, this.now + 1);
		this.share.sweep(this.now + 1);
		assertThat(this.share.places()).isEqualTo(FairShare.MIN);
	}

	@Test
	void clientThatIsAloneAgainHasAllPlacesAgain() {
		period(20 * 3);
		period(20 * 9);
		assertThat(this.share.places()).isLessThan(FairShare.MAX);
		this.share.sent(GREEDY, this.now);
		this.now += FairShare.COMPANY + 1;
		this.share.sent(GREEDY, this.now);
		this.share.sweep(this.now);
		assertThat(this.share.places()).isEqualTo(FairShare.MAX);
	}

}
