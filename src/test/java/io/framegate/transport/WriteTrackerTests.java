package io.framegate.transport;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What of the frames written was taken, and what was not.
 */
class WriteTrackerTests {

	private static final int OVERHEAD = 2;

	private final WriteTracker tracker = new WriteTracker();

	@Test
	void frameThatLeftInPartCountsWhole() {
		this.tracker.add(new int[] { 12, 24, 36 }, 3, 36);
		assertThat(this.tracker.settle(36 - 17)).isEqualTo(1);
		assertThat(this.tracker.pendingFrames()).isEqualTo(2);
		assertThat(this.tracker.pendingPayload(OVERHEAD)).isEqualTo(20);
		assertThat(this.tracker.settle(1)).isEqualTo(1);
		assertThat(this.tracker.pendingPayload(OVERHEAD)).isEqualTo(10);
		this.tracker.add(new int[] { 7 }, 1, 7);
		assertThat(this.tracker.pendingPayload(OVERHEAD)).isEqualTo(15);
		assertThat(this.tracker.settle(0)).isEqualTo(2);
		assertThat(this.tracker.pendingPayload(OVERHEAD)).isZero();
		this.tracker.add(new int[] { 7 }, 1, 7);
		assertThat(this.tracker.settle(3)).isZero();
		assertThat(this.tracker.pendingPayload(OVERHEAD)).isEqualTo(5);
	}

	@Test
	void sizesOfFramesTakeNoMoreThanTheFrames() {
		int count = 100_000;
		int[] ends = new int[count];
		for (int i = 0; i < count; i++) {
			ends[i] = i + 1;
		}
		this.tracker.add(ends, count, count);
		assertThat(this.tracker.pendingFrames()).isEqualTo(count);
		assertThat(this.tracker.heldBytes()).isLessThan(3L * count);
		assertThat(this.tracker.settle(1)).isEqualTo(count - 1);
		assertThat(this.tracker.settle(0)).isEqualTo(1);
		assertThat(this.tracker.heldBytes()).isZero();
	}

	@Test
	void framesOfAnySizeAreFoundAgain() {
		int[] sizes = { 0, 1, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152, 300_000_000 };
		int total = 0;
		for (int size : sizes) {
			this.tracker.add(new int[] { size }, 1, size);
			total += size;
		}
		int end = 0;
		for (int size : sizes) {
			if (size > 0) {
				assertThat(this.tracker.settle(total - end - size + 1)).isZero();
			}
			end += size;
			// The empty frame has left with nothing.
			assertThat(this.tracker.settle(total - end)).isEqualTo(1);
		}
		assertThat(this.tracker.framesTaken()).isEqualTo(sizes.length);
	}

}
