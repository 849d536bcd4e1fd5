package io.framegate.upstream;

import java.util.Collection;
import java.util.List;

import io.framegate.connection.Cause;
import io.framegate.connection.CloseReason;
import io.framegate.connection.EndedBy;
import org.jspecify.annotations.Nullable;

/**
 * Carries one exchange at a time.
 */
final class ExclusiveLink extends Link {

	private @Nullable Exchange current;

	ExclusiveLink(Shard shard) {
		super(shard);
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
	void received(byte[] reply) {
		Exchange answered = this.current;
		if (answered == null) {
			unsolicited();
		}
		else if (!hasLeft(answered)) {
			discard("unsolicited");
			poison(new Cause(CloseReason.LATE_REPLY, EndedBy.UPSTREAM, "a reply came before its request had left"));
		}
		else {
			this.current = null;
			answered.answer(reply);
			idle();
		}
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
	public long awaitingReplySince(io.framegate.connection.FrameConnection awaited) {
		Exchange exchange = this.current;
		return (exchange != null) ? exchange.createdAt() : 0;
	}

}
