package io.framegate.upstream;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.Objects;

import io.framegate.connection.FrameConnection;

/**
 * Carries frames that are not answered: one is done when the kernel has taken its last
 * byte. A client's frames keep to one link, for their order's sake. What the server sends
 * is read and dropped.
 */
final class OneWayLink extends Link {

	private static final byte[] NO_REPLY = {};

	private static final int MOST = 4096;

	private final Deque<Exchange> line = new ArrayDeque<>();

	OneWayLink(Shard shard) {
		super(shard);
	}

	@Override
	boolean hasRoomFor(Exchange exchange) {
		Origin client = exchange.origin();
		Link lane = client.lane();
		boolean own = lane == null || lane == this || (!lane.isOpen() && client.inLine().get() == 0);
		return own && this.line.size() < MOST && connection().isWritable();
	}

	@Override
	byte[] begin(Exchange exchange) {
		exchange.origin().lane(this);
		exchange.origin().inLine().incrementAndGet();
		this.line.addLast(exchange);
		return exchange.request();
	}

	@Override
	void received(byte[] reply) {
		// Nobody asked.
	}

	@Override
	public void discarded(FrameConnection from, byte[] payload) {
		// Nobody asked.
	}

	/** Nothing that matters comes, so there is nothing to linger for. */
	@Override
	void endOutput(FrameConnection ended) {
		ended.close(Objects.requireNonNull(ended.cause()));
	}

	@Override
	public void taken(FrameConnection taker) {
		long out = taker.bytesOut();
		for (Exchange first = this.line.peekFirst(); first != null
				&& first.end() <= out; first = this.line.peekFirst()) {
			this.line.removeFirst();
			int left = first.origin().inLine().decrementAndGet();
			first.answer(NO_REPLY);
			if (left == 0 && !isOpen()) {
				shard().dispatch(first.origin());
			}
		}
		worked();
		if (this.line.isEmpty()) {
			idle();
			endIfRetired();
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

	@Override
	public long awaitingReplySince(FrameConnection awaited) {
		return 0;
	}

}
