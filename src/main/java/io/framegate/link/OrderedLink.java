package io.framegate.link;

import java.util.Collection;
import java.util.List;

import io.framegate.closure.Cause;
import io.framegate.closure.CloseReason;
import io.framegate.exchange.Correlator;
import io.framegate.exchange.Exchange;
import io.framegate.exchange.FairShare;
import io.framegate.exchange.Requester;
import io.framegate.timeout.Timeout;
import io.framegate.timeout.Timeouts;
import org.jspecify.annotations.Nullable;

/**
 * Carries many exchanges to a server that answers in order. One missing or unexpected
 * reply makes every later match unsafe. A client keeps to one link while it has exchanges
 * there, so that its requests don't overtake each other.
 */
final class OrderedLink extends InOrderLink {

	private static final int MAX = 4096;

	private final LaneQueue inFlight = new LaneQueue(this);

	private final FairShare share = new FairShare();

	/** When a reply last came. */
	private long answeredAt;

	OrderedLink(LinkOwner<Link> owner, LinkSettings settings) {
		super(owner, settings);
		this.answeredAt = loop().now();
	}

	@Override
	boolean hasRoomFor(Exchange exchange) {
		Requester client = exchange.origin();
		int has = client.onLane().get();
		boolean own = has == 0 || client.lane() == this;
		return own && has < this.share.places() && this.inFlight.size() < MAX && connection().isWritable();
	}

	/** While a reply is awaited, its own timer notices a dead server. */
	@Override
	public boolean hasRoomForHeartbeat(Exchange heartbeat) {
		return this.inFlight.isEmpty();
	}

	@Override
	byte[] begin(Exchange exchange) {
		Requester client = exchange.origin();
		this.inFlight.add(exchange);
		long now = loop().now();
		exchange.sentAt(now);
		if (exchange != heartbeats().beating()) {
			this.share.sent(client, now);
		}
		return exchange.request();
	}

	@Override
	@Nullable Exchange first() {
		return this.inFlight.first();
	}

	@Override
	void answered(Exchange first, byte[] reply, @Nullable Cause fault) {
		int left = this.inFlight.removeFirst();
		this.answeredAt = loop().now();
		this.share.answered(first.sentAt(), this.answeredAt);
		worked(first);
		if (first.isGivenUp()) {
			unexpected().discard("late");
		}
		else {
			settle(first, reply, fault);
		}
		if (this.inFlight.isEmpty() || this.inFlight.size() == MAX - 1) {
			idle();
		}
		else if (left <= this.share.places() / 2) {
			owner().roomAvailable(first.origin());
		}
	}

	/**
	 * If replies can be told from other frames, unread bytes need not be an unexpected
	 * reply.
	 */
	@Override
	boolean isPoisoned() {
		Correlator known = correlator();
		return (known == null || !known.tellsReplies()) && super.isPoisoned();
	}

	@Override
	void sweep(long now) {
		this.share.sweep(now);
		giveUpLate(now);
	}

	/**
	 * Fails exchanges that have waited too long though the server answers: their client
	 * has sent more at once than the server can answer in time. They keep their places,
	 * because their replies will come.
	 */
	private void giveUpLate(long now) {
		Timeouts timeouts = settings().timeouts();
		long limit = timeouts.nanos(Timeout.REPLY);
		if (limit <= 0 || this.inFlight.isEmpty() || now - awaitingReplySince() >= limit) {
			return;
		}
		for (Exchange exchange : List.copyOf(this.inFlight.all())) {
			if (now - exchange.createdAt() >= limit && !exchange.isGivenUp() && exchange != heartbeats().beating()) {
				timeouts.countFired(Timeout.REPLY);
				exchange.giveUp(Cause.byGateway(CloseReason.REPLY_TIMEOUT,
						"reply timer (" + timeouts.limit(Timeout.REPLY).text() + ") ran out"));
			}
		}
	}

	/**
	 * Measured since the server's last reply: one request that waited long behind others
	 * does not show that a reply is missing.
	 */
	@Override
	public long awaitingReplySince() {
		Exchange first = this.inFlight.first();
		return (first == null) ? 0 : (first.sentAt() - this.answeredAt > 0) ? first.sentAt() : this.answeredAt;
	}

	@Override
	public Collection<Exchange> exchangesInFlight() {
		return this.inFlight.all();
	}

	@Override
	void clear() {
		this.inFlight.clear();
	}

}
