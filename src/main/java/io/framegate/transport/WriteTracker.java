package io.framegate.transport;

/**
 * Counts what was written to a connection and how much of it the peer's kernel took, to
 * the byte and to the frame. Event loop only; the counts may be read by any thread.
 */
public class WriteTracker {

	private static final int KEPT = 512;

	private static final int MORE = 0x80;

	private static final byte[] NOTHING = {};

	/**
	 * The sizes of the frames not known to be taken, seven bits a byte: fewer bytes than
	 * the frames have, however small they are.
	 */
	private byte[] sizes = NOTHING;

	/**
	 * Whether it varies what frames have besides their payload. Then that follows each
	 * size in {@link #sizes}.
	 */
	private final boolean overheadVaries;

	/** If so, the payload bytes of the frames not known to be taken. */
	private long pendingPayload;

	/**
	 * Where the first frame's size begins in {@link #sizes}, and where the last one's
	 * ends.
	 */
	private int head;

	private int tail;

	private int frames;

	/** Bytes written since the last frame that belong to none. */
	private int loose;

	/**
	 * Everything pending was written after all before it was taken, and the kernel has
	 * taken none of it.
	 */
	private boolean noneTakenSinceEmpty = true;

	private long bytesWritten;

	private long bytesTaken;

	private long framesTaken;

	/**
	 * Where the last completely taken frame ends, counted in bytes from the first.
	 */
	private long takenEnd;

	/**
	 * A tracker of nothing written yet.
	 * @param overheadVaries whether it varies what frames have besides their payload
	 */
	public WriteTracker(boolean overheadVaries) {
		this.overheadVaries = overheadVaries;
	}

	/**
	 * Counts what is written: frames, and bytes before, between and after them that
	 * belong to none.
	 * @param chunkEnds where each frame ends
	 * @param payloads how many bytes of payload each has, if their overhead varies
	 * @param count how many frames there are
	 * @param bytes how many bytes there are in all
	 */
	public void add(int[] chunkEnds, int[] payloads, int count, int bytes) {
		int begin = -this.loose;
		for (int i = 0; i < count; i++) {
			int size = chunkEnds[i] - begin;
			addSize(size);
			if (this.overheadVaries) {
				addSize(size - payloads[i]);
				this.pendingPayload += payloads[i];
			}
			begin = chunkEnds[i];
		}
		this.loose = bytes - begin;
		this.frames += count;
		this.bytesWritten += bytes;
	}

	private void addSize(int size) {
		if (this.tail + 5 > this.sizes.length) {
			makeRoom();
		}
		int rest = size;
		while (rest >= MORE) {
			this.sizes[this.tail++] = (byte) (rest | MORE);
			rest >>>= 7;
		}
		this.sizes[this.tail++] = (byte) rest;
	}

	private void makeRoom() {
		int waiting = this.tail - this.head;
		byte[] to = (2 * waiting + 5 > this.sizes.length) ? new byte[Math.max(16, 2 * this.sizes.length)] : this.sizes;
		System.arraycopy(this.sizes, this.head, to, 0, waiting);
		this.sizes = to;
		this.head = 0;
		this.tail = waiting;
	}

	/** Nothing was written for a while: a connection at rest needs no room for sizes. */
	public void rest() {
		if (this.frames == 0) {
			this.sizes = NOTHING;
			this.head = 0;
			this.tail = 0;
		}
	}

	/**
	 * Notes how much is still pending.
	 * @param pending bytes written that the kernel has not taken
	 * @return how many more frames were taken completely
	 */
	public int settle(long pending) {
		long takenBefore = this.bytesTaken;
		this.bytesTaken = this.bytesWritten - pending;
		int before = this.frames;
		if (pending == 0) {
			this.noneTakenSinceEmpty = true;
			this.takenEnd = this.bytesWritten;
			this.frames = 0;
			this.pendingPayload = 0;
			this.loose = 0;
			this.head = 0;
			this.tail = 0;
			if (this.sizes.length > KEPT) {
				this.sizes = NOTHING;
			}
		}
		else {
			this.noneTakenSinceEmpty &= this.bytesTaken == takenBefore;
			takeWhole();
		}
		int taken = before - this.frames;
		this.framesTaken += taken;
		return taken;
	}

	private void takeWhole() {
		while (this.frames > 0) {
			int before = this.head;
			int size = nextSize();
			if (this.takenEnd + size > this.bytesTaken) {
				this.head = before;
				return;
			}
			this.takenEnd += size;
			if (this.overheadVaries) {
				this.pendingPayload -= size - nextSize();
			}
			this.frames--;
		}
	}

	private int nextSize() {
		int size = 0;
		int shift = 0;
		byte octet;
		do {
			octet = this.sizes[this.head++];
			size |= (octet & MORE - 1) << shift;
			shift += 7;
		}
		while (octet < 0);
		return size;
	}

	public long bytesTaken() {
		return this.bytesTaken;
	}

	public long framesTaken() {
		return this.framesTaken;
	}

	public long bytesWritten() {
		return this.bytesWritten;
	}

	public boolean isNoneTakenSinceEmpty() {
		return this.noneTakenSinceEmpty;
	}

	public long pendingBytes() {
		return this.bytesWritten - this.bytesTaken;
	}

	public int pendingFrames() {
		return this.frames;
	}

	/**
	 * What the pending frames take, including their bookkeeping.
	 * @return a number of bytes
	 */
	public long heldBytes() {
		long pending = pendingBytes();
		return (pending > 0) ? pending + this.sizes.length : 0;
	}

	/**
	 * The payload bytes of the pending frames; a partly sent one counts whole.
	 * @param overhead what the framing adds to each frame, if that does not vary
	 * @return a number of bytes
	 */
	public long pendingPayload(int overhead) {
		if (this.overheadVaries) {
			return this.pendingPayload;
		}
		return Math.max(0, this.bytesWritten - this.takenEnd - this.loose - (long) overhead * pendingFrames());
	}

}
