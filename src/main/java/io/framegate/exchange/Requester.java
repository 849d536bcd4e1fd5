package io.framegate.exchange;

import java.net.InetAddress;
import java.util.concurrent.atomic.AtomicInteger;

import io.framegate.closure.Cause;
import io.framegate.transport.Loop;
import org.jspecify.annotations.Nullable;

/**
 * Where exchanges come from: a client, or the gateway itself. Its methods are called on
 * its own loop.
 */
public abstract class Requester {

	/**
	 * A line that an origin's exchanges keep to, so that they do not overtake each other.
	 */
	public interface Lane {

		/**
		 * Whether exchanges may still be added.
		 * @return {@code false} once the line has ended
		 */
		boolean isOpen();

	}

	/** How many of its exchanges stand in line on an ordered or one-way link. */
	private final AtomicInteger inLine = new AtomicInteger();

	/** Where they stand, or stood last. Used on the event loop that carries them. */
	private @Nullable Lane lane;

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

	public final AtomicInteger inLine() {
		return this.inLine;
	}

	public final @Nullable Lane lane() {
		return this.lane;
	}

	public final void lane(Lane now) {
		this.lane = now;
	}

}
