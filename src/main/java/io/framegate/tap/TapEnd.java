package io.framegate.tap;

import java.util.Locale;

/**
 * Why a tap ends.
 */
public enum TapEnd {

	/** As many frames were seen as were asked for. */
	COUNT,

	/** Its time is over. */
	TIME,

	/** The connection is closed. */
	CLOSED,

	/** The route was changed or replaced. */
	RELOAD,

	/** The route was removed. */
	REMOVED,

	/** The gateway stops. */
	SHUTDOWN,

	/** The reader has gone. */
	DISCONNECT,

	/** A fault of the gateway. */
	ERROR;

	public String label() {
		return name().toLowerCase(Locale.ROOT);
	}

}
