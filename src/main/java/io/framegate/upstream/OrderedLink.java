package io.framegate.upstream;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;

import io.framegate.connection.Cause;
import io.framegate.connection.CloseReason;
import io.framegate.connection.EndedBy;

/**
 * Carries many exchanges to a server that answers in order: the first reply is for the
 * first request. One reply missing or too many makes every later match unsafe.
 */
final class OrderedLink extends Link {

	private static final int MOST = 4096;

	private final Deque<Exchange> line = new ArrayDeque<>();

	OrderedLink(Shard shard) {
		super(shard);
	}

	@Override
	boolean hasRoomFor(Exchange exchange) {
		return this.line.size() < MOST && connection().isWritable();
	}

	@Override
	byte[] begin(Exchange exchange) {
		this.line.addLast(exchange);
		return exchange.request();
	}

	@Override
	void received(byte[] reply) {
		Exchange first = this.line.peekFirst();
		if (first == null) {
			unsolicited();
		}
		else if (!hasLeft(first)) {
			discard("unsolicited");
			poison(new Cause(CloseReason.LATE_REPLY, EndedBy.UPSTREAM, "a reply came before its request had left"));
		}
		else {
			this.line.removeFirst();
			first.answer(reply);
			if (this.line.isEmpty() || this.line.size() == MOST - 1) {
				idle();
			}
		}
	}

	@Override
	Collection<Exchange> underWay() {
		return this.line;
	}

	@Override
	void clear() {
		this.line.clear();
	}

}
