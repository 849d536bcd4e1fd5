package io.framegate.link;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;

import io.framegate.exchange.Exchange;
import io.framegate.exchange.Requester;
import org.jspecify.annotations.Nullable;

/**
 * The exchanges in flight on a link to which a client keeps while it has some there,
 * oldest first. Event loop only.
 */
final class LaneQueue {

	private final Deque<Exchange> exchanges = new ArrayDeque<>();

	private final Requester.Lane lane;

	LaneQueue(Requester.Lane lane) {
		this.lane = lane;
	}

	void add(Exchange exchange) {
		Requester client = exchange.origin();
		this.exchanges.addLast(exchange);
		client.onLane().incrementAndGet();
		client.lane(this.lane);
	}

	@Nullable Exchange first() {
		return this.exchanges.peekFirst();
	}

	/**
	 * Removes the first exchange.
	 * @return how many its client has left
	 */
	int removeFirst() {
		return this.exchanges.removeFirst().origin().onLane().decrementAndGet();
	}

	int size() {
		return this.exchanges.size();
	}

	boolean isEmpty() {
		return this.exchanges.isEmpty();
	}

	Collection<Exchange> all() {
		return this.exchanges;
	}

	void clear() {
		this.exchanges.forEach((exchange) -> exchange.origin().onLane().decrementAndGet());
		this.exchanges.clear();
	}

}
