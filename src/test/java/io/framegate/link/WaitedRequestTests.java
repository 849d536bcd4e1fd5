package io.framegate.link;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

import io.framegate.testkit.TestUpstream;
import io.framegate.timeout.Timeout;
import io.framegate.transport.TestClock;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * When links give up requests that waited for them.
 */
class WaitedRequestTests {

	/**
	 * The link was swept before it got the request, which has waited for it: the clock
	 * stands still, so that nothing else makes the next sweep look.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "exclusive", "correlated" })
	void requestThatHasWaitedIsNotWaitedForLonger(String sharing) {
		TestClock clock = new TestClock();
		try (TestUpstream server = TestUpstream.sink();
				TestLinks owner = new TestLinks(Map.of("upstream.targets", server.address(), "upstream.sharing",
						sharing, "upstream.correlation.offset", "0", "upstream.correlation.length", "2"), clock)) {
			owner.connections().timeouts().set(Timeout.REPLY, Duration.ofSeconds(1));
			PermanentLinks links = owner.opened(1);
			awaitSweeps(owner);
			owner.connections()
				.inLoop(() -> owner.send(links.all().getFirst(), owner.exchange(owner.client(1).ago(950), "01 old")));
			Awaitility.await().until(() -> server.receivedCount() > 0);
			awaitSweeps(owner);
			assertThat(owner.ended()).isEmpty();
			clock.pass(50);
			Awaitility.await().untilAsserted(() -> assertThat(owner.ended()).containsExactly("01 old: REPLY_TIMEOUT"));
		}
	}

	/** All that is due now has been looked at. */
	private static void awaitSweeps(TestLinks owner) {
		CountDownLatch sweeps = new CountDownLatch(2);
		Runnable sweeper = sweeps::countDown;
		owner.loop().addSweeper(sweeper);
		Awaitility.await().until(() -> sweeps.getCount() == 0);
		owner.loop().removeSweeper(sweeper);
	}

}
