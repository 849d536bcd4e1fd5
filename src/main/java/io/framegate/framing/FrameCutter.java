package io.framegate.framing;

/**
 * Cuts the bytes of one connection into frames as they arrive, however they are split or
 * joined. Keeps the bytes of an incomplete frame in memory that grows with what arrives,
 * never with what a header announces, and holds none between frames. One thread at a
 * time.
 */
public interface FrameCutter {

	/**
	 * Cuts bytes. Each frame that they complete is passed to the sink at once, in order.
	 * @param bytes holds the bytes; not kept
	 * @param from index of the first byte
	 * @param to index after the last byte
	 * @param sink takes the frames
	 * @return the index after the last byte taken: {@code to}, or the index right after a
	 * frame if the sink asked to stop
	 * @throws FrameException if no frame can be cut any more: the sink wants no oversize
	 * frames skipped, a frame is longer than 64 MiB and 16 times the limit, or bytes are
	 * not allowed by this framing. Frames before the fault were passed on; the cutter
	 * must not be used again
	 */
	int cut(byte[] bytes, int from, int to, FrameSink sink) throws FrameException;

	/**
	 * The bytes received of a frame that is not complete, its header or start byte
	 * included.
	 * @return a number of bytes, 0 at a frame boundary
	 */
	int partialBytes();

	/**
	 * What the incomplete frame takes in memory: the size of the array that holds it.
	 * @return a number of bytes, few if the frame is passed over
	 */
	default int heldBytes() {
		return partialBytes();
	}

	/**
	 * What the incomplete frame looks like, so that a wrong framing is found at once.
	 * @return as {@link FirstBytes#resemblance}; empty if unknown
	 */
	default String resemblance() {
		return FirstBytes.resemblance(first(), partialBytes());
	}

	/**
	 * The first bytes of the incomplete frame as they came, its header or start byte
	 * included. Only for finding faults: they may be secret.
	 * @return a copy of at most {@link FirstBytes#ENOUGH} bytes; none at a frame
	 * boundary, or if unknown
	 */
	default byte[] first() {
		return new byte[0];
	}

}
