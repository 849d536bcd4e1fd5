package io.framegate.link;

import java.util.Collection;
import java.util.List;

import io.framegate.closure.Cause;
import io.framegate.connection.FrameConnection;
import io.framegate.exchange.Correlator;
import io.framegate.exchange.Exchange;
import org.jspecify.annotations.Nullable;

/**
 * Carries one exchange at a time. Event loop only.
 */
final class ExclusiveLink extends InOrderLink {

	private @Nullable Exchange current;

	ExclusiveLink(LinkOwner<Link> owner, LinkSettings settings) {
		super(owner, settings);
	}

	@Override
	boolean hasRoomFor(Exchange exchange) {
		return this.current == null;
	}

	@Override
	byte[] begin(Exchange exchange) {
		this.current = exchange;
		return exchange.request();
	}

	@Override
	@Nullable Exchange first() {
		return this.current;
	}

	@Override
	void answered(Exchange first, byte[] reply, @Nullable Cause fault) {
		this.current = null;
		worked(first);
		settle(first, reply, fault);
		idle();
	}

	/**
	 * If replies can be told from other frames, unread bytes need not be an unexpected
	 * reply.
	 */
	@Override
	boolean isPoisoned() {
		Correlator known = correlator();
		return (known == null || !known.hasCondition()) && super.isPoisoned();
	}

	@Override
	public Collection<Exchange> exchangesInFlight() {
		Exchange exchange = this.current;
		return (exchange != null) ? List.of(exchange) : List.of();
	}

	@Override
	void clear() {
		this.current = null;
	}

	@Override
	public long awaitingReplySince() {
		Exchange exchange = this.current;
		return (exchange != null) ? exchange.createdAt() : 0;
	}

}
