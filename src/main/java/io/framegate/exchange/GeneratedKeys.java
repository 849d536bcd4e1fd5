package io.framegate.exchange;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

import io.framegate.route.KeyRange;
import org.jspecify.annotations.Nullable;

/**
 * The correlation keys that the gateway generates. A route has one counter for all its
 * links and reconnects, so that a server sees a key again only after all others. It
 * starts at a random number, because after a restart the same keys would be used again.
 * If the user has set a range, no key of it is used twice within the reply time. Any
 * thread may call.
 */
public final class GeneratedKeys {

	/** After so many keys in a row that are in use on a link, there is none for now. */
	private static final int MAX_TRIES = 4096;

	/**
	 * After so many, others are tried that differ in more of their bytes: a byte that a
	 * framing can't carry is in millions of keys in a row.
	 */
	private static final int NEIGHBOURS = 64;

	private static final int DIGITS = 10;

	private static final int BYTES = 256;

	/** The last bytes of a longer key, which the counter changes. */
	private static final int COUNTED_BYTES = 7;

	private final @Nullable KeyRange range;

	private final LongSupplier replyNanos;

	/** By the kind and length of the key. */
	private final Map<Integer, Counter> counters = new ConcurrentHashMap<>();

	/**
	 * No key was made yet.
	 * @param range the numbers to use, or {@code null} for all that fit
	 * @param replyNanos how long a reply may take now, in nanoseconds, 0 for ever
	 */
	public GeneratedKeys(@Nullable KeyRange range, LongSupplier replyNanos) {
		this.range = range;
		this.replyNanos = replyNanos;
	}

	/**
	 * Whether any key can replace a client's.
	 * @param length the length of the client's key in bytes
	 * @param digits whether it is made of digits
	 * @return {@code false} if the range begins beyond what fits
	 */
	public boolean fits(int length, boolean digits) {
		return this.range == null || this.range.first() < space(length, digits ? DIGITS : BYTES);
	}

	/**
	 * Makes the next key.
	 * @param length its length in bytes, at least 1
	 * @param digits whether it must be made of digits; otherwise of any bytes
	 * @param inUse says whether a key can't be used now
	 * @param now a {@link System#nanoTime()} stamp
	 * @return the key, each byte a character; {@code null} for none at present
	 */
	public @Nullable String next(int length, boolean digits, Predicate<String> inUse, long now) {
		Integer kind = digits ? length : -length;
		Counter counter = this.counters.get(kind);
		if (counter == null) {
			counter = this.counters.computeIfAbsent(kind, (any) -> counter(length, digits));
		}
		int base = digits ? DIGITS : BYTES;
		long step = 1;
		for (int i = 1; i <= MAX_TRIES; i++) {
			long number = counter.next(now, this.replyNanos.getAsLong());
			if (number < 0) {
				return null;
			}
			String key = text(number, length, base, this.range != null);
			if (!inUse.test(key)) {
				return key;
			}
			if (i == counter.size) {
				return null;
			}
			if (i % NEIGHBOURS == 0 && step < counter.size / 2 / base) {
				step = step * base + 1;
			}
			if (step > 1 && counter.size > MAX_TRIES) {
				counter.skip(step - 1, now, this.replyNanos.getAsLong());
			}
		}
		return null;
	}

	private Counter counter(int length, boolean digits) {
		long last = space(length, digits ? DIGITS : BYTES) - 1;
		return (this.range == null) ? new Counter(0, last, false)
				: new Counter(this.range.first(), Math.min(last, this.range.last()), true);
	}

	/** How many numbers fit, a very large one for more. */
	private static long space(int length, int base) {
		long space = 1;
		for (int i = 0; i < length && space <= Long.MAX_VALUE / 2 / base; i++) {
			space *= base;
		}
		return space;
	}

	private static String text(long number, int length, int base, boolean isNumber) {
		char[] text = new char[length];
		long rest = number;
		for (int i = length - 1; i >= 0; i--) {
			// Where no number reaches there would be NUL for ever, which may end a frame.
			boolean isFree = base == BYTES && !isNumber && length - i > COUNTED_BYTES;
			text[i] = (char) (rest % base + ((base == DIGITS || isFree) ? '0' : 0));
			rest /= base;
		}
		return new String(text);
	}

	/**
	 * Counts through a range again and again.
	 */
	private static final class Counter {

		/** Parts of a range whose last use is known. */
		private static final int PARTS = 256;

		private final long first;

		private final long size;

		private final AtomicLong next;

		/** When a number of each part was last given, 0 for never. */
		private final @Nullable AtomicLongArray used;

		private final long partSize;

		private Counter(long first, long last, boolean onceInReplyTime) {
			this.first = first;
			this.size = last - first + 1;
			this.next = new AtomicLong(ThreadLocalRandom.current().nextLong(this.size));
			this.partSize = Math.ceilDiv(this.size, PARTS);
			this.used = onceInReplyTime ? new AtomicLongArray((int) Math.ceilDiv(this.size, this.partSize)) : null;
		}

		/**
		 * The next number.
		 * @param now a {@link System#nanoTime()} stamp
		 * @param rest how long a number isn't used again, in nanoseconds
		 * @return the number, negative if it has to rest
		 */
		long next(long now, long rest) {
			while (true) {
				long place = this.next.get();
				int part = (int) (place / this.partSize);
				if (this.used != null && place % this.partSize == 0 && this.used.get(part) != 0
						&& now - this.used.get(part) < rest) {
					return -1;
				}
				if (this.next.compareAndSet(place, (place + 1 < this.size) ? place + 1 : 0)) {
					if (this.used != null) {
						this.used.set(part, (now != 0) ? now : 1);
					}
					return this.first + place;
				}
			}
		}

		/**
		 * Passes over numbers, unless that leads to others that have to rest.
		 * @param count how many, fewer than there are
		 * @param now a {@link System#nanoTime()} stamp
		 * @param rest how long a number isn't used again, in nanoseconds
		 */
		void skip(long count, long now, long rest) {
			long place = this.next.get();
			long to = (count < this.size - place) ? place + count : count - (this.size - place);
			if (this.used != null) {
				int part = (int) (to / this.partSize);
				boolean isSame = part == place / this.partSize;
				long last = this.used.get(part);
				// Within a part it only goes on: what was passed by may have been used.
				if (isSame ? to < place || place % this.partSize == 0 : last != 0 && now - last < rest) {
					return;
				}
			}
			this.next.compareAndSet(place, to);
		}

	}

}
