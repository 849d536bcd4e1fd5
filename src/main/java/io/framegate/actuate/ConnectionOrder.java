package io.framegate.actuate;

import java.util.Comparator;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

import io.framegate.connection.FrameConnection;

import org.springframework.util.StringUtils;

/**
 * What connections can be sorted by. Equal ones stay in the order of their age.
 */
enum ConnectionOrder {

	/** The route's name. */
	ROUTE(FrameConnection::route),

	/** The side. */
	SIDE((FrameConnection connection) -> connection.side().label()),

	/** The state, by its name. */
	STATE((FrameConnection connection) -> connection.state().name()),

	/** The peer's address and port, as text. */
	REMOTE(FrameConnection::remoteText),

	/** How long it exists. */
	AGE((FrameConnection connection) -> -connection.number()),

	/** How long nothing was read or written. */
	IDLE((FrameConnection connection) -> -connection.lastActivity()),

	/** Frames read. */
	FRAMES_IN(FrameConnection::framesIn),

	/** Frames written. */
	FRAMES_OUT(FrameConnection::framesOut),

	/** Bytes read. */
	BYTES_IN(FrameConnection::bytesIn),

	/** Bytes written. */
	BYTES_OUT(FrameConnection::bytesOut),

	/** Bytes that the peer's kernel has not taken. */
	PENDING_BYTES(FrameConnection::pendingBytes),

	/** Exchanges in flight. */
	IN_FLIGHT((FrameConnection connection) -> connection.handler().inFlight());

	private final Function<FrameConnection, Place> place;

	ConnectionOrder(ToLongFunction<FrameConnection> number) {
		this.place = (connection) -> new Place(connection, number.applyAsLong(connection), "");
	}

	ConnectionOrder(Function<FrameConnection, String> text) {
		this.place = (connection) -> new Place(connection, 0, text.apply(connection));
	}

	/**
	 * The label: where it is a field of a connection, the field's name.
	 * @return such as {@code pendingBytes}
	 */
	String label() {
		String[] words = name().toLowerCase(Locale.ROOT).split("_", 2);
		return (words.length == 1) ? words[0] : words[0] + StringUtils.capitalize(words[1]);
	}

	/**
	 * Sorts connections.
	 * @param connections the connections, oldest first
	 * @param falling whether the greatest comes first
	 * @return the sorted connections
	 */
	Stream<FrameConnection> sort(Stream<FrameConnection> connections, boolean falling) {
		Comparator<Place> order = Comparator.comparingLong(Place::number).thenComparing(Place::text);
		return connections.map(this.place).sorted(falling ? order.reversed() : order).map(Place::connection);
	}

	/**
	 * A connection, and what its place depends on. Counts go on while connections are
	 * sorted, so each is read once.
	 *
	 * @param connection the connection
	 * @param number decides first
	 * @param text decides between equal numbers
	 */
	private record Place(FrameConnection connection, long number, String text) {

	}

}
