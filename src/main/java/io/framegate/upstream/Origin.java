package io.framegate.upstream;

import java.net.InetAddress;
import java.util.concurrent.atomic.AtomicInteger;

import io.framegate.connection.Cause;
import io.framegate.connection.Loop;
import org.jspecify.annotations.Nullable;

/**
 * Where exchanges come from: a client, or the gateway itself. Its methods are called on
 * its own loop.
 */
public abstract class Origin {

	/** How many of its exchanges stand in line on an ordered or one-way link. */
	private final AtomicInteger inLine = new AtomicInteger();

	/** The link in whose line they stand, or stood last; the shard's loop alone asks. */
	private @Nullable Link lane;

	public abstract Loop loop();

	public abstract @Nullable InetAddress address();

	/**
	 * The reply is there; for a route without replies, the request has left.
	 * @param exchange the exchange
	 */
	public abstract void answered(Exchange exchange);

	/**
	 * There will be no reply.
	 * @param exchange the exchange
	 * @param cause why
	 */
	public abstract void failed(Exchange exchange, Cause cause);

	final AtomicInteger inLine() {
		return this.inLine;
	}

	final @Nullable Link lane() {
		return this.lane;
	}

	final void lane(Link link) {
		this.lane = link;
	}

}
