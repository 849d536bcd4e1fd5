package io.framegate.link;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;

import io.framegate.closure.Cause;
import io.framegate.closure.CloseReason;
import io.framegate.exchange.CorrelationKey;
import io.framegate.exchange.Correlator;
import io.framegate.exchange.Exchange;
import io.framegate.exchange.GeneratedKeys;
import io.framegate.framing.Framing;
import io.framegate.timeout.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * Carries many exchanges, whose replies come in any order and are matched by a key. A
 * frame that matches no request is discarded, and the link stays. The key of a request
 * that was given up rests for the reply time, because its reply may still come.
 */
final class CorrelatedLink extends Link {

	private static final int MAX = 16_384;

	/** With so many keys given up, a new link is better. */
	private static final int MAX_GIVEN_UP = 4096;

	private final Correlator correlator;

	private final GeneratedKeys generatedKeys;

	private final Map<String, Exchange> pending = new LinkedHashMap<>();

	/** When each key was given up, oldest first. */
	private final Map<String, Long> givenUp = new LinkedHashMap<>();

	private final Predicate<String> inUse = this::isTakenOrHeartbeats;

	/**
	 * Lengths of keys of which none is free until one is given back. Many clients may
	 * wait for one, and each would try them all. Negative for binary keys.
	 */
	private final Set<Integer> usedUp = new HashSet<>();

	/** As {@link #fitsDigits()}, once that was asked. */
	private @Nullable Boolean digitsFit;

	/** The heartbeat's key, if it has one. */
	private final @Nullable String heartbeatKey;

	CorrelatedLink(LinkOwner<Link> owner, LinkSettings settings, GeneratedKeys generatedKeys) {
		super(owner, settings);
		this.correlator = settings.keys();
		this.generatedKeys = generatedKeys;
		this.heartbeatKey = heartbeats().key(this.correlator);
	}

	@Override
	boolean hasRoomFor(Exchange exchange) {
		if (this.pending.size() >= MAX || !connection().isWritable()) {
			return false;
		}
		CorrelationKey key = exchange.key();
		if (key == null) {
			return true;
		}
		return this.correlator.rewrites() ? hasOwnKey(exchange, key) : !isTaken(key.text());
	}

	/**
	 * Finds or makes a key for an exchange that this link can use.
	 */
	private boolean hasOwnKey(Exchange exchange, CorrelationKey key) {
		String own = exchange.ownKey();
		if (own != null && !this.inUse.test(key.with(own))) {
			return true;
		}
		boolean digits = this.correlator.isOfDigits(key);
		int kind = digits ? key.part().length() : -key.part().length();
		if (this.usedUp.contains(kind)) {
			exchange.ownKey(null);
			return false;
		}
		Predicate<String> taken = (digits && key.isWhole() && fitsDigits()) ? this.inUse
				: (one) -> this.inUse.test(key.with(one))
						|| !((digits && fitsDigits()) || canCarry(exchange, key, one));
		String next = this.generatedKeys.next(key.part().length(), digits, taken, loop().now());
		exchange.ownKey(next);
		if (next == null && key.isWhole()) {
			this.usedUp.add(kind);
		}
		return next != null;
	}

	/**
	 * Whether digits can take the place of digits in any request.
	 */
	private boolean fitsDigits() {
		if (this.digitsFit == null) {
			Framing framing = connection().framing();
			byte[] around = new byte[framing.overhead()];
			int length = (framing.reach() > 0 && framing.reach() != Framing.WHOLE)
					? framing.suffix(new byte[0], around, 0) : 0;
			boolean hasDigit = new String(around, 0, length, StandardCharsets.ISO_8859_1).chars()
				.anyMatch((one) -> one >= '0' && one <= '9');
			this.digitsFit = framing.reach() != Framing.WHOLE && !hasDigit;
		}
		return this.digitsFit;
	}

	/**
	 * Whether a request can be written with another key. The request itself was valid, so
	 * only the key and the bytes next to it could now end a frame.
	 */
	private boolean canCarry(Exchange exchange, CorrelationKey key, String own) {
		Framing framing = connection().framing();
		return framing.refusal(Correlator.around(exchange.request(), key, own, framing.reach())) == null;
	}

	@Override
	@Nullable String keyWait(Exchange exchange) {
		CorrelationKey key = exchange.key();
		if (key == null) {
			return null;
		}
		if (this.correlator.rewrites()) {
			return hasOwnKey(exchange, key) ? null : "every key that correlation.key-range allows is in use";
		}
		return isTaken(key.text())
				? "an earlier request has the same correlation key; correlation.rewrite would give each its own" : null;
	}

	private boolean isTaken(String key) {
		return this.pending.containsKey(key) || this.givenUp.containsKey(key);
	}

	private boolean isTakenOrHeartbeats(String key) {
		return isTaken(key) || key.equals(this.heartbeatKey);
	}

	@Override
	boolean hasGivenUp() {
		return !this.givenUp.isEmpty();
	}

	@Override
	boolean hasGivenUpKeyOf(Exchange exchange) {
		CorrelationKey key = exchange.key();
		return key != null && !this.correlator.rewrites() && this.givenUp.containsKey(key.text());
	}

	/** A late reply may come at any time. */
	@Override
	boolean isPoisoned() {
		return false;
	}

	/**
	 * Heartbeats go on whatever the clients' keys are. If a heartbeat's key was given up,
	 * the late reply may answer it, which also proves that the server is there. If a
	 * client's request has that key now, the heartbeat gets another one, because its
	 * answer must not be taken for the client's.
	 */
	@Override
	public boolean hasRoomForHeartbeat(Exchange heartbeat) {
		CorrelationKey key = this.correlator.inRequest(heartbeat.request());
		if (key == null) {
			return true;
		}
		heartbeat.key(key);
		if (!this.pending.containsKey(key.text())) {
			return true;
		}
		return !key.part().isEmpty() && hasOwnKey(heartbeat, key);
	}

	@Override
	byte[] begin(Exchange exchange) {
		CorrelationKey key = exchange.key();
		if (key == null) {
			// A heartbeat without a key is matched by its expected answer.
			return exchange.request();
		}
		String own = exchange.ownKey();
		if (own == null) {
			this.pending.put(key.text(), exchange);
			return exchange.request();
		}
		// On another link it gets another key.
		exchange.ownKey(null);
		this.pending.put(key.with(own), exchange);
		return Correlator.replace(exchange.request(), key, own);
	}

	@Override
	void received(byte[] frame, @Nullable Cause fault) {
		boolean isReply = this.correlator.meetsCondition(frame);
		@Nullable CorrelationKey key = isReply ? this.correlator.inReply(frame) : null;
		Exchange exchange = (key != null) ? this.pending.get(key.text()) : null;
		if (key == null || exchange == null || !hasLeft(exchange)) {
			receivedUnmatched(frame, isReply, key, fault);
			return;
		}
		this.pending.remove(key.text());
		this.usedUp.clear();
		worked(exchange);
		CorrelationKey asked = Objects.requireNonNull(exchange.key());
		boolean same = asked.part().equals(key.part());
		settle(exchange, (same || fault != null) ? frame : Correlator.replace(frame, key, asked.part()), fault);
		idle();
	}

	private void receivedUnmatched(byte[] frame, boolean isReply, @Nullable CorrelationKey key, @Nullable Cause fault) {
		if (key != null && this.givenUp.remove(key.text()) != null) {
			this.usedUp.clear();
			unexpected().discard("late");
			return;
		}
		Exchange heartbeat = heartbeats().beating();
		if (fault == null && heartbeats().answered(frame, isReply)) {
			this.pending.values().remove(heartbeat);
		}
		else {
			unexpected().noReply(connection(), frame, fault);
		}
	}

	@Override
	void replyTimedOut(Cause cause) {
		long limit = settings().timeouts().nanos(Timeout.REPLY);
		long now = loop().now();
		List<Exchange> late = new ArrayList<>();
		this.pending.entrySet().removeIf((entry) -> {
			boolean remove = now - entry.getValue().createdAt() >= limit;
			if (remove) {
				this.givenUp.put(entry.getKey(), now);
				late.add(entry.getValue());
			}
			return remove;
		});
		feedback().unanswered(late);
		late.forEach((exchange) -> exchange.fail(cause));
		// The first one was counted when it timed out.
		for (int i = 1; i < late.size(); i++) {
			settings().timeouts().countFired(Timeout.REPLY);
		}
		if (this.givenUp.size() > MAX_GIVEN_UP) {
			owner().closed(this);
			retire(Cause.byGateway(CloseReason.REPLY_TIMEOUT, "too many requests given up on this link"));
		}
		endIfRetired();
	}

	@Override
	void sweep(long now) {
		this.usedUp.clear();
		if (!this.givenUp.isEmpty()) {
			long limit = settings().timeouts().nanos(Timeout.REPLY);
			Iterator<Long> since = this.givenUp.values().iterator();
			while (since.hasNext() && now - since.next() >= limit) {
				since.remove();
			}
		}
	}

	@Override
	public Collection<Exchange> exchangesInFlight() {
		return this.pending.values();
	}

	@Override
	void clear() {
		this.pending.clear();
	}

}
