package io.framegate.tls;

import java.util.Arrays;

/**
 * Which plaintext lies in which TLS record, so that what the peer's kernel has taken is
 * known to the byte though it takes ciphertext: a peer can read nothing of an incomplete
 * record. The connection's event loop only.
 */
final class WrittenRecords {

	private static final int KEPT = 64;

	/** For each record not known to be taken: its plaintext's size, and its own. */
	private int[] sizes = {};

	private int head;

	private int tail;

	/** Ciphertext without plaintext since the last record: handshakes, alerts. */
	private int without;

	private boolean lastWithout;

	private long plainWritten;

	private long cipherWritten;

	/** Where the last record with plaintext ends in the ciphertext. */
	private long plainEnd;

	private long plainTaken;

	/** Where the last record that was taken whole ends in the ciphertext. */
	private long takenEnd;

	/**
	 * Something was encrypted.
	 * @param plain bytes of plaintext
	 * @param cipher bytes of ciphertext
	 */
	void add(int plain, int cipher) {
		this.lastWithout = plain == 0;
		if (plain == 0) {
			this.without += cipher;
		}
		else {
			if (this.tail + 2 > this.sizes.length) {
				makeRoom();
			}
			this.sizes[this.tail++] = plain;
			this.sizes[this.tail++] = cipher + this.without;
			this.without = 0;
			this.plainWritten += plain;
		}
		this.cipherWritten += cipher;
		if (plain > 0) {
			this.plainEnd = this.cipherWritten;
		}
	}

	/** Where the last record with plaintext ends in the ciphertext, 0 for none. */
	long plainEnd() {
		return this.plainEnd;
	}

	/** Whether what was encrypted last had no plaintext. */
	boolean isLastWithout() {
		return this.lastWithout;
	}

	private void makeRoom() {
		int waiting = this.tail - this.head;
		int[] to = (2 * waiting + 2 > this.sizes.length) ? new int[Math.max(16, 2 * this.sizes.length)] : this.sizes;
		System.arraycopy(this.sizes, this.head, to, 0, waiting);
		this.sizes = to;
		this.head = 0;
		this.tail = waiting;
	}

	/**
	 * How much plaintext was taken.
	 * @param cipherTaken how much ciphertext was
	 * @return bytes since the beginning
	 */
	long plainTaken(long cipherTaken) {
		if (cipherTaken >= this.cipherWritten) {
			this.plainTaken = this.plainWritten;
			this.takenEnd = this.cipherWritten;
			this.without = 0;
			this.head = 0;
			this.tail = 0;
			if (this.sizes.length > KEPT) {
				this.sizes = Arrays.copyOf(this.sizes, 16);
			}
			return this.plainTaken;
		}
		while (this.head < this.tail && this.takenEnd + this.sizes[this.head + 1] <= cipherTaken) {
			this.plainTaken += this.sizes[this.head];
			this.takenEnd += this.sizes[this.head + 1];
			this.head += 2;
		}
		return this.plainTaken;
	}

}
