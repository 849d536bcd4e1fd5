package io.framegate.upstream;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;

import io.framegate.connection.FrameConnection;

/**
 * Carries frames that are not answered: one is done when the server's kernel has taken
 * its last byte. What the server sends is read and dropped.
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
		return this.line.size() < MOST && connection().isWritable();
	}

	@Override
	byte[] begin(Exchange exchange) {
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

	@Override
	public void taken(FrameConnection taker) {
		long out = taker.bytesOut();
		for (Exchange first = this.line.peekFirst(); first != null
				&& first.end() <= out; first = this.line.peekFirst()) {
			this.line.removeFirst();
			first.answer(NO_REPLY);
		}
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
		this.line.clear();
	}

	@Override
	public long awaitingReplySince(FrameConnection awaited) {
		return 0;
	}

}
