package io.framegate.connection;

import java.net.InetSocketAddress;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

import io.framegate.proxy.ProxyHeader;

import org.springframework.context.ApplicationEventPublisher;
import org.springframework.integration.ip.tcp.connection.TcpListener;

/**
 * Which connection it is, and who its peer is. Any thread may call what reads.
 */
abstract class PeerConnection extends SpringConnection {

	private final long number;

	private final ConnectionIds ids;

	/** Nanoseconds since 1970, where an Instant would take three times as much. */
	private final long openedAt = ChronoUnit.NANOS.between(Instant.EPOCH, Instant.now());

	private volatile InetSocketAddress remote;

	private volatile PeerIdentity identity = PeerIdentity.UNKNOWN;

	PeerConnection(ConnectionIds ids, InetSocketAddress remote, TcpListener listener,
			ApplicationEventPublisher publisher) {
		super(listener, publisher);
		this.number = ids.nextNumber();
		this.ids = ids;
		this.remote = remote;
	}

	@Override
	public String getConnectionId() {
		return this.ids.id(this.number);
	}

	/**
	 * Its place among the connections of this process, oldest first.
	 * @return a number that rises by one with each connection
	 */
	public long number() {
		return this.number;
	}

	/**
	 * The peer's address: the one in its PROXY header, if it came with one.
	 * @return address and port
	 */
	@Override
	public InetSocketAddress remote() {
		return this.remote;
	}

	/**
	 * What the peer has shown of itself besides its address.
	 */
	public PeerIdentity identity() {
		return this.identity;
	}

	/**
	 * The peer has shown something of itself. Event loop only, before the connection is
	 * open: messages of its frames carry it.
	 * @param shown all that it has shown so far
	 */
	public void identify(PeerIdentity shown) {
		this.identity = shown;
		ProxyHeader header = shown.proxy();
		if (header != null && header.source() instanceof InetSocketAddress client) {
			this.remote = client;
		}
	}

	public Instant openedAt() {
		return Instant.EPOCH.plusNanos(this.openedAt);
	}

}
