package io.framegate.framing;

import java.util.random.RandomGenerator;

/**
 * Draws what a fuzzer chose: each number from the next byte, or few. Zeros when there are
 * no more.
 */
final class DrawnFrom implements RandomGenerator {

	private final byte[] bytes;

	private int at;

	DrawnFrom(byte[] bytes, int from) {
		this.bytes = bytes;
		this.at = from;
	}

	private int next() {
		return (this.at < this.bytes.length) ? this.bytes[this.at++] & 0xFF : 0;
	}

	@Override
	public boolean nextBoolean() {
		return (next() & 1) != 0;
	}

	@Override
	public int nextInt(int bound) {
		return ((bound <= 256) ? next() : next() << 8 | next()) % bound;
	}

	@Override
	public int nextInt(int origin, int bound) {
		return origin + nextInt(bound - origin);
	}

	@Override
	public long nextLong() {
		long number = 0;
		for (int i = 0; i < Long.BYTES; i++) {
			number = number << Byte.SIZE | next();
		}
		return number;
	}

}
