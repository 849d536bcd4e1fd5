package io.framegate.connection;

import java.util.Collection;
import java.util.Collections;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;

import io.framegate.closure.Side;
import io.framegate.metrics.RouteMetrics;
import org.jspecify.annotations.Nullable;

import org.springframework.messaging.Message;
import org.springframework.messaging.MessageHeaders;

/**
 * All current connections. Any thread may call.
 */
public final class ConnectionRegistry implements FrameConnection.Registry {

	/** Distinguishes the ids of this process from those of an earlier one. */
	private final String prefix = Long.toString(System.currentTimeMillis(), Character.MAX_RADIX) + "-";

	private final AtomicLong next = new AtomicLong();

	/** By number, oldest first: a page of them begins anywhere. */
	private final ConcurrentNavigableMap<Long, FrameConnection> connections = new ConcurrentSkipListMap<>();

	private final Lingering lingering = new Lingering();

	private final ConnectionCounts census = new ConnectionCounts();

	/** How many refused clients the process keeps. */
	Lingering lingering() {
		return this.lingering;
	}

	@Override
	public long nextNumber() {
		return this.next.incrementAndGet();
	}

	@Override
	public String id(long number) {
		return this.prefix + Long.toString(number, Character.MAX_RADIX);
	}

	@Override
	public void add(FrameConnection connection) {
		connection.parts().lifecycle.countedIn(this.census.of(connection.route(), connection.side()));
		this.connections.put(connection.number(), connection);
	}

	@Override
	public void remove(FrameConnection connection) {
		this.connections.remove(connection.number());
	}

	/**
	 * The number in an id of this process, even if its connection is closed.
	 * @param id a connection's id
	 * @return its {@link FrameConnection#number()}; empty if no connection had this id
	 */
	public OptionalLong number(String id) {
		if (id.startsWith(this.prefix)) {
			try {
				long number = Long.parseLong(id.substring(this.prefix.length()), Character.MAX_RADIX);
				if (number > 0 && number <= this.next.get() && id(number).equals(id)) {
					return OptionalLong.of(number);
				}
			}
			catch (NumberFormatException ex) {
				return OptionalLong.empty();
			}
		}
		return OptionalLong.empty();
	}

	public @Nullable FrameConnection find(String id) {
		OptionalLong number = number(id);
		return number.isPresent() ? this.connections.get(number.getAsLong()) : null;
	}

	/**
	 * The connection that a frame's message came from, even if a user's flow has built a
	 * new message of it.
	 * @param message a message with an {@code ip_connectionId} header
	 * @return the connection, or {@code null} if it is closed or the header is missing
	 */
	public @Nullable FrameConnection source(Message<?> message) {
		if (message.getHeaders() instanceof ConnectionHeaders headers) {
			return headers.connection();
		}
		Object id = message.getHeaders().get(org.springframework.integration.ip.IpHeaders.CONNECTION_ID);
		return (id != null) ? find(id.toString()) : null;
	}

	/**
	 * Shows how many of a route's connections are in which state.
	 * @param metrics the route's metrics
	 * @param route its name
	 */
	public void showStates(RouteMetrics metrics, String route) {
		this.census.show(metrics, route);
	}

	@Override
	public MessageHeaders headers(FrameConnection connection) {
		return new ConnectionHeaders(connection);
	}

	/**
	 * All current connections, oldest first.
	 */
	public Collection<FrameConnection> all() {
		return Collections.unmodifiableCollection(this.connections.values());
	}

	/**
	 * Those that are younger than another, oldest first.
	 * @param number the other one's {@link FrameConnection#number()}
	 */
	public Collection<FrameConnection> after(long number) {
		return Collections.unmodifiableCollection(this.connections.tailMap(number, false).values());
	}

	/**
	 * How many there are, without looking at each.
	 * @param route of this route, {@code null} for all
	 * @param side on this side, {@code null} for both
	 * @param state in this state, {@code null} for any
	 */
	public long count(@Nullable String route, @Nullable Side side, @Nullable ConnectionState state) {
		return this.census.total(route, side, state);
	}

}
