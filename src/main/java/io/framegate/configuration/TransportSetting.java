package io.framegate.configuration;

import java.util.Locale;

import io.framegate.route.Labelled;

/**
 * How event loops are to wait for sockets.
 */
public enum TransportSetting implements Labelled {

	/** The best that the machine has. */
	AUTO,

	/** Linux's io_uring, or no start. */
	IO_URING,

	/** Linux's epoll, or no start. */
	EPOLL,

	/** Java's own. */
	NIO;

	@Override
	public String label() {
		return name().toLowerCase(Locale.ROOT);
	}

}
