package io.framegate.actuate;

import io.framegate.tap.TapEvent;

/**
 * Writes what somebody who watches is told, one event after the other.
 */
interface TapWriter {

	/** What comes first. */
	byte[] begin();

	/**
	 * An event.
	 * @param event the event
	 * @return its bytes, perhaps none
	 */
	byte[] write(TapEvent event);

}
