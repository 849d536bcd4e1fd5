package io.framegate.testkit;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.DelayQueue;
import java.util.concurrent.Delayed;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

/**
 * Answers each line with itself, a while later and in order, and notes lines that come a
 * second time. FIN comes after the last answer.
 */
public final class OnceOnly implements Script {

	private static final Duration FOR_EVER = Duration.ofHours(1);

	private final Duration delay;

	private final Set<String> seen = ConcurrentHashMap.newKeySet();

	private final List<String> repeated = new CopyOnWriteArrayList<>();

	public OnceOnly(Duration delay) {
		this.delay = delay;
	}

	@Override
	public void on(Peer peer) throws Exception {
		DelayQueue<Answer> answers = new DelayQueue<>();
		Thread answering = Thread.ofVirtual().start(() -> answer(peer, answers));
		peer.within(FOR_EVER);
		String line;
		do {
			line = peer.readLineOrEof();
			if (line != null && !this.seen.add(line)) {
				this.repeated.add(line);
			}
			answers.add(new Answer(line, System.nanoTime() + this.delay.toNanos()));
		}
		while (line != null);
		answering.join();
	}

	private static void answer(Peer peer, DelayQueue<Answer> answers) {
		try {
			for (Answer next = answers.take(); next.line() != null; next = answers.take()) {
				peer.sendLine(next.line());
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/**
	 * How many different lines came.
	 * @return lines
	 */
	public int seen() {
		return this.seen.size();
	}

	/**
	 * Lines that came more than once.
	 * @return the lines
	 */
	public List<String> repeated() {
		return List.copyOf(this.repeated);
	}

	/**
	 * A line to be sent, {@code null} for none any more.
	 *
	 * @param line the line
	 * @param due a {@link System#nanoTime()} stamp
	 */
	private record Answer(@Nullable String line, long due) implements Delayed {

		@Override
		public long getDelay(TimeUnit unit) {
			return unit.convert(this.due - System.nanoTime(), TimeUnit.NANOSECONDS);
		}

		@Override
		public int compareTo(Delayed other) {
			return Long.compare(this.due, ((Answer) other).due);
		}

	}

}
