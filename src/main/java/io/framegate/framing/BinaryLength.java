package io.framegate.framing;

import org.jspecify.annotations.Nullable;

/**
 * A length as a binary number, of which a mask may leave only some bits.
 *
 * @param length its bytes, 1 to 8
 * @param littleEndian whether the lowest byte is the first
 * @param mask the bits that are the length
 * @param others what the other bits are when it is written
 */
record BinaryLength(int length, boolean littleEndian, long mask, long others) implements LengthNumber {

	/**
	 * A number whose bits are all the length's.
	 */
	static long fullMask(int length) {
		return -1L >>> (Long.SIZE - Byte.SIZE * length);
	}

	/**
	 * Whether a {@link LengthHeader} is the same.
	 */
	boolean isPlain() {
		return (this.length == 1 || this.length == 2 || this.length == 4) && !(this.littleEndian && this.length > 1)
				&& this.mask == fullMask(this.length);
	}

	@Override
	public int longest() {
		return this.length;
	}

	@Override
	public long largest() {
		return (this.mask < 0) ? Long.MAX_VALUE : this.mask;
	}

	@Override
	public boolean carries(long value) {
		return value >= 0 && (value & ~this.mask) == 0;
	}

	@Override
	public int end(byte[] bytes, int from, int to) {
		return (to - from >= this.length) ? from + this.length : NONE;
	}

	@Override
	public long read(byte[] bytes, int from, int end) {
		long number = bits(bytes, from) & this.mask;
		return (number < 0) ? NONE : number;
	}

	private long inOrder(long number) {
		return this.littleEndian ? Long.reverseBytes(number) >>> (Long.SIZE - Byte.SIZE * this.length) : number;
	}

	/**
	 * All bits of a field.
	 */
	long bits(byte[] bytes, int from) {
		return inOrder(Octets.number(bytes, from, this.length));
	}

	@Override
	public @Nullable String fault(byte[] bytes, int from, int to) {
		int end = end(bytes, from, to);
		return (end == NONE || read(bytes, from, end) != NONE) ? null : "announced length has more than 63 bits";
	}

	@Override
	public int write(long value, byte[] target, int offset) {
		Octets.write(inOrder(value | this.others), target, offset, this.length);
		return this.length;
	}

}
