package io.framegate.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Weighs sessions that have exchanged one frame and then rest. Differences below some
 * hundred KB in all are noise, so a thrifty gateway needs thousands of them.
 */
final class IdleSessions {

	private static final long REST_SECONDS = 20;

	private IdleSessions() {
	}

	/**
	 * Opens the sessions, weighs them and looks on while they rest.
	 */
	static Weight weigh(Gateway gateway, BenchmarkOptions options) throws IOException, InterruptedException {
		double process = gateway.residentKilobytes() / 1024.0;
		try (LoadGenerator warmUp = new LoadGenerator(gateway, new Load(50, 1, options.payload()), false)) {
			warmUp.run(Duration.ZERO, Duration.ofSeconds(2));
		}
		byte[] frame = new byte[options.payload() + 2];
		Arrays.fill(frame, (byte) 'x');
		frame[frame.length - 2] = '\r';
		frame[frame.length - 1] = '\n';
		List<Client> clients = new ArrayList<>();
		try {
			// What sessions need once, such as their compiled code, is not weighed.
			open(gateway, frame, options.idleSessions() / 4, clients);
			close(clients);
			// What compiles needs memory, too.
			gateway.awaitCompiled();
			long before = settledKilobytes(gateway);
			open(gateway, frame, options.idleSessions(), clients);
			gateway.awaitCompiled();
			long after = settledKilobytes(gateway);
			long cpu = gateway.cpuNanos();
			long start = System.nanoTime();
			TimeUnit.SECONDS.sleep(REST_SECONDS);
			double percent = 100.0 * (gateway.cpuNanos() - cpu) / (System.nanoTime() - start);
			double megabytes = gateway.residentKilobytes() / 1024.0;
			return new Weight((double) (after - before) / options.idleSessions(), process, megabytes, percent,
					percentForScrapes(gateway, percent));
		}
		finally {
			close(clients);
		}
	}

	private static void open(Gateway gateway, byte[] frame, int count, List<Client> clients) throws IOException {
		for (int i = 0; i < count; i++) {
			Client client = Client.connect(gateway);
			clients.add(client);
			client.exchange(frame);
		}
	}

	private static void close(List<Client> clients) throws IOException {
		for (Client client : clients) {
			client.close();
		}
		clients.clear();
	}

	private static double percentForScrapes(Gateway gateway, double resting) throws IOException, InterruptedException {
		String base = gateway.endpoints();
		if (base == null) {
			return Double.NaN;
		}
		try (Endpoints endpoints = new Endpoints(base)) {
			return endpoints.percentOfCore(gateway, resting);
		}
	}

	/**
	 * Collects and reads until two readings agree, for memory is given back with delay.
	 */
	static long settledKilobytes(Gateway gateway) throws IOException, InterruptedException {
		long last = gateway.kilobytes();
		for (int attempt = 0; attempt < 20; attempt++) {
			TimeUnit.MILLISECONDS.sleep(500);
			long next = gateway.kilobytes();
			if (Math.abs(next - last) <= 200) {
				return next;
			}
			last = next;
		}
		return last;
	}

	/**
	 * What sessions at rest cost.
	 *
	 * @param kilobytes of each, KB of 1,024 bytes: live heap, and resident memory outside
	 * the heap
	 * @param processMegabytes what the process had resident after its first exchange
	 * @param megabytes what it has with all of them
	 * @param percentOfCore the CPU time that they take while they rest
	 * @param percentForScrapes what a scrape of metrics and one of connections each
	 * second add to it; not a number where there are none
	 */
	record Weight(double kilobytes, double processMegabytes, double megabytes, double percentOfCore,
			double percentForScrapes) {

		static final Weight UNKNOWN = new Weight(Double.NaN, Double.NaN, Double.NaN, Double.NaN, Double.NaN);

		@Override
		public String toString() {
			return "%.1f KB an idle session, process %.0f MB, with them %.0f MB, %.2f %% of a core, %.2f %% for scrapes"
				.formatted(this.kilobytes, this.processMegabytes, this.megabytes, this.percentOfCore,
						this.percentForScrapes);
		}

	}

}
