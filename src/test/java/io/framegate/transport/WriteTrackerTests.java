package io.framegate.transport;

import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What of the frames written was taken, and what was not.
 */
class WriteTrackerTests {

	private static final int OVERHEAD = 2;

	/** Payload sizes, where the overhead tells them. */
	private static final int[] NONE = {};

	private final WriteTracker tracker = new WriteTracker(false);

	@Test
	void frameThatLeftInPartCountsWhole() {
		this.tracker.add(new int[] { 12, 24, 36 }, NONE, 3, 36);
		assertThat(this.tracker.settle(36 - 17)).isEqualTo(1);
		assertThat(this.tracker.pendingFrames()).isEqualTo(2);
		assertThat(this.tracker.pendingPayload(OVERHEAD)).isEqualTo(20);
		assertThat(this.tracker.settle(1)).isEqualTo(1);
		assertThat(this.tracker.pendingPayload(OVERHEAD)).isEqualTo(10);
		this.tracker.add(new int[] { 7 }, NONE, 1, 7);
		assertThat(this.tracker.pendingPayload(OVERHEAD)).isEqualTo(15);
		assertThat(this.tracker.settle(0)).isEqualTo(2);
		assertThat(this.tracker.pendingPayload(OVERHEAD)).isZero();
		this.tracker.add(new int[] { 7 }, NONE, 1, 7);
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
		this.tracker.add(ends, NONE, count, count);
		assertThat(this.tracker.pendingFrames()).isEqualTo(count);
		assertThat(this.tracker.heldBytes()).isLessThan(3L * count);
		assertThat(this.tracker.settle(1)).isEqualTo(count - 1);
		assertThat(this.tracker.settle(0)).isEqualTo(1);
		assertThat(this.tracker.heldBytes()).isZero();
	}

	@Test
	void restKeepsWhatIsPending() {
		int[] twenty = IntStream.rangeClosed(1, 20).map((each) -> 200 * each).toArray();
		this.tracker.add(twenty, NONE, 20, 4000);
		this.tracker.settle(200);
		this.tracker.rest();
		assertThat(this.tracker.pendingFrames()).isEqualTo(1);
		assertThat(this.tracker.settle(0)).isEqualTo(1);
		this.tracker.rest();
		this.tracker.add(new int[] { 12, 300 }, NONE, 2, 300);
		assertThat(this.tracker.heldBytes()).as("with the sizes, in room taken anew").isEqualTo(300 + 16);
		assertThat(this.tracker.settle(288)).isEqualTo(1);
		assertThat(this.tracker.settle(0)).isEqualTo(1);
		assertThat(this.tracker.framesTaken()).isEqualTo(22);
	}

	@Test
	void framesOfAnySizeAreFoundAgain() {
		int[] sizes = { 0, 1, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152, 300_000_000 };
		int total = 0;
		for (int size : sizes) {
			this.tracker.add(new int[] { size }, NONE, 1, size);
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

	/**
	 * Such as with escapes: 10 bytes as 12, 3 as 300, none as 2, and 200,000 as 400,000.
	 */
	@Test
	void payloadsAreKnownWhereTheOverheadVaries() {
		WriteTracker varying = new WriteTracker(true);
		varying.add(new int[] { 12, 312, 314 }, new int[] { 10, 3, 0 }, 3, 314);
		assertThat(varying.pendingPayload(OVERHEAD)).isEqualTo(13);
		assertThat(varying.settle(314 - 11)).isZero();
		assertThat(varying.pendingPayload(OVERHEAD)).isEqualTo(13);
		assertThat(varying.settle(314 - 12)).isEqualTo(1);
		assertThat(varying.pendingPayload(OVERHEAD)).isEqualTo(3);
		varying.add(new int[] { 400_000 }, new int[] { 200_000 }, 1, 400_000);
		assertThat(varying.pendingPayload(OVERHEAD)).isEqualTo(200_003);
		assertThat(varying.settle(400_001)).isEqualTo(1);
		assertThat(varying.pendingPayload(OVERHEAD)).isEqualTo(200_000);
		assertThat(varying.settle(0)).isEqualTo(2);
		assertThat(varying.pendingPayload(OVERHEAD)).isZero();
		// The answer to a poll before and behind a frame is no payload.
		varying.add(new int[] { 9 }, new int[] { 4 }, 1, 12);
		assertThat(varying.pendingPayload(OVERHEAD)).isEqualTo(4);
	}

}
