package io.framegate.network;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.LongStream;

/**
 * Connections on which a line goes to and fro all the time, and how long each took: what
 * others notice of dead peers. A platform thread for each connection.
 */
final class Bystanders {

	private static final Duration PATIENCE = Duration.ofSeconds(30);

	private static final long BETWEEN_MILLIS = 20;

	private final String label;

	private final Verdict verdict;

	private final List<Member> members = new ArrayList<>();

	private volatile long measuredFrom = Long.MAX_VALUE;

	private volatile boolean over;

	Bystanders(String label, Verdict verdict) {
		this.label = label;
		this.verdict = verdict;
	}

	void add(Peer peer) {
		Member member = new Member(peer, this.members.size());
		this.members.add(member);
		member.thread.start();
	}

	/**
	 * From now on it counts.
	 */
	void measure() {
		this.measuredFrom = System.nanoTime();
	}

	/**
	 * Ends them.
	 * @return the longest wait for a reply
	 */
	Duration end() throws InterruptedException {
		this.over = true;
		for (Member member : this.members) {
			member.thread.join();
		}
		long[] waits = this.members.stream().flatMapToLong((member) -> member.waits.build()).sorted().toArray();
		if (waits.length == 0) {
			this.verdict.fault(this.label + ": no replies");
			return Duration.ZERO;
		}
		long longest = waits[waits.length - 1];
		Member unluckiest = this.members.stream()
			.max(Comparator.comparingLong((member) -> member.longest))
			.orElseThrow();
		long over = Arrays.stream(waits).filter((wait) -> wait > 100_000_000).count();
		System.out.printf(
				"%-24s %,9d replies   median %6.2f ms   p99 %6.2f ms   longest %7.2f ms (at %.1f s)   over 100 ms: %d%n",
				this.label, waits.length, millis(waits[waits.length / 2]), millis(waits[waits.length * 99 / 100]),
				millis(longest), (unluckiest.longestAt - this.measuredFrom) / 1e9, over);
		return Duration.ofNanos(longest);
	}

	private static double millis(long nanos) {
		return nanos / 1e6;
	}

	private final class Member {

		private final Peer peer;

		private final int number;

		private final LongStream.Builder waits = LongStream.builder();

		private final Thread thread = Thread.ofPlatform().daemon().name("bystander").unstarted(this::run);

		private long longest;

		private long longestAt;

		private Member(Peer peer, int number) {
			this.peer = peer;
			this.number = number;
		}

		private void run() {
			try (Peer talking = this.peer) {
				for (int turn = 0; !Bystanders.this.over; turn++) {
					byte[] line = ("bystander " + this.number + " " + turn).getBytes(StandardCharsets.US_ASCII);
					long start = System.nanoTime();
					talking.send(line);
					byte[] reply = talking.receive();
					if (!Arrays.equals(line, reply)) {
						Bystanders.this.verdict.fault(Bystanders.this.label + ": a wrong reply");
						return;
					}
					if (start >= Bystanders.this.measuredFrom) {
						waited(start, System.nanoTime() - start);
					}
					Thread.sleep(BETWEEN_MILLIS);
				}
			}
			catch (IOException | InterruptedException ex) {
				Bystanders.this.verdict.fault(Bystanders.this.label + ": " + ex);
			}
		}

		private void waited(long start, long wait) {
			this.waits.add(wait);
			if (wait > this.longest) {
				this.longest = wait;
				this.longestAt = start;
			}
		}

	}

}
