package io.framegate.link;

import io.framegate.closure.Cause;
import io.framegate.exchange.Correlator;
import io.framegate.exchange.Exchange;
import org.jspecify.annotations.Nullable;

/**
 * A link whose replies come in the order of its requests: the first reply belongs to the
 * first request. If the configuration says how to find keys, a reply must also have its
 * request's key. Event loop only.
 */
abstract class InOrderLink extends Link {

	private final @Nullable Correlator correlator;

	InOrderLink(LinkOwner<Link> owner, LinkSettings settings) {
		super(owner, settings);
		this.correlator = settings.correlator();
	}

	/**
	 * The exchange that the next reply belongs to.
	 * @return the oldest one in flight, or {@code null}
	 */
	abstract @Nullable Exchange first();

	/**
	 * The reply to the first exchange is there.
	 * @param first the exchange
	 * @param reply the reply
	 * @param fault why it can't be given to anybody, or {@code null}
	 */
	abstract void answered(Exchange first, byte[] reply, @Nullable Cause fault);

	/**
	 * Whether a reply was there before and cannot be the first exchange's, whose own is
	 * still to come.
	 * @param first the exchange
	 * @param reply a reply that does not answer it
	 */
	boolean isRepeated(Exchange first, byte[] reply) {
		return false;
	}

	final @Nullable Correlator correlator() {
		return this.correlator;
	}

	@Override
	final void received(byte[] reply, @Nullable Cause fault) {
		Exchange first = first();
		if (first != null && hasLeft(first) && isAnswer(first, reply)) {
			answered(first, reply, fault);
		}
		else if (this.correlator != null && !this.correlator.isReply(reply)) {
			unexpected().noReply(connection(), reply, fault);
		}
		else if (first == null) {
			unexpected().unsolicited();
		}
		else if (isRepeated(first, reply)) {
			unexpected().repeated();
		}
		else if (!hasLeft(first)) {
			unexpected().early();
		}
		else {
			unexpected().unmatched();
		}
	}

	/**
	 * Whether a frame answers an exchange, as far as the condition and keys tell.
	 */
	private boolean isAnswer(Exchange exchange, byte[] frame) {
		Correlator known = this.correlator;
		return known == null || (exchange == beating() && heartbeats().isExpected(frame))
				|| (known.meetsCondition(frame) && known.isReplyTo(exchange.key(), frame));
	}

}
