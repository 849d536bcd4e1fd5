package io.framegate.upstream;

import java.util.Collection;
import java.util.List;

import io.framegate.connection.Cause;
import io.framegate.connection.FrameConnection;
import org.jspecify.annotations.Nullable;

/**
 * Carries one exchange at a time. Where the configuration says how to find keys, a reply
 * must have its request's.
 */
final class ExclusiveLink extends Link {

	private final @Nullable Correlator correlator;

	private @Nullable Exchange current;

	ExclusiveLink(Shard shard, @Nullable Correlator correlator) {
		super(shard);
		this.correlator = correlator;
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
	void received(byte[] reply, @Nullable Cause fault) {
		Exchange answered = this.current;
		if (answered != null && hasLeft(answered) && isAnswer(this.correlator, answered, reply)) {
			this.current = null;
			worked(answered);
			settle(answered, reply, fault);
			idle();
		}
		else if (this.correlator != null && !this.correlator.isReply(reply)) {
			unsolicited(reply, fault);
		}
		else if (answered == null) {
			doubts().unsolicited();
		}
		else if (!hasLeft(answered)) {
			doubts().early();
		}
		else {
			doubts().unmatched();
		}
	}

	/** Where it can be told, what lies there need not be a reply too many. */
	@Override
	boolean isSoiled() {
		return (this.correlator == null || !this.correlator.hasCondition()) && super.isSoiled();
	}

	@Override
	Collection<Exchange> underWay() {
		Exchange exchange = this.current;
		return (exchange != null) ? List.of(exchange) : List.of();
	}

	@Override
	void clear() {
		this.current = null;
	}

	@Override
	public long awaitingReplySince(FrameConnection awaited) {
		Exchange exchange = this.current;
		return (exchange != null) ? exchange.createdAt() : 0;
	}

}
