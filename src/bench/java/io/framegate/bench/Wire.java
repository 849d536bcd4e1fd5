package io.framegate.bench;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * How the bytes of a client get to its gateway and back: as they are, or through TLS.
 * Both calls return at once.
 */
interface Wire {

	/**
	 * Reads what there is.
	 * @param to takes it
	 * @return how many bytes, -1 for the end
	 */
	int read(ByteBuffer to) throws IOException;

	/**
	 * Writes what the socket takes.
	 * @param from what is to be written
	 * @return whether nothing is left
	 */
	boolean write(ByteBuffer from) throws IOException;

}
