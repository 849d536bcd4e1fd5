package io.framegate.tap;

/**
 * Writes what somebody who watches is told, one event after the other.
 */
public interface TapWriter {

	/**
	 * What comes first.
	 * @return its bytes
	 */
	byte[] begin();

	/**
	 * An event.
	 * @param event the event
	 * @return its bytes, perhaps none
	 */
	byte[] write(TapEvent event);

}
