package io.framegate.link;

import java.util.Collection;

import io.framegate.closure.Cause;
import io.framegate.closure.CloseReason;
import io.framegate.closure.EndedBy;
import io.framegate.connection.FrameConnection;
import io.framegate.exchange.Exchange;
import io.framegate.exchange.Requester;
import org.jspecify.annotations.Nullable;

/**
 * Carries frames that are not answered. An exchange is done when the kernel has taken its
 * last byte. A client keeps to one link, so that its frames stay in order. What the
 * server sends is read and dropped.
 */
final class OneWayLink extends Link {

	private static final byte[] NO_REPLY = {};

	private static final int MAX = 4096;

	/** After so many bytes a link was useful, however soon it closes. */
	private static final int MUCH = 64 * 1024;

	private final LaneQueue inFlight = new LaneQueue(this);

	OneWayLink(LinkOwner<Link> owner, LinkSettings settings) {
		super(owner, settings);
	}

	@Override
	boolean hasRoomFor(Exchange exchange) {
		Requester client = exchange.origin();
		Requester.Lane lane = client.lane();
		boolean own = lane == null || lane == this || (!lane.isOpen() && client.onLane().get() == 0);
		return own && this.inFlight.size() < MAX && connection().isWritable();
	}

	@Override
	byte[] begin(Exchange exchange) {
		this.inFlight.add(exchange);
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
	 * Many servers that only receive send FIN as they accept. A server that sends FIN
	 * later is about to close: it might never read what it is sent now.
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
		for (Exchange first = this.inFlight.first(); first != null
				&& first.end() <= out; first = this.inFlight.first()) {
			int left = this.inFlight.removeFirst();
			first.answer(NO_REPLY);
			if (left == 0 && !isOpen()) {
				owner().roomAvailable(first.origin());
			}
		}
		if (feedback().isProven() || hasLasted() || out >= MUCH) {
			feedback().worked();
		}
		if (this.inFlight.isEmpty()) {
			idle();
			endIfRetired();
		}
	}

	@Override
	public Collection<Exchange> exchangesInFlight() {
		return this.inFlight.all();
	}

	@Override
	void clear() {
		this.inFlight.clear();
	}

	@Override
	public long awaitingReplySince() {
		return 0;
	}

}
