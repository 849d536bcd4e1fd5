package io.framegate.upstream;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

import io.framegate.connection.Cause;
import io.framegate.connection.CloseReason;
import io.framegate.timeout.Timer;
import org.jspecify.annotations.Nullable;

/**
 * Carries many exchanges, whose replies come in any order and are matched by a key. A
 * reply that matches nothing is dropped and the link stays. The key of a request that was
 * given up is not used again on this link: its reply may still come.
 */
final class CorrelatedLink extends Link {

	private static final int MOST = 16_384;

	/** So many keys given up, and a new link is better. */
	private static final int MOST_GIVEN_UP = 4096;

	private final Correlator correlator;

	private final Map<String, Exchange> pending = new LinkedHashMap<>();

	private final Set<String> givenUp = new HashSet<>();

	private long nextKey;

	CorrelatedLink(Shard shard, Correlator correlator) {
		super(shard);
		this.correlator = correlator;
	}

	@Override
	boolean hasRoomFor(Exchange exchange) {
		if (this.pending.size() >= MOST || !connection().isWritable()) {
			return false;
		}
		Correlator.Key key = exchange.key();
		if (key == null) {
			return true;
		}
		if (this.correlator.rewrites()) {
			return this.pending.size() + this.givenUp.size() < this.correlator.keySpace(key);
		}
		return !isTaken(key.text());
	}

	private boolean isTaken(String key) {
		return this.pending.containsKey(key) || this.givenUp.contains(key);
	}

	/**
	 * Whether what keeps an exchange waiting is a key given up, so that only another link
	 * can carry it.
	 * @param exchange the exchange
	 * @return whether this link will not do
	 */
	boolean isSpoiledFor(Exchange exchange) {
		Correlator.Key key = exchange.key();
		return key != null && !this.correlator.rewrites() && this.givenUp.contains(key.text());
	}

	/** A late reply may come at any time. */
	@Override
	boolean isSoiled() {
		return false;
	}

	/**
	 * Whether a heartbeat's key, if it has one, is free: its answer must not be taken for
	 * a client's.
	 */
	@Override
	boolean hasRoomForHeartbeat(Exchange heartbeat) {
		Correlator.Key key = this.correlator.inRequest(heartbeat.request());
		if (key == null) {
			return true;
		}
		heartbeat.key(key);
		return !isTaken(key.text());
	}

	@Override
	byte[] begin(Exchange exchange) {
		Correlator.Key key = exchange.key();
		if (key == null) {
			// A heartbeat without one: matched by what is expected.
			return exchange.request();
		}
		if (!this.correlator.rewrites() || exchange == pulse().beating()) {
			this.pending.put(key.text(), exchange);
			return exchange.request();
		}
		String own = this.correlator.ownKey(this.nextKey++, key);
		while (isTaken(own)) {
			own = this.correlator.ownKey(this.nextKey++, key);
		}
		this.pending.put(own, exchange);
		return Correlator.replace(exchange.request(), key, own);
	}

	@Override
	void received(byte[] reply) {
		Correlator.@Nullable Key key = this.correlator.inReply(reply);
		Exchange exchange = (key != null) ? this.pending.get(key.text()) : null;
		if (key == null || exchange == null) {
			boolean late = key != null && this.givenUp.remove(key.text());
			Exchange heartbeat = pulse().beating();
			if (late || !pulse().answered(reply)) {
				doubts().discard(late ? "late" : "unmatched");
			}
			else if (heartbeat != null) {
				this.pending.values().remove(heartbeat);
			}
			return;
		}
		if (!hasLeft(exchange)) {
			doubts().discard("unsolicited");
			return;
		}
		this.pending.remove(key.text());
		worked();
		Correlator.Key asked = Objects.requireNonNull(exchange.key());
		boolean same = asked.text().equals(key.text());
		exchange.answer(same ? reply : Correlator.replace(reply, key, asked.text()));
		idle();
	}

	@Override
	void replyTimedOut(Cause cause) {
		long limit = connection().terms().timeouts().nanos(Timer.REPLY);
		long now = System.nanoTime();
		List<Exchange> late = new ArrayList<>();
		this.pending.entrySet().removeIf((entry) -> {
			boolean gone = now - entry.getValue().createdAt() >= limit;
			if (gone) {
				this.givenUp.add(entry.getKey());
				late.add(entry.getValue());
			}
			return gone;
		});
		late.forEach((exchange) -> exchange.fail(cause));
		// The first one's was counted as it ran out.
		for (int i = 1; i < late.size(); i++) {
			connection().terms().timeouts().countFired(Timer.REPLY);
		}
		if (this.givenUp.size() > MOST_GIVEN_UP) {
			shard().gone(this);
			retire(Cause.byGateway(CloseReason.REPLY_TIMEOUT, "too many requests given up on this link"));
		}
		endIfRetired();
	}

	@Override
	Collection<Exchange> underWay() {
		return this.pending.values();
	}

	@Override
	void clear() {
		this.pending.clear();
	}

}
