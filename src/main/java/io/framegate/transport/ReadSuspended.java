package io.framegate.transport;

import java.io.Serial;

/**
 * Stops Netty's reading of a socket: after FIN, Netty has no other way to keep unread
 * bytes in the kernel.
 */
public final class ReadSuspended extends RuntimeException {

	public static final ReadSuspended INSTANCE = new ReadSuspended();

	@Serial
	private static final long serialVersionUID = 1L;

	private ReadSuspended() {
		super("read later", null, false, false);
	}

}
