package io.framegate.framing;

import java.io.IOException;
import java.io.Serial;
import java.util.Arrays;

/**
 * Received bytes that cannot be cut into frames. Peers cause it, so it has no stack
 * trace.
 */
public final class FrameException extends IOException {

	@Serial
	private static final long serialVersionUID = 1L;

	/** What is wrong with the bytes. */
	public enum Fault {

		/** A payload longer than the limit. */
		TOO_LONG,

		/** Bytes that the framing does not allow. */
		BAD

	}

	private final Fault fault;

	private final String resemblance;

	/** May be secret. */
	private final transient byte[] first;

	public FrameException(Fault fault, String message) {
		this(fault, message, "");
	}

	/**
	 * A fault of a frame whose first bytes are known.
	 * @param fault what is wrong
	 * @param message says so
	 * @param resemblance what the bytes look like, as {@link FirstBytes#resemblance}
	 */
	FrameException(Fault fault, String message, String resemblance) {
		this(fault, message, resemblance, new byte[0]);
	}

	/**
	 * A fault of a frame whose first bytes are known.
	 * @param fault what is wrong
	 * @param message says so
	 * @param resemblance what the bytes look like, as {@link FirstBytes#resemblance}
	 * @param first the frame's first bytes as they came, its header or start byte
	 * included, {@link FirstBytes#ENOUGH} at most
	 */
	FrameException(Fault fault, String message, String resemblance, byte[] first) {
		super(message);
		this.fault = fault;
		this.resemblance = resemblance;
		this.first = first;
	}

	/**
	 * The frame's first bytes. Only for finding faults: they may be secret.
	 * @return {@link FirstBytes#ENOUGH} bytes at most, none if unknown
	 */
	public byte[] first() {
		return this.first;
	}

	/**
	 * A fault of a frame whose first bytes are known: they tell what it looks like.
	 * @param fault what is wrong
	 * @param message says so
	 * @param first the frame's first bytes as they came, {@link FirstBytes#ENOUGH} of
	 * them count
	 * @param received how many bytes have come since the frame began
	 */
	FrameException(Fault fault, String message, byte[] first, long received) {
		this(fault, message, Arrays.copyOf(first, Math.min(first.length, FirstBytes.ENOUGH)),
				(int) Math.min(Integer.MAX_VALUE, received));
	}

	private FrameException(Fault fault, String message, byte[] first, int received) {
		this(fault, message, FirstBytes.resemblance(first, received), first);
	}

	/**
	 * What the bytes received until the fault look like.
	 * @return as {@link FirstBytes#resemblance}; empty if unknown
	 */
	public String resemblance() {
		return this.resemblance;
	}

	public Fault fault() {
		return this.fault;
	}

	@Override
	public synchronized Throwable fillInStackTrace() {
		return this;
	}

}
