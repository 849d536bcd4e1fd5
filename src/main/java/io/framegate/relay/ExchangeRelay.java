package io.framegate.relay;

import io.framegate.connection.MemoryBudget;
import io.framegate.connection.RouteMeters;
import io.framegate.connection.Watcher;
import io.framegate.connection.Cause;
import io.framegate.framing.Framing;
import io.framegate.route.Correlation;
import io.framegate.route.Mode;
import io.framegate.route.OnFailure;
import io.framegate.route.Route;
import io.framegate.upstream.Connector;
import io.framegate.upstream.Exchange;
import io.framegate.upstream.Links;
import io.framegate.upstream.Payloads;
import org.jspecify.annotations.Nullable;

/**
 * Request-reply and one-way mode: every frame of a client is an exchange on upstream
 * connections that all clients share.
 */
public final class ExchangeRelay extends Relay {

	private static final long MIN_REPLY_BYTES = 1024 * 1024;

	private static final long MAX_REPLY_BYTES = 16 * MIN_REPLY_BYTES;

	private final Links links;

	private final RouteMeters meters;

	private final Framing upstreamFraming;

	private final boolean oneWay;

	private final boolean ordered;

	private final byte @Nullable [] failureReply;

	/** What the replies of one client may take while it is still read, in bytes. */
	private final long mostReplyBytes;

	/** What the replies held for one client may take, in bytes. */
	private final long mostHeldBytes;

	/** How long a reply may be, as far as is known, in bytes. */
	private volatile int expectedReply;

	public ExchangeRelay(Route route, Connector connector, Links links, MemoryBudget budget) {
		this.links = links;
		this.meters = connector.terms().meters();
		this.upstreamFraming = connector.terms().framing();
		this.oneWay = route.mode() == Mode.ONE_WAY;
		if (!this.oneWay) {
			this.meters.timeExchanges();
		}
		Correlation correlation = route.upstream().correlation();
		this.ordered = correlation == null || correlation.ordered();
		this.mostReplyBytes = Math.clamp(budget.limit() / 16, MIN_REPLY_BYTES, MAX_REPLY_BYTES);
		this.mostHeldBytes = budget.limit() / 4;
		// Until one has come, replies may be as long as a frame; but some are asked for.
		this.expectedReply = (int) Math.min(route.upstream().maxFrameBytes(), this.mostReplyBytes / 4);
		String reply = route.upstream().onFailureReply();
		this.failureReply = (route.upstream().onFailure() == OnFailure.REPLY && reply != null) ? Payloads.bytes(reply)
				: null;
	}

	@Override
	public void start() {
		this.links.start();
		this.meters.show("framegate.exchanges.waiting", "Requests that wait for an upstream connection",
				this.links::waiting);
	}

	@Override
	public void stop(Cause cause, long since) {
		this.links.stop(cause, since);
	}

	@Override
	public Watcher watcher() {
		return new ExchangeClient(this);
	}

	/**
	 * Why a request cannot go upstream.
	 * @param exchange the exchange
	 * @return the reason, or {@code null}
	 */
	@Nullable String notEncodable(Exchange exchange) {
		return this.upstreamFraming.refusal(exchange.request());
	}

	@Nullable String keyless(Exchange exchange) {
		return this.links.refusal(exchange);
	}

	void submit(Exchange exchange) {
		this.links.submit(exchange);
	}

	boolean isOneWay() {
		return this.oneWay;
	}

	/**
	 * Whether a client's replies come in the order of its requests.
	 * @return whether they do
	 */
	boolean isOrdered() {
		return this.ordered;
	}

	/**
	 * What a client gets in place of a reply that does not come.
	 * @return a frame, or {@code null} where its connection is to be closed
	 */
	byte @Nullable [] failureReply() {
		return this.failureReply;
	}

	long mostReplyBytes() {
		return this.mostReplyBytes;
	}

	long mostHeldBytes() {
		return this.mostHeldBytes;
	}

	/**
	 * How long a new client's replies may be, as far as is known.
	 * @return a number of bytes
	 */
	int expectedReply() {
		return this.expectedReply;
	}

	/**
	 * Has new clients know what one has found.
	 * @param bytes how long its replies were at the end
	 */
	void expectReply(int bytes) {
		this.expectedReply = bytes;
	}

	RouteMeters meters() {
		return this.meters;
	}

}
