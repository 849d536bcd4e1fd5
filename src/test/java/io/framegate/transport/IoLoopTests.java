package io.framegate.transport;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The sweep of an event loop.
 */
class IoLoopTests {

	@Test
	void sweepsGoOnAfterOneHasFailed() throws InterruptedException {
		CountDownLatch swept = new CountDownLatch(3);
		try (EventLoops loops = new EventLoops()) {
			Loop loop = loops.all().getFirst();
			loop.addSweeper(() -> {
				throw new IllegalStateException("as this test wants it");
			});
			loop.addSweeper(swept::countDown);
			assertThat(swept.await(5, TimeUnit.SECONDS)).isTrue();
		}
	}

}
