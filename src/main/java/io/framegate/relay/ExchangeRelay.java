package io.framegate.relay;

import io.framegate.closure.Cause;
import io.framegate.connection.ConnectionHandler;
import io.framegate.exchange.Exchange;
import io.framegate.framing.Framing;
import io.framegate.link.LinkPool;
import io.framegate.metrics.RouteMetrics;
import io.framegate.route.Route;
import io.framegate.transport.MemoryBudget;
import io.framegate.upstream.Connector;
import org.jspecify.annotations.Nullable;

/**
 * Request-reply and one-way mode: every frame of a client is an exchange on upstream
 * connections that all clients share.
 */
public final class ExchangeRelay extends Relay implements InboundExchanges.Owner {

	private final LinkPool links;

	private final RouteMetrics metrics;

	private final Framing upstreamFraming;

	private final ExchangePolicy policy;

	/** How long a reply is expected to be, in bytes. */
	private volatile int expectedReply;

	public ExchangeRelay(Route route, Connector connector, LinkPool links, MemoryBudget budget) {
		this.links = links;
		this.metrics = connector.context().metrics();
		this.upstreamFraming = connector.context().framing();
		this.policy = ExchangePolicy.of(route, budget);
		if (!this.policy.oneWay()) {
			this.metrics.timeExchanges();
		}
		// Until the first reply, any length up to a frame's limit is possible. Some
		// requests are sent anyway.
		this.expectedReply = (int) Math.min(route.upstream().maxFrameBytes(), this.policy.mostReplyBytes() / 4);
	}

	@Override
	public void start() {
		this.links.start();
		this.metrics.show("framegate.exchanges.waiting", "Requests that wait for an upstream connection",
				this.links::waiting);
	}

	@Override
	public void stop(Cause cause, long since) {
		this.links.stop(cause, since);
	}

	@Override
	public ConnectionHandler handler() {
		return new InboundExchanges(this, this.policy);
	}

	@Override
	public @Nullable String notEncodable(Exchange exchange) {
		return this.upstreamFraming.refusal(exchange.request());
	}

	@Override
	public @Nullable String keyless(Exchange exchange) {
		return this.links.refusal(exchange);
	}

	@Override
	public void submit(Exchange exchange) {
		this.links.submit(exchange);
	}

	@Override
	public int expectedReply() {
		return this.expectedReply;
	}

	@Override
	public void expectReply(int bytes) {
		this.expectedReply = bytes;
	}

	@Override
	public RouteMetrics metrics() {
		return this.metrics;
	}

}
