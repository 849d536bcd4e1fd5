package io.framegate.framing;

import org.jspecify.annotations.Nullable;

/**
 * How a length field writes its number. Immutable; any thread may call.
 */
sealed interface LengthNumber permits BinaryLength, DigitsLength, BcdLength, VarintLength {

	/** There is no such index, or no such number. */
	int NONE = -1;

	/** The length of a number whose length varies. */
	int VARIES = -1;

	/**
	 * How many bytes every number takes.
	 * @return a number of bytes, or {@link #VARIES}
	 */
	int length();

	/**
	 * The most bytes that a number takes when it is written.
	 */
	int longest();

	/**
	 * The largest number that can be written.
	 */
	long largest();

	/**
	 * Whether a number can be written.
	 */
	default boolean carries(long value) {
		return value >= 0 && value <= largest();
	}

	/**
	 * Where a number ends.
	 * @param bytes holds it
	 * @param from index of its first byte
	 * @param to index after the last byte there is
	 * @return the index after its last byte, {@link #NONE} if that has not come, or there
	 * is no number
	 */
	int end(byte[] bytes, int from, int to);

	/**
	 * Reads a number that has an end.
	 * @param bytes holds it
	 * @param from index of its first byte
	 * @param end the index after its last byte
	 * @return 0 or more, or {@link #NONE} if it has a {@link #fault}
	 */
	long read(byte[] bytes, int from, int end);

	/**
	 * What is wrong with a number, as soon as it can be seen.
	 * @param bytes holds the frame from its first byte
	 * @param from index of the number's first byte
	 * @param to index after the last byte there is; those after the number don't matter
	 * @return a message, or {@code null}
	 */
	@Nullable String fault(byte[] bytes, int from, int to);

	/**
	 * Writes a number.
	 * @param value a number that this {@link #carries}
	 * @param target where to write
	 * @param offset the index of the first byte to write
	 * @return the number of bytes written
	 */
	int write(long value, byte[] target, int offset);

}
