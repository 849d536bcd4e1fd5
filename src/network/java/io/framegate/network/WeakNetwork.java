package io.framegate.network;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Traffic of all kinds through a network that loses packets and is slow: no frame may be
 * broken, lost, doubled or given to another.
 */
final class WeakNetwork {

	/** More frames than one client can send. */
	private static final long RANGE = 1_000_000_000;

	private final Network network;

	private final LabOptions options;

	private final Verdict verdict;

	WeakNetwork(Network network, LabOptions options, Verdict verdict) {
		this.network = network;
		this.options = options;
		this.verdict = verdict;
	}

	void run() throws IOException, InterruptedException {
		List<Traffic> traffics = new ArrayList<>();
		for (Kind kind : Kind.values()) {
			traffics.add(new Traffic(kind, this.network, this.verdict));
		}
		try (Framegate gateway = Framegate.start(this.network.gateway(), this.options, "weak-network",
				Stream.of(Kind.values()).map((kind) -> kind.route(this.network.server(kind.port()))).toList())) {
			System.out.printf("%s of traffic, %d clients, %d %% of packets lost and %d ms late each way on each line%n",
					text(this.options.minutes()), Kind.values().length * this.options.clients(), this.options.loss(),
					this.options.delay().toMillis());
			long deadline = System.nanoTime() + this.options.minutes().toNanos();
			List<Thread> threads = new ArrayList<>();
			for (Traffic traffic : traffics) {
				for (int i = 0; i < this.options.clients(); i++) {
					threads.add(Thread.ofPlatform()
						.start(new Client(traffic, this.network, RANGE * (1 + threads.size()), deadline)));
				}
			}
			for (Thread thread : threads) {
				thread.join();
			}
			for (Traffic traffic : traffics) {
				traffic.settle(gateway);
			}
			System.out.print(this.network.losses());
		}
	}

	private static String text(Duration duration) {
		return duration.toSeconds() / 60 + " min " + duration.toSeconds() % 60 + " s";
	}

}
