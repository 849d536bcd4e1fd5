package io.framegate.tap;

import java.net.InetSocketAddress;
import java.time.Instant;

import io.framegate.closure.Side;
import org.jspecify.annotations.Nullable;

/**
 * A frame as it may be seen.
 *
 * @param time when it passed
 * @param route the route's name
 * @param connection the connection's id
 * @param side the connection's side
 * @param in whether it came from the peer
 * @param remote the peer's address and port
 * @param peer the peer's address
 * @param local the gateway's address, if it is known
 * @param length the length of its payload in bytes
 * @param bytes the first of them, hidden ones replaced
 * @param masked whether any of them was hidden
 */
public record TappedFrame(Instant time, String route, String connection, Side side, boolean in, String remote,
		InetSocketAddress peer, @Nullable InetSocketAddress local, int length, byte[] bytes, boolean masked) {

	public boolean isTruncated() {
		return this.bytes.length < this.length;
	}

}
