package io.framegate.link;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;

import io.framegate.closure.Cause;
import io.framegate.closure.CloseReason;
import io.framegate.closure.EndedBy;
import io.framegate.connection.FrameConnection;
import io.framegate.exchange.Exchange;
import io.framegate.exchange.Requester;
import org.jspecify.annotations.Nullable;

/**
 * Carries frames that are not answered: one is done when the kernel has taken its last
 * byte. A client's frames keep to one link, for their order's sake. What the server sends
 * is read and dropped.
 */
final class OneWayLink extends Link {

	private static final byte[] NO_REPLY = {};

	private static final int MAX = 4096;

	/** Bytes after which a link has been of use, however soon it ends. */
	private static final int MUCH = 64 * 1024;

	private final Deque<Exchange> line = new ArrayDeque<>();

	OneWayLink(LinkOwner<Link> owner, LinkSettings settings) {
		super(owner, settings);
	}

	@Override
	boolean hasRoomFor(Exchange exchange) {
		Requester client = exchange.origin();
		Requester.Lane lane = client.lane();
		boolean own = lane == null || lane == this || (!lane.isOpen() && client.inLine().get() == 0);
		return own && this.line.size() < MAX && connection().isWritable();
	}

	@Override
	byte[] begin(Exchange exchange) {
		exchange.origin().lane(this);
		exchange.origin().inLine().incrementAndGet();
		this.line.addLast(exchange);
		return exchange.request();
	}

	@Override
	void received(byte[] reply, @Nullable Cause fault) {
		// Nobody asked.
	}

	@Override
	public void discarded(FrameConnection from, byte[] payload) {
		// Nobody asked.
	}

	/**
	 * Many a server that only listens says so by FIN as it accepts. One that sends it
	 * later is about to go: what it would take now might never be read.
	 */
	@Override
	boolean outlivesInput() {
		if (hasLasted()) {
			owner().closed(this);
			retire(new Cause(CloseReason.UPSTREAM_EOF, EndedBy.UPSTREAM, ""));
		}
		return true;
	}

	@Override
	public void taken(FrameConnection taker) {
		long out = taker.takenPosition();
		for (Exchange first = this.line.peekFirst(); first != null
				&& first.end() <= out; first = this.line.peekFirst()) {
			this.line.removeFirst();
			int left = first.origin().inLine().decrementAndGet();
			first.answer(NO_REPLY);
			if (left == 0 && !isOpen()) {
				owner().roomAvailable(first.origin());
			}
		}
		if (feedback().isProven() || hasLasted() || out >= MUCH) {
			feedback().worked();
		}
		if (this.line.isEmpty()) {
			idle();
			endIfRetired();
		}
	}

	@Override
	public Collection<Exchange> exchangesInFlight() {
		return this.line;
	}

	@Override
	void clear() {
		this.line.forEach((exchange) -> exchange.origin().inLine().decrementAndGet());
		this.line.clear();
	}

	@Override
	public long awaitingReplySince() {
		return 0;
	}

}
