package io.framegate.closure;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * The newest ended connections of one route. Those that did nothing, such as refused
 * ones, push others out only until they are half of all. The caller holds the lock.
 */
final class ClosureRing {

	private final Deque<Entry> entries = new ArrayDeque<>();

	/** The records of connections that did nothing. */
	private final Deque<Entry> fleeting = new ArrayDeque<>();

	private final int keep;

	private final LongSupplier next;

	/**
	 * Makes a ring.
	 * @param keep how many records it keeps
	 * @param next returns a number greater than before
	 */
	ClosureRing(int keep, LongSupplier next) {
		this.keep = keep;
		this.next = next;
	}

	/** A record of one connection, or of several that ended alike. */
	static final class Entry {

		private Closure closure;

		private long number;

		private boolean removed;

		Entry(Closure closure, long number) {
			this.closure = closure;
			this.number = number;
		}

		Closure closure() {
			return this.closure;
		}

		/**
		 * Its place among the records of all routes.
		 * @return a number, greater for what is newer
		 */
		long number() {
			return this.number;
		}

		boolean isRemoved() {
			return this.removed;
		}

	}

	Entry add(Closure closure) {
		return add(closure, this.entries);
	}

	Entry addFleeting(Closure closure) {
		return add(closure, this.fleeting);
	}

	private Entry add(Closure closure, Deque<Entry> to) {
		Entry entry = new Entry(closure, this.next.getAsLong());
		to.addFirst(entry);
		if (size() > this.keep) {
			removeOldest();
		}
		return entry;
	}

	void renew(Entry entry, Closure closure) {
		entry.closure = closure;
		entry.number = this.next.getAsLong();
	}

	void removeOldest() {
		(isFleetingNext() ? this.fleeting : this.entries).removeLast().removed = true;
	}

	private boolean isFleetingNext() {
		if (this.entries.isEmpty() || this.fleeting.size() > Math.max(1, this.keep / 2)) {
			return true;
		}
		return !this.fleeting.isEmpty() && this.fleeting.getLast().number < this.entries.getLast().number;
	}

	int size() {
		return this.entries.size() + this.fleeting.size();
	}

	void forEach(Consumer<Entry> consumer) {
		this.entries.forEach(consumer);
		this.fleeting.forEach(consumer);
	}

}
