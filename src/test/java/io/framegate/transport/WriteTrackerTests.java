package io.framegate.transport;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What of the frames written was taken, and what was not.
 */
class WriteTrackerTests {

	private static final int OVERHEAD = 2;

	private final WriteTracker outbox = new WriteTracker();

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

	@Test
	void sizesOfFramesTakeNoMoreThanTheFrames() {
		int count = 100_000;
		int[] ends = new int[count];
		for (int i = 0; i < count; i++) {
			ends[i] = i + 1;
		}
		this.outbox.add(ends, count, count);
		assertThat(this.outbox.pendingFrames()).isEqualTo(count);
		assertThat(this.outbox.heldBytes()).isLessThan(3L * count);
		assertThat(this.outbox.settle(1)).isEqualTo(count - 1);
		assertThat(this.outbox.settle(0)).isEqualTo(1);
		assertThat(this.outbox.heldBytes()).isZero();
	}

	@Test
	void framesOfAnySizeAreFoundAgain() {
		int[] sizes = { 0, 1, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152, 300_000_000 };
		int total = 0;
		for (int size : sizes) {
			this.outbox.add(new int[] { size }, 1, size);
			total += size;
		}
		int end = 0;
		for (int size : sizes) {
			if (size > 0) {
				assertThat(this.outbox.settle(total - end - size + 1)).isZero();
			}
			end += size;
			// The empty frame has left with nothing.
			assertThat(this.outbox.settle(total - end)).isEqualTo(1);
		}
		assertThat(this.outbox.framesTaken()).isEqualTo(sizes.length);
	}

}
