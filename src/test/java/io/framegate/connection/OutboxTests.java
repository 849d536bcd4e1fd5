package io.framegate.connection;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What of the frames written was taken, and what was not.
 */
class OutboxTests {

	private static final int OVERHEAD = 2;

	private final Outbox outbox = new Outbox();

	@Test
	void frameThatLeftInPartCountsWhole() {
		this.outbox.add(new int[] { 12, 24, 36 }, 3, 36);
		assertThat(this.outbox.settle(36 - 17)).isEqualTo(1);
		assertThat(this.outbox.pendingFrames()).isEqualTo(2);
		assertThat(this.outbox.pendingPayload(OVERHEAD)).isEqualTo(20);
		assertThat(this.outbox.settle(1)).isEqualTo(1);
		assertThat(this.outbox.pendingPayload(OVERHEAD)).isEqualTo(10);
		this.outbox.add(new int[] { 7 }, 1, 7);
		assertThat(this.outbox.pendingPayload(OVERHEAD)).isEqualTo(15);
		assertThat(this.outbox.settle(0)).isEqualTo(2);
		assertThat(this.outbox.pendingPayload(OVERHEAD)).isZero();
		this.outbox.add(new int[] { 7 }, 1, 7);
		assertThat(this.outbox.settle(3)).isZero();
		assertThat(this.outbox.pendingPayload(OVERHEAD)).isEqualTo(5);
	}

}
