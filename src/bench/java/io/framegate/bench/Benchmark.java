package io.framegate.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * Runs every load through every gateway, in turns, and prints the medians. The load
 * generator and the echo upstream live here, on one thread each; every gateway is a
 * process of its own, started once, so that its CPU time is its own too. See
 * {@link BenchmarkOptions} for what can be set.
 */
public final class Benchmark {

	private static final Duration SETTLE = Duration.ofMillis(500);

	private final BenchmarkOptions options;

	private final Map<Scenario, Gateway> gateways = new EnumMap<>(Scenario.class);

	private final Report report;

	private Benchmark(BenchmarkOptions options) {
		this.options = options;
		this.report = new Report(options);
	}

	public static void main(String... arguments) throws Exception {
		Benchmark benchmark = new Benchmark(BenchmarkOptions.fromSystemProperties());
		Runtime.getRuntime().addShutdownHook(new Thread(benchmark::stop));
		try (EchoUpstream upstream = new EchoUpstream()) {
			benchmark.run(upstream);
		}
		finally {
			benchmark.stop();
		}
	}

	private void run(EchoUpstream upstream) throws Exception {
		start(upstream);
		say("warming up, " + this.options.warmUp().toSeconds() + " s each");
		for (Load load : this.options.loads()) {
			for (Map.Entry<Scenario, Gateway> row : this.gateways.entrySet()) {
				measure(row.getKey(), row.getValue(), load, Duration.ZERO, this.options.warmUp());
			}
		}
		if (this.options.handshakes()) {
			for (Map.Entry<Scenario, Gateway> row : this.gateways.entrySet()) {
				shakeHands(row.getKey(), row.getValue(), this.options.warmUp());
			}
		}
		for (int round = 1; round <= this.options.rounds(); round++) {
			say("round " + round + " of " + this.options.rounds());
			for (Load load : this.options.loads()) {
				for (Map.Entry<Scenario, Gateway> row : inTurn(round)) {
					Sample sample = measure(row.getKey(), row.getValue(), load, SETTLE, this.options.window());
					this.report.add(load.toString(), row.getKey(), sample);
				}
			}
			if (this.options.handshakes()) {
				shakeHands(round);
			}
		}
		stop();
		if (this.options.idleSessions() > 0) {
			weighIdleSessions(upstream);
		}
		publish();
	}

	private void start(EchoUpstream upstream) throws IOException, InterruptedException {
		for (Scenario scenario : this.options.scenarios()) {
			if (scenario.isAvailable()) {
				start(scenario, upstream);
			}
			else {
				this.report.note(scenario.label() + " left out: its program is not on the PATH");
			}
		}
	}

	/**
	 * Starts one; it is known to {@link #stop} before it is waited for.
	 */
	private Gateway start(Scenario scenario, EchoUpstream upstream) throws IOException, InterruptedException {
		say("starting " + scenario.label());
		Gateway gateway;
		synchronized (this.gateways) {
			gateway = Gateway.start(scenario, this.options, upstream.port());
			this.gateways.put(scenario, gateway);
		}
		gateway.awaitReady();
		return gateway;
	}

	/**
	 * The gateways, beginning with another one each round, so that no place in the turn
	 * favours one.
	 */
	private List<Map.Entry<Scenario, Gateway>> inTurn(int round) {
		List<Map.Entry<Scenario, Gateway>> rows = new ArrayList<>(this.gateways.entrySet());
		Collections.rotate(rows, round - 1);
		return rows;
	}

	private Sample measure(Scenario scenario, Gateway gateway, Load load, Duration settle, Duration window)
			throws IOException {
		try (LoadGenerator generator = new LoadGenerator(gateway, load, scenario.keepsOrder())) {
			Sample sample = generator.run(settle, window, gateway::cpuNanos);
			say("  %-28s %-32s %s".formatted(scenario.label(), load, sample));
			return sample;
		}
		catch (IOException ex) {
			throw new IOException(scenario.label() + ", " + load + ": " + ex.getMessage() + gateway.lastWords(), ex);
		}
	}

	private void shakeHands(int round) throws IOException {
		for (Map.Entry<Scenario, Gateway> row : inTurn(round)) {
			Sample sample = shakeHands(row.getKey(), row.getValue(), this.options.window());
			if (sample != null) {
				this.report.add("A handshake, one exchange and the end, 4 clients at a time", row.getKey(), sample);
			}
		}
	}

	private static @Nullable Sample shakeHands(Scenario scenario, Gateway gateway, Duration window) throws IOException {
		if (!scenario.isTls()) {
			return null;
		}
		Sample sample = new Handshakes().measure(gateway, window);
		say("  %-28s %-32s %s".formatted(scenario.label(), "handshakes", sample));
		return sample;
	}

	/**
	 * Each gateway in a fresh process, for a heap that has grown under load hides what
	 * sessions cost.
	 */
	private void weighIdleSessions(EchoUpstream upstream) throws Exception {
		for (Scenario scenario : this.options.scenarios()) {
			if (scenario.isAvailable() && scenario.hasProcess()) {
				try (Gateway gateway = start(scenario, upstream)) {
					double kilobytes = IdleSessions.weigh(gateway, this.options);
					say("  %-28s %.1f KB per idle session".formatted(scenario.label(), kilobytes));
					this.report.addIdle(scenario, kilobytes);
				}
			}
		}
	}

	private void publish() throws IOException {
		Path file = this.options.directory().resolve("results.md");
		Files.writeString(file, this.report.toString());
		say("\n" + this.report + "\nwritten to " + file);
	}

	private void stop() {
		synchronized (this.gateways) {
			this.gateways.values().forEach(Gateway::close);
		}
	}

	private static void say(String line) {
		System.out.println(line);
	}

}
