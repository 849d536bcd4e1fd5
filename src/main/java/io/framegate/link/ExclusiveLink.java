package io.framegate.link;

import java.util.Collection;
import java.util.List;

import io.framegate.closure.Cause;
import io.framegate.connection.FrameConnection;
import io.framegate.exchange.CorrelationKey;
import io.framegate.exchange.Correlator;
import io.framegate.exchange.Exchange;
import org.jspecify.annotations.Nullable;

/**
 * Carries one exchange at a time. If replies have keys, it rests only towards a request
 * whose key was just answered here: a reply that comes twice has another key than any
 * other request, which still gets its own. Event loop only.
 */
final class ExclusiveLink extends InOrderLink {

	/** {@code null} if replies have no keys. */
	private final @Nullable AnsweredKeys answeredKeys;

	private @Nullable Exchange current;

	ExclusiveLink(LinkOwner<Link> owner, LinkSettings settings) {
		super(owner, settings);
		this.answeredKeys = settings.checksKeys() ? new AnsweredKeys() : null;
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
		AnsweredKeys answered = this.answeredKeys;
		CorrelationKey key = first.key();
		if (answered != null && key != null) {
			answered.add(key, loop().now());
		}
		worked(first);
		settle(first, reply, fault);
		idle();
	}

	@Override
	long restLeft(Exchange exchange, long now) {
		AnsweredKeys answered = this.answeredKeys;
		if (answered == null || exchanges() == 0) {
			return restLeft(now);
		}
		long rest = settings().rest(target(), false);
		return (rest == 0) ? 0 : answered.restLeft(exchange.key(), rest, now);
	}

	@Override
	boolean isRepeated(Exchange first, byte[] reply) {
		AnsweredKeys answered = this.answeredKeys;
		CorrelationKey key = (answered != null) ? settings().keys().inReply(reply) : null;
		CorrelationKey asked = first.key();
		return answered != null && key != null && asked != null && !key.text().equals(asked.text())
				&& answered.has(key);
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
