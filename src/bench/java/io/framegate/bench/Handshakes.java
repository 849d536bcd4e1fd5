package io.framegate.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Clients that come, shake hands, do one exchange and go.
 */
final class Handshakes {

	private static final int CLIENTS = 4;

	private static final byte[] FRAME = "just looking\r\n".getBytes(StandardCharsets.US_ASCII);

	private final Histogram latencies = new Histogram();

	/**
	 * Measures, with four clients at a time.
	 * @param gateway the gateway
	 * @param window how long
	 * @return connections, in the place of exchanges
	 */
	Sample measure(Gateway gateway, Duration window) throws IOException {
		long cpu = gateway.cpuNanos();
		long start = System.nanoTime();
		long done = 0;
		try (ExecutorService clients = Executors.newFixedThreadPool(CLIENTS)) {
			List<Future<Integer>> all = new ArrayList<>();
			for (int i = 0; i < CLIENTS; i++) {
				all.add(clients.submit(() -> visit(gateway, start + window.toNanos())));
			}
			for (Future<Integer> one : all) {
				done += one.get();
			}
		}
		catch (ExecutionException ex) {
			throw new IOException("handshakes: " + ex.getCause() + gateway.lastWords(), ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IOException(ex);
		}
		return new Sample(done, System.nanoTime() - start, gateway.cpuNanos() - cpu, this.latencies.percentile(0.5),
				this.latencies.percentile(0.99), this.latencies.percentile(0.999), gateway.residentKilobytes());
	}

	private int visit(Gateway gateway, long end) throws IOException {
		int visits = 0;
		for (long now = System.nanoTime(); now < end; visits++) {
			try (Client client = Client.connect(gateway)) {
				client.exchange(FRAME);
			}
			long then = System.nanoTime();
			synchronized (this.latencies) {
				this.latencies.record(then - now);
			}
			now = then;
		}
		return visits;
	}

}
