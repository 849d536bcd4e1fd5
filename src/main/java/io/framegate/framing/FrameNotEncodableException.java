package io.framegate.framing;

import java.io.IOException;
import java.io.Serial;

/**
 * A payload that a framing cannot carry: if it were written as it is, the peer would read
 * something else.
 */
public final class FrameNotEncodableException extends IOException {

	@Serial
	private static final long serialVersionUID = 1L;

	public FrameNotEncodableException(String refusal) {
		super(refusal);
	}

}
