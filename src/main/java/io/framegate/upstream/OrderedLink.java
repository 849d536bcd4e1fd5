package io.framegate.upstream;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;

import org.jspecify.annotations.Nullable;

/**
 * Carries many exchanges to a server that answers in order: the first reply is for the
 * first request. One reply missing or too many makes every later match unsafe.
 */
final class OrderedLink extends Link {

	private static final int MOST = 4096;

	/** So much of the line one client may take: the others wait behind it. */
	private static final int SHARE = 64;

	private final @Nullable Correlator correlator;

	private final Deque<Exchange> line = new ArrayDeque<>();

	OrderedLink(Shard shard, @Nullable Correlator correlator) {
		super(shard);
		this.correlator = correlator;
	}

	@Override
	boolean hasRoomFor(Exchange exchange) {
		return this.line.size() < MOST && exchange.origin().inLine().get() < SHARE && connection().isWritable();
	}

	/** Where a reply is waited for, its own timer tells that a server is gone. */
	@Override
	boolean hasRoomForHeartbeat(Exchange heartbeat) {
		return this.line.isEmpty();
	}

	@Override
	byte[] begin(Exchange exchange) {
		this.line.addLast(exchange);
		exchange.origin().inLine().incrementAndGet();
		return exchange.request();
	}

	@Override
	void received(byte[] reply) {
		Exchange first = this.line.peekFirst();
		if (first == null) {
			doubts().unsolicited();
		}
		else if (!hasLeft(first)) {
			doubts().early();
		}
		else if (this.correlator != null && !this.correlator.isReplyTo(first, reply)) {
			doubts().unmatched();
		}
		else {
			this.line.removeFirst();
			boolean halfShareIsFree = first.origin().inLine().decrementAndGet() == SHARE / 2;
			worked();
			first.answer(reply);
			if (this.line.isEmpty() || this.line.size() == MOST - 1 || halfShareIsFree) {
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
		this.line.forEach((exchange) -> exchange.origin().inLine().decrementAndGet());
		this.line.clear();
	}

}
