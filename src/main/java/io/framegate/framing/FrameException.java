package io.framegate.framing;

import java.io.IOException;
import java.io.Serial;

/**
 * Received bytes that cannot be cut into frames. An expected fault of a peer, so it
 * carries no stack trace.
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

	public FrameException(Fault fault, String message) {
		super(message);
		this.fault = fault;
	}

	public Fault fault() {
		return this.fault;
	}

	@Override
	public synchronized Throwable fillInStackTrace() {
		return this;
	}

}
