package io.framegate.connection;

/**
 * Counts what was written to a connection and what of it the peer's kernel took, to the
 * byte and to the frame. Event loop only; the counts may be read by any thread.
 */
final class Outbox {

	private static final int KEPT = 64;

	/** Where the frames not known to be taken end, counted in bytes from the first. */
	private long[] ends = {};

	private int head;

	private int tail;

	private long bytesWritten;

	private long bytesTaken;

	/** How many bytes had been written when nothing was pending last. */
	private long emptyAt;

	private long framesTaken;

	/** Where the last frame ends that was taken whole. */
	private long takenEnd;

	void add(int[] chunkEnds, int count, int bytes) {
		int waiting = this.tail - this.head;
		if (this.tail + count > this.ends.length) {
			long[] to = (waiting + count > this.ends.length) ? new long[Math.max(2 * waiting, waiting + count)]
					: this.ends;
			System.arraycopy(this.ends, this.head, to, 0, waiting);
			this.ends = to;
			this.head = 0;
			this.tail = waiting;
		}
		for (int i = 0; i < count; i++) {
			this.ends[this.tail++] = this.bytesWritten + chunkEnds[i];
		}
		this.bytesWritten += bytes;
	}

	/**
	 * Takes note of how much is still pending.
	 * @param pending bytes written that the kernel has not taken
	 * @return how many frames more than before were taken whole
	 */
	int settle(long pending) {
		this.bytesTaken = this.bytesWritten - pending;
		int taken = 0;
		if (pending == 0) {
			this.emptyAt = this.bytesWritten;
			this.takenEnd = this.bytesWritten;
			taken = this.tail - this.head;
			this.head = 0;
			this.tail = 0;
			if (this.ends.length > KEPT) {
				this.ends = new long[0];
			}
		}
		else {
			while (this.head < this.tail && this.ends[this.head] <= this.bytesTaken) {
				this.takenEnd = this.ends[this.head++];
				taken++;
			}
		}
		this.framesTaken += taken;
		return taken;
	}

	long bytesTaken() {
		return this.bytesTaken;
	}

	long framesTaken() {
		return this.framesTaken;
	}

	long bytesWritten() {
		return this.bytesWritten;
	}

	/**
	 * Whether what is pending was written after everything before it was taken.
	 * @return whether the kernel has taken nothing of it
	 */
	boolean isNoneTakenSinceEmpty() {
		return this.bytesTaken == this.emptyAt;
	}

	long pendingBytes() {
		return this.bytesWritten - this.bytesTaken;
	}

	int pendingFrames() {
		return this.tail - this.head;
	}

	/**
	 * The payload bytes of the pending frames; one that left in part counts whole.
	 * @param overhead what the framing adds to each frame
	 * @return a number of bytes
	 */
	long pendingPayload(int overhead) {
		return Math.max(0, this.bytesWritten - this.takenEnd - (long) overhead * pendingFrames());
	}

}
