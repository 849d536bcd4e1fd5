package io.framegate.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

/**
 * What many sessions cost that do little: how long it takes to open all of them at once,
 * memory, CPU while they rest or have an exchange now and then, and what it costs to ask
 * the gateway about them. {@code bench.idle} says how many, 9,000 by default: a process
 * may need two descriptors for each. One gateway after the other, in fresh processes.
 */
final class ManySessions {

	private static final int USUAL = 9000;

	/** Exchanges a second of a moderate load. */
	private static final int MODERATE = 2000;

	private static final Duration SLICE = Duration.ofSeconds(10);

	private static final String HEAD = """
			| gateway | sessions | opened at once, s | p50 ms | p99 ms | KB a session | process MB (RSS) | after a collection \
			| load | CPU, % of a core | and prometheus each second | and connections each second | p99 ms | p99 ms, prometheus | p99 ms, connections |
			|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|
			""";

	private final BenchmarkOptions options;

	private final int sessions;

	private final StringBuilder table = new StringBuilder(HEAD);

	private ManySessions(BenchmarkOptions options) {
		this.options = options;
		this.sessions = (options.idleSessions() > 0) ? options.idleSessions() : USUAL;
	}

	static void run() throws Exception {
		ManySessions all = new ManySessions(BenchmarkOptions.fromSystemProperties());
		for (Scenario scenario : all.options.scenarios()) {
			if (scenario.isAvailable() && scenario.hasProcess() && !scenario.isTls()) {
				all.measure(scenario);
			}
		}
		Path file = all.options.directory().resolve("many-sessions.md");
		Files.writeString(file, all.table);
		say(all.table + "written to " + file);
	}

	private void measure(Scenario scenario) throws Exception {
		try (EchoUpstream upstream = new EchoUpstream();
				Gateway gateway = Gateway.start(scenario, this.options, upstream.port(), this.options.payload());
				Crowd crowd = new Crowd()) {
			gateway.awaitReady();
			try (LoadGenerator warmUp = new LoadGenerator(gateway, new Load(50, 1, this.options.payload()), false)) {
				warmUp.run(Duration.ZERO, this.options.warmUp());
			}
			String base = gateway.endpoints();
			if (base != null) {
				try (Endpoints endpoints = new Endpoints(base)) {
					endpoints.warmUp();
				}
			}
			long before = IdleSessions.settledKilobytes(gateway);
			Crowd.Burst burst = crowd.open(gateway, this.sessions, this.options.payload());
			say("%s: %s".formatted(scenario.label(), burst));
			// What follows the last exchange, such as asking the kernel for
			// acknowledgements and compiling what the burst has used, is over then.
			gateway.awaitCompiled();
			long resident = gateway.residentKilobytes();
			double each = (double) (IdleSessions.settledKilobytes(gateway) - before) / this.sessions;
			String begin = String.format(Locale.ROOT, "| %s | %,d | %.2f | %.0f | %.0f | %.2f | %.0f | %.0f ",
					scenario.label(), this.sessions, burst.nanos() / 1e9, burst.p50() / 1e6, burst.p99() / 1e6, each,
					resident / 1024.0, gateway.residentKilobytes() / 1024.0);
			say(begin);
			for (int pace : new int[] { 0, MODERATE }) {
				this.table.append(begin).append(slices(gateway, crowd, pace, base)).append("|\n");
			}
		}
	}

	/** Slices without and with requests, in turn. */
	private String slices(Gateway gateway, Crowd crowd, int pace, @Nullable String base) throws Exception {
		List<@Nullable String> ways = new ArrayList<>();
		ways.add(null);
		if (base != null) {
			ways.add("prometheus");
			ways.add("connections");
		}
		double[][] cores = new double[ways.size()][this.options.rounds()];
		double[][] p99 = new double[ways.size()][this.options.rounds()];
		for (int round = 0; round < this.options.rounds(); round++) {
			for (int way = 0; way < ways.size(); way++) {
				try (Scrapes scrapes = new Scrapes(base, ways.get(way))) {
					long cpu = gateway.cpuNanos();
					long start = System.nanoTime();
					Crowd.Pace paced = crowd.run(pace, SLICE);
					cores[way][round] = 100.0 * (gateway.cpuNanos() - cpu) / (System.nanoTime() - start);
					p99[way][round] = paced.p99() / 1e6;
					say("  %d/s, %s: %.2f %% of a core, %s".formatted(pace, ways.get(way), cores[way][round], paced));
				}
			}
		}
		StringBuilder text = new StringBuilder("| ").append(pace).append("/s ");
		for (double[][] values : List.of(cores, p99)) {
			for (int way = 0; way < 3; way++) {
				text.append((way < ways.size()) ? String.format(Locale.ROOT, "| %.2f ", mean(values[way])) : "| ");
			}
		}
		return text.toString();
	}

	private static double mean(double[] values) {
		double sum = 0;
		for (double value : values) {
			sum += value;
		}
		return sum / values.length;
	}

	private static void say(String line) {
		System.out.println(line);
	}

	/** One request a second, on a thread of its own. */
	private static final class Scrapes implements AutoCloseable {

		private final @Nullable Endpoints endpoints;

		private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();

		private final @Nullable Future<?> all;

		private Scrapes(@Nullable String base, @Nullable String endpoint) {
			Endpoints scraped = (base != null && endpoint != null) ? new Endpoints(base) : null;
			this.endpoints = scraped;
			this.all = (scraped != null && endpoint != null)
					? this.thread.scheduleAtFixedRate(() -> scrape(scraped, endpoint), 0, 1, TimeUnit.SECONDS) : null;
		}

		private static void scrape(Endpoints endpoints, String endpoint) {
			try {
				endpoints.get(endpoint);
			}
			catch (IOException ex) {
				throw new IllegalStateException(ex);
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}

		@Override
		public void close() throws Exception {
			Future<?> scrapes = this.all;
			if (scrapes != null && scrapes.isDone()) {
				// It ends only by a request that failed.
				scrapes.get();
			}
			this.thread.shutdownNow();
			this.thread.awaitTermination(5, TimeUnit.SECONDS);
			if (this.endpoints != null) {
				this.endpoints.close();
			}
		}

	}

}
