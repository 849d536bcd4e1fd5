package io.framegate.link;

import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

import io.framegate.closure.Cause;
import io.framegate.closure.CloseReason;
import io.framegate.exchange.Exchange;
import io.framegate.exchange.FairQueue;
import io.framegate.upstream.Backoff;
import io.framegate.upstream.Connector;
import io.framegate.upstream.TargetState;
import org.jspecify.annotations.Nullable;

/**
 * Links that are open from the start, some to each target, and carry many exchanges at
 * once. A link that closes is opened again, after a pause if it was of no use. Event loop
 * only.
 */
final class PermanentLinks extends LinkSet {

	/** Retried after 100 ms to 3.2 s. */
	private static final int MAX_DOUBLINGS = 5;

	private final Map<TargetState, Backoff> backoffs = new IdentityHashMap<>();

	private int turn;

	PermanentLinks(Owner owner, Connector connector, LinkSettings settings, int quota) {
		super(owner, connector, settings, quota);
	}

	@Override
	void openPermanent() {
		if (owner().isStopped()) {
			return;
		}
		for (TargetState target : targets().forLinks()) {
			int there = countTo(target);
			if (there < quota()) {
				there += lingering().makeRoom(target);
			}
			while (there++ < quota() && backoff(target).isOver(target.wellAt())) {
				add().start(connector(), target);
			}
		}
	}

	private Backoff backoff(TargetState target) {
		return this.backoffs.computeIfAbsent(target, (any) -> new Backoff(MAX_DOUBLINGS, owner().loop()::now));
	}

	@Override
	void openFor(FairQueue waiting) {
		// Exchanges wait for links that are open or being opened again.
	}

	@Override
	boolean hasFree() {
		List<Link> all = all();
		for (int i = 0; i < all.size(); i++) {
			if (all.get(i).isOpen() && all.get(i).connection().isWritable()) {
				return true;
			}
		}
		return false;
	}

	@Override
	@Nullable Link next(Exchange exchange) {
		TargetState home = home(exchange);
		boolean leastBusy = targets().prefersLeastBusy();
		List<Link> all = all();
		int size = all.size();
		int first = this.turn + 1;
		Link best = null;
		for (int i = first; i < first + size && (leastBusy || best == null); i++) {
			Link link = all.get(i % size);
			if (link.isOpen() && suits(link, home) && link.hasRoomFor(exchange)
					&& (best == null || link.exchangesInFlight().size() < best.exchangesInFlight().size())) {
				best = link;
				this.turn = i % size;
			}
		}
		return best;
	}

	@Override
	void taken(Link link) {
		// It can take more.
	}

	@Override
	void freed(Link link) {
		// It was never removed.
	}

	@Override
	int room(int waiting) {
		return 1;
	}

	@Override
	boolean remove(Link link) {
		if (!super.remove(link)) {
			return false;
		}
		TargetState target = link.target();
		if (target != null) {
			if (link.feedback().fruitless() != null) {
				backoff(target).failed();
			}
			else {
				backoff(target).succeeded();
			}
		}
		return true;
	}

	@Override
	void sweep(Link link, long now) {
		link.heartbeats().sweep(now);
		link.sweep(now);
		Cause old = link.isOpen() ? whyRetire(link, now) : null;
		if (old != null) {
			retire(link, old);
		}
	}

	@Override
	boolean canMoveFrom(TargetState target) {
		return all().stream()
			.anyMatch((link) -> link.isOpen() && link.target() != target && targets().isBefore(link.target(), target));
	}

	@Override
	void retireForGivenUpKeys(FairQueue waiting) {
		for (Link link : List.copyOf(all())) {
			if (link.hasGivenUp() && waiting.anyFirst(link::hasGivenUpKeyOf)) {
				retire(link, Cause.byGateway(CloseReason.REPLY_TIMEOUT, "a key that was given up is needed again"));
			}
		}
	}

}
