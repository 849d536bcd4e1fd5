package io.framegate.inbound;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

import io.framegate.closure.Cause;
import io.framegate.closure.CloseReason;
import io.framegate.closure.Side;
import io.framegate.connection.FrameConnection;
import io.framegate.connection.TokenBucket;
import io.framegate.metrics.RouteMetrics;
import io.framegate.route.AddressBlock;
import io.framegate.route.Listen;
import io.framegate.transport.Addresses;
import org.jspecify.annotations.Nullable;

/**
 * Decides which clients a route takes: by their addresses, by how many there are, and by
 * how fast they come. A route and the one that it replaces share it, because limits count
 * the connections of both. Who decides and then makes a connection holds its lock
 * meanwhile. Any thread may call.
 */
public final class Admission {

	private final RouteMetrics metrics;

	/** The clients' addresses, while their connections are counted. */
	private final Map<FrameConnection, InetAddress> addresses = new HashMap<>();

	/** How many connections each address has. */
	private final Map<InetAddress, Integer> counts = new HashMap<>();

	/** Clients whose proxies have still to say who they are. */
	private final Set<FrameConnection> unknown = new HashSet<>();

	/** How many refused clients have not left yet. */
	private int leaving;

	private @Nullable TokenBucket accepts;

	private int acceptRate;

	public Admission(RouteMetrics metrics) {
		this.metrics = metrics;
	}

	/**
	 * Why a client's address is refused.
	 * @param address the address
	 * @param listen the rules
	 * @return the cause, or {@code null}
	 */
	static @Nullable Cause denial(InetAddress address, Listen listen) {
		AddressBlock block = listen.deniedBy(address);
		return (block != null) ? denied(address, "listen.deny (" + block + ")") : null;
	}

	/**
	 * Why a client is refused whose address is known for certain.
	 * @param address the address
	 * @param listen the rules
	 * @return the cause, or {@code null}
	 */
	static @Nullable Cause denialOfKnown(InetAddress address, Listen listen) {
		Cause denial = denial(address, listen);
		return (denial != null || listen.allows(address)) ? denial
				: denied(address, "listen.allow, which does not name it");
	}

	private static Cause denied(InetAddress address, String rule) {
		return Cause.byGateway(CloseReason.DENIED,
				Addresses.text(AddressBlock.plain(address)) + " is refused by " + rule);
	}

	/**
	 * Whether there are too many connections for another one. Refused clients that have
	 * not left yet take nobody's place.
	 * @param listen the rules
	 * @return the cause, or {@code null}
	 */
	synchronized @Nullable Cause excess(Listen listen) {
		int most = listen.maxConnections();
		return (most > 0 && this.metrics.active(Side.INBOUND) - this.leaving >= most)
				? Cause.byGateway(CloseReason.LIMIT_CONNECTIONS, "max-connections (" + most + ") reached") : null;
	}

	/**
	 * Whether there are too many connections of a client's address, or they come too
	 * fast. One that is not refused counts as accepted in this second.
	 * @param address the address
	 * @param listen the rules
	 * @param now the time, a {@link System#nanoTime()} stamp
	 * @return the cause, or {@code null}
	 */
	synchronized @Nullable Cause excessOfKnown(InetAddress address, Listen listen, long now) {
		int most = listen.maxConnectionsPerIp();
		if (most > 0 && this.counts.getOrDefault(AddressBlock.plain(address), 0) >= most) {
			return Cause.byGateway(CloseReason.LIMIT_PER_IP, "max-connections-per-ip (" + most + ") reached");
		}
		int rate = listen.maxAcceptsPerSecond();
		if (rate != this.acceptRate) {
			this.acceptRate = rate;
			this.accepts = (rate > 0) ? new TokenBucket(rate, now) : null;
		}
		return (this.accepts == null || this.accepts.tryTake(now)) ? null
				: Cause.byGateway(CloseReason.LIMIT_RATE, "max-accepts-per-second (" + rate + ") reached");
	}

	/**
	 * A connection is taken whose proxy has still to say who the client is.
	 * @param connection the connection
	 */
	synchronized void awaitAddress(FrameConnection connection) {
		this.unknown.add(connection);
		connection.whenClosed().thenRun(() -> addressKnown(connection));
	}

	/**
	 * The proxy has said who the client is.
	 * @param connection the client's connection
	 */
	synchronized void addressKnown(FrameConnection connection) {
		this.unknown.remove(connection);
	}

	/**
	 * A client whose connection was taken is refused after all.
	 * @param connection its connection, which closes
	 */
	synchronized void leaves(FrameConnection connection) {
		this.leaving++;
		connection.whenClosed().thenRun(this::left);
	}

	private synchronized void left() {
		this.leaving--;
	}

	/**
	 * Counts a client's connection by its address until it is closed, if there is a
	 * limit.
	 * @param connection the connection
	 * @param listen the rules
	 */
	synchronized void count(FrameConnection connection, Listen listen) {
		if (listen.maxConnectionsPerIp() > 0 && !this.addresses.containsKey(connection)) {
			InetAddress address = AddressBlock.plain(connection.remote().getAddress());
			this.addresses.put(connection, address);
			this.counts.merge(address, 1, Integer::sum);
			connection.whenClosed().thenRun(() -> forget(connection));
		}
	}

	private synchronized void forget(FrameConnection connection) {
		InetAddress address = this.addresses.remove(connection);
		if (address != null) {
			this.counts.computeIfPresent(address, (same, count) -> (count > 1) ? count - 1 : null);
		}
	}

	/**
	 * Counts connections by address from now on, or no more.
	 * @param listen the new rules
	 * @param open the connections that are there
	 */
	synchronized void change(Listen listen, Iterable<FrameConnection> open) {
		if (listen.maxConnectionsPerIp() == 0) {
			this.addresses.clear();
			this.counts.clear();
		}
		for (FrameConnection connection : open) {
			if (!this.unknown.contains(connection)) {
				count(connection, listen);
			}
		}
	}

}
