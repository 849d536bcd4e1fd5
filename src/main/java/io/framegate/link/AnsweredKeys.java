package io.framegate.link;

import io.framegate.exchange.CorrelationKey;
import org.jspecify.annotations.Nullable;

/**
 * The keys that were last answered on a link, and when: a reply with one of them may come
 * a second time. Only hash codes are kept, so that long keys cost nothing. Two keys with
 * the same one are taken for equal, which costs a rest but gives no reply away. Event
 * loop only.
 */
final class AnsweredKeys {

	/** More than a link answers within the usual rest. */
	private static final int MAX = 32;

	private final int[] hashes = new int[MAX];

	private final long[] answeredAt = new long[MAX];

	private long count;

	void add(CorrelationKey key, long now) {
		int place = place(this.count++);
		this.hashes[place] = key.text().hashCode();
		this.answeredAt[place] = now;
	}

	/**
	 * Whether a key is among those that are kept.
	 * @param key a reply's key
	 */
	boolean has(CorrelationKey key) {
		int hash = key.text().hashCode();
		for (long number = this.count - 1; number >= oldest(); number--) {
			if (this.hashes[place(number)] == hash) {
				return true;
			}
		}
		return false;
	}

	/**
	 * How much longer a request must wait, so that it is sent no sooner after a reply
	 * with its own key than the rest.
	 * @param key the request's key; one without may be answered by any reply
	 * @param rest nanoseconds
	 * @param now a {@link System#nanoTime()} stamp
	 * @return nanoseconds, 0 or less for no longer
	 */
	long restLeft(@Nullable CorrelationKey key, long rest, long now) {
		int hash = (key != null) ? key.text().hashCode() : 0;
		for (long number = this.count - 1; number >= oldest(); number--) {
			int place = place(number);
			long left = rest - (now - this.answeredAt[place]);
			// Those before are older. If there were too many to keep, it may be any key.
			boolean last = number == this.count - MAX;
			if (left <= 0 || key == null || this.hashes[place] == hash || last) {
				return left;
			}
		}
		return 0;
	}

	private long oldest() {
		return Math.max(0, this.count - MAX);
	}

	private static int place(long number) {
		return (int) (number % MAX);
	}

}
