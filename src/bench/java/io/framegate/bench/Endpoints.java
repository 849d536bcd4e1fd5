package io.framegate.bench;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.TimeUnit;

/**
 * A Framegate's metrics and connections, asked for as monitoring does.
 */
final class Endpoints implements AutoCloseable {

	private static final int WARMING_SCRAPES = 3000;

	/** Scrapes after which it is asked whether they are compiled, and how often. */
	private static final int BATCH = 500;

	private static final int MAX_BATCHES = 6;

	private static final int SCRAPES = 100;

	private static final long PAUSE_MILLIS = 100;

	private final HttpClient http = HttpClient.newHttpClient();

	private final String base;

	/**
	 * Asks nothing yet.
	 * @param base the address of all endpoints, ending with a slash
	 */
	Endpoints(String base) {
		this.base = base;
	}

	/** A gateway that has run for long has compiled what answers. */
	void warmUp() throws IOException, InterruptedException {
		for (int i = 0; i < WARMING_SCRAPES; i++) {
			scrape();
		}
	}

	private void scrape() throws IOException, InterruptedException {
		get("prometheus");
		get("connections");
	}

	void get(String endpoint) throws IOException, InterruptedException {
		URI address = URI.create(this.base + endpoint);
		int status = this.http.send(HttpRequest.newBuilder(address).build(), BodyHandlers.ofByteArray()).statusCode();
		if (status != 200) {
			throw new IOException(address + " answered " + status);
		}
	}

	/**
	 * What one scrape of metrics and one of connections each second cost. Measured with
	 * more of them, because one is too little to be seen.
	 * @param gateway the gateway, resting
	 * @param resting what it takes without scrapes, in percent of a core
	 * @return percent of a core
	 */
	double percentOfCore(Gateway gateway, double resting) throws IOException, InterruptedException {
		warmUp();
		int batches = 0;
		while (isCompiledByABatch(gateway) && ++batches < MAX_BATCHES) {
			gateway.awaitCompiled();
		}
		long cpu = gateway.cpuNanos();
		long start = System.nanoTime();
		for (int i = 0; i < SCRAPES; i++) {
			scrape();
			TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
		}
		double rest = resting / 100 * (System.nanoTime() - start);
		return 100 * (gateway.cpuNanos() - cpu - rest) / SCRAPES / TimeUnit.SECONDS.toNanos(1);
	}

	/** Whether scrapes still make the gateway's compiler work. */
	private boolean isCompiledByABatch(Gateway gateway) throws IOException, InterruptedException {
		long compiler = gateway.compilerNanos();
		long cpu = gateway.cpuNanos();
		for (int i = 0; i < BATCH; i++) {
			scrape();
		}
		return gateway.compilerNanos() - compiler > (gateway.cpuNanos() - cpu) / 20;
	}

	@Override
	public void close() {
		this.http.close();
	}

}
