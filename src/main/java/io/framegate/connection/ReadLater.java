package io.framegate.connection;

import java.io.Serial;

/**
 * Stops Netty's reading of a socket: once FIN has come, it has no other way to leave what
 * is left in the kernel.
 */
final class ReadLater extends RuntimeException {

	static final ReadLater INSTANCE = new ReadLater();

	@Serial
	private static final long serialVersionUID = 1L;

	private ReadLater() {
		super("read later", null, false, false);
	}

}
