package io.framegate.exchange;

import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

/**
 * Queued exchanges: each client's in order, the clients in turn. One event loop only.
 */
public final class FairQueue {

	private final Map<Requester, Deque<Exchange>> lines = new IdentityHashMap<>();

	private final Deque<Requester> turns = new ArrayDeque<>();

	private int size;

	public void add(Exchange exchange) {
		line(exchange).addLast(exchange);
		this.size++;
	}

	/**
	 * Puts an exchange in front of its client's others.
	 * @param exchange the exchange
	 */
	public void addFirst(Exchange exchange) {
		line(exchange).addFirst(exchange);
		this.size++;
	}

	private Deque<Exchange> line(Exchange exchange) {
		return this.lines.computeIfAbsent(exchange.origin(), (origin) -> {
			this.turns.addLast(origin);
			return new ArrayDeque<>();
		});
	}

	/**
	 * Takes the next exchange that can go, of the next client that has one.
	 * @param goes says whether an exchange can go now; if a client's first cannot, its
	 * others wait with it
	 * @return the exchange, or {@code null}
	 */
	public @Nullable Exchange poll(Predicate<Exchange> goes) {
		for (int left = this.turns.size(); left > 0; left--) {
			Requester origin = this.turns.removeFirst();
			Deque<Exchange> line = wanted(origin);
			if (line == null || line.isEmpty()) {
				this.lines.remove(origin);
				continue;
			}
			if (goes.test(line.getFirst())) {
				Exchange exchange = line.removeFirst();
				this.size--;
				if (line.isEmpty()) {
					this.lines.remove(origin);
				}
				else {
					this.turns.addLast(origin);
				}
				return exchange;
			}
			this.turns.addLast(origin);
		}
		return null;
	}

	/**
	 * Takes a client's next exchange, if it can go.
	 * @param origin the client
	 * @param goes says whether an exchange can go now
	 * @return the exchange, or {@code null}
	 */
	public @Nullable Exchange poll(Requester origin, Predicate<Exchange> goes) {
		Deque<Exchange> line = wanted(origin);
		if (line == null || line.isEmpty() || !goes.test(line.getFirst())) {
			return null;
		}
		this.size--;
		return line.removeFirst();
	}

	/** A client's queue without cancelled exchanges at its front. */
	private @Nullable Deque<Exchange> wanted(Requester origin) {
		Deque<Exchange> line = this.lines.get(origin);
		while (line != null && !line.isEmpty() && line.getFirst().isCancelled()) {
			line.removeFirst();
			this.size--;
		}
		return line;
	}

	/**
	 * Forgets clients without queued exchanges, once nothing is queued at all.
	 */
	public void tidy() {
		if (this.size == 0) {
			this.lines.clear();
			this.turns.clear();
		}
	}

	/**
	 * Takes every exchange out that has waited too long.
	 * @param late says which
	 * @return those taken out
	 */
	public List<Exchange> removeIf(Predicate<Exchange> late) {
		List<Exchange> removed = new ArrayList<>();
		for (Deque<Exchange> line : this.lines.values()) {
			line.removeIf((exchange) -> {
				boolean unwanted = exchange.isCancelled() || late.test(exchange);
				if (unwanted) {
					this.size--;
					if (!exchange.isCancelled()) {
						removed.add(exchange);
					}
				}
				return unwanted;
			});
		}
		return removed;
	}

	/**
	 * The exchange whose turn is next.
	 * @return the exchange, or {@code null}
	 */
	@Nullable Exchange peek() {
		for (Requester origin : this.turns) {
			Deque<Exchange> line = this.lines.get(origin);
			if (line != null && !line.isEmpty()) {
				return line.getFirst();
			}
		}
		return null;
	}

	/**
	 * Whether any client's first exchange meets a condition.
	 * @param asked the condition
	 */
	public boolean anyFirst(Predicate<Exchange> asked) {
		for (Deque<Exchange> line : this.lines.values()) {
			Exchange first = line.peekFirst();
			if (first != null && asked.test(first)) {
				return true;
			}
		}
		return false;
	}

	/**
	 * Whether a requester has queued exchanges, so that its next one comes after them.
	 * @param origin the requester
	 */
	public boolean holds(Requester origin) {
		Deque<Exchange> line = this.lines.get(origin);
		return line != null && !line.isEmpty();
	}

	public @Nullable InetAddress nextAddress() {
		Exchange next = peek();
		return (next != null) ? next.origin().address() : null;
	}

	public int size() {
		return this.size;
	}

}
