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
	 * A link that a requester's exchanges keep to, so that they do not overtake each
	 * other.
	 */
	public interface Lane {

		/**
		 * Whether exchanges may still be added.
		 * @return {@code false} once the link is closed
		 */
		boolean isOpen();

	}

	/** How many of its exchanges are in flight on an ordered or one-way link. */
	private final AtomicInteger onLane = new AtomicInteger();

	/**
	 * The link that has them, or had them last. Used on the event loop that carries them.
	 */
	private @Nullable Lane lane;

	public abstract Loop loop();

	public abstract @Nullable InetAddress address();

	/**
	 * The reply came; on a route without replies, the request was sent.
	 * @param exchange the exchange
	 */
	public abstract void answered(Exchange exchange);

	/**
	 * There will be no reply.
	 * @param exchange the exchange
	 * @param cause why
	 */
	public abstract void failed(Exchange exchange, Cause cause);

	public final AtomicInteger onLane() {
		return this.onLane;
	}

	public final @Nullable Lane lane() {
		return this.lane;
	}

	public final void lane(Lane now) {
		this.lane = now;
	}

}
