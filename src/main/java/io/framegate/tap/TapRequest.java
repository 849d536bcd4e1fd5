package io.framegate.tap;

import io.framegate.connection.FrameConnection;
import org.jspecify.annotations.Nullable;

/**
 * Which frames somebody wants to see, and how many.
 *
 * @param route of this route, {@code null} for any
 * @param connection of the connection with this id, {@code null} for any
 * @param remote of peers with this address, with or without a port, {@code null} for any
 * @param count how many frames, at least 1
 * @param size how many bytes of each
 * @param nanos for how long
 */
public record TapRequest(@Nullable String route, @Nullable String connection, @Nullable String remote, int count,
		int size, long nanos) {

	boolean matches(FrameConnection from) {
		return (this.connection == null || from.getConnectionId().equals(this.connection))
				&& (this.remote == null || isFrom(this.remote, from));
	}

	private static boolean isFrom(String remote, FrameConnection from) {
		return from.remoteText().equals(remote) || from.getHostAddress().equals(remote);
	}

}
